"""Which command runs the tests, as a fact: people see it before it is used."""

import json
from collections.abc import Mapping

from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.states import State


def choose_tests(it: Integration, survey: Mapping[str, str]) -> list[e.Event]:
    """Noted while it is validated, and once as long as it is the same; not where others' checks decide."""
    chosen = e.TestsChosen(tests=tuple(json.loads(survey["tests"])), configured=bool(survey["configured"]))
    is_known = (it.tests, it.tests_configured) == (chosen.tests, chosen.configured)
    wanted = survey["tester"] == "sandbox" and it.state is State.VALIDATING
    return [chosen] if wanted and not is_known else []
