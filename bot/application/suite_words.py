"""Every sentence about how the repository's tests are run, and what failed of them."""

from collections.abc import Mapping
from typing import Final

from bot.application.reasons import code
from bot.application.views import StatusView
from bot.domain.reports import Told
from bot.domain.secrecy import without_secrets

MOST_NAMED: Final = 5
MOST_FOR_THE_MODEL: Final = 30
DOUBTS: Final[Mapping[str, str]] = {
    "report_passed": "The run's own report counts no failure. How the run ended decides, not the report.",
    "report_fewer": "The report that the run wrote counts fewer tests that passed than the run printed.",
    "report_broken": "What the run wrote as its report is none, or cannot be read within bounds.",
}


def chosen(view: StatusView) -> list[str]:
    """How the tests are run, from before they are until the pull request says what came of them."""
    if not view.tests or view.pull_request is not None or view.tester == "checks":
        return []
    how = {True: ", as configured", False: ", told from the repository's files", None: ""}
    return [f"Its tests are run by {code(view.tests)}{how[view.tests_configured]}."]


def failing(view: StatusView) -> list[str]:
    """Which tests failed in the newest run, as far as that run told; nothing where they did not fail."""
    told = view.told
    again = ["They are run again on the very same change: perhaps they are flaky."] if view.runs_again else []
    if told is None:
        return again
    names = [code(without_secrets(each.full_name)) for each in told.failing[:MOST_NAMED]]
    more = (told.failed or 0) - len(names)
    named = ", ".join([*names, *([f"and {more} more"] if names and more > 0 else [])])
    counted = [f"**{_counts(told)}**{f': {named}' if named else ''}."] if told.failed else []
    said = " ".join([*counted, *_doubts(told), *again])
    return [said] if said else []


def failing_for_the_model(told: Told) -> str:
    """The same for whoever is to repair them: names, where they stand, and how their messages begin."""
    lines = [f"- {each.full_name}{f': {each.message}' if each.message else ''}" for each in told.failing]
    more = (told.failed or 0) - len(lines[:MOST_FOR_THE_MODEL])
    rest = [f"- and {more} more"] if lines and more > 0 else []
    counted = [f"{_counts(told)}:" if lines else f"{_counts(told)}."] if told.failed else []
    return "\n".join([*counted, *lines[:MOST_FOR_THE_MODEL], *rest, *_doubts(told)])


def _counts(told: Told) -> str:
    if told.passed is None:
        return f"{told.failed} failed"
    return f"{told.failed} of {(told.failed or 0) + told.passed} failed"


def _doubts(told: Told) -> list[str]:
    return [DOUBTS[each] for each in told.doubts if each in DOUBTS]
