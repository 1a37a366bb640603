"""Tests that fail and pass when they are run again: nothing is repaired, and whoever approves reads of it."""

# ruff: noqa: E501  a sentence is pinned as it is said

from pathlib import Path
from typing import Final

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from bot.settings import Settings
from tests.story import Team
from tests.story.places import EACH_ONCE, worded
from tests.story.scripts import REPOSITORY
from tests.story.waiting import until

# On the change it does not end before somebody says how.
LATE: Final = "FAILED tests/test_word.py::test_it_is_there_in_time - too late"
ASKS: Final = f"""test ! -e erp.txt || {{
  touch begun
  until test -e verdict; do sleep 0.05; done
  grep -q pass verdict || {{ echo "{LATE}"; exit 1; }}
}}
"""
FLAKY: Final = {**REPOSITORY, "run_tests.sh": ASKS}
FLAKY_BEFORE: Final = {**REPOSITORY, "run_tests.sh": ASKS.replace("! -e", "-e")}


async def ends(team: Team, verdict: str) -> None:
    """The run that is under way ends so."""
    copies = Settings.read(team.bot.environment).data_directory / "copies"

    async def begun() -> Path | None:
        waiting = [each.parent for each in copies.glob("*/begun") if not (each.parent / "verdict").exists()]
        return next(iter(waiting), None)

    copy = await until(begun, otherwise=team.bot.story_so_far)
    (copy / "said").write_text(verdict)
    (copy / "said").rename(copy / "verdict")  # whole at once: who looks for it reads it too


@pytest.mark.parametrize("files", [FLAKY])
async def test_f67_flaky_tests_cost_no_turn_and_are_told_to_whoever_approves(team: Team) -> None:
    issue = await team.asks()
    await ends(team, "fail")
    await team.is_told("run again on the very same change", on=issue, times=1)
    said = issue.status_comment()
    await ends(team, "pass")
    pull = await team.bot.has_a_pull_request(on=issue)
    body, [check] = worded(pull.issue.body or ""), team.github.checks()
    await team.viewer.comments("/claude why", on=issue)
    await team.is_told("is **reviewing** since", on=issue, times=1)

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.effects() == EACH_ONCE
    assert (await team.bot.facts()).count("TurnTaken") == 3
    assert (said.partition("| Run the tests ")[2].split("\n\n")[1], check.output["title"]) == snapshot((
        "**1 failed**: `tests/test_word.py::test_it_is_there_in_time`. They are run again on the very same change: perhaps they are flaky.",
        "Approved, with remarks on the tests",
    ))
    assert body == snapshot("""\
For #1, asked for by @requester. Tested by `sh run_tests.sh` in a sandbox without network: passed, but **with remarks**. Integration <id>.

**Look at the tests.** They passed, but:

- Flaky: on the very same change the tests failed at first (`tests/test_word.py::test_it_is_there_in_time`), and passed when run again.

`/claude approve`, `/claude changes <what>` or `/claude reject <why>` here decides; `/claude plan` shows what was to be built.

(passport)

What the model says of its change:

> Every paid invoice is sent once.\
""")
    assert "- Flaky: on the very same change the tests failed at first" in issue.replies()[-1]


@pytest.mark.parametrize("files", [FLAKY])
async def test_f67_a_stop_is_obeyed_while_they_are_run_again(team: Team) -> None:
    issue = await team.asks()
    await ends(team, "fail")
    await team.bot.has_noted("TestsRepeated")

    await team.requester.comments("/claude cancel", on=issue)

    await team.bot.has_ended()
    assert await team.bot.seconds_between("CancelRequested", "IntegrationFailed") <= 5
    assert team.github.effects() == {}


@pytest.mark.parametrize("files", [FLAKY_BEFORE])
async def test_f67_tests_that_fail_by_chance_before_anything_is_changed_end_nothing(team: Team) -> None:
    issue = await team.asks()
    await ends(team, "fail")
    await ends(team, "pass")

    pull = await team.bot.has_a_pull_request()
    assert pull.is_open
    assert (await team.bot.facts()).count("TestsRepeated") == 1
    assert "before anything was changed: failed, and was run again" in (pull.issue.body or "")
    await team.viewer.comments("/claude history", on=issue)
    await team.is_told("the tests failed before anything was changed (1 of them)", on=issue, times=1)


@pytest.mark.parametrize("files", [FLAKY_BEFORE])
async def test_f67_tests_that_fail_again_before_anything_is_changed_end_it(team: Team) -> None:
    issue = await team.asks()
    await ends(team, "fail")
    await ends(team, "fail")

    await team.bot.reaches(State.FAILED, because="tests_red", on=issue)
    assert "TurnTaken" not in await team.bot.facts()


@pytest.mark.parametrize("files", [FLAKY])
async def test_f67_what_was_left_as_it_failed_is_tested_again_for_whoever_looked_at_it(team: Team) -> None:
    issue = await team.asks()
    await ends(team, "fail")
    await ends(team, "fail")
    await team.bot.reaches(State.FAILED, because="tests_disputed")
    await team.bot.comes_to_rest()
    await team.viewer.comments("/claude why", on=issue)
    await team.is_told("It failed in", on=issue, times=1)
    why = issue.replies()[-1]
    turns = (await team.bot.facts()).count("TurnTaken")

    await team.developer.comments("/claude retry from testing", on=issue)

    await ends(team, "pass")
    pull = await team.bot.has_a_pull_request(on=issue)
    assert pull.is_open
    assert (await team.bot.facts()).count("TurnTaken") == turns
    assert why == snapshot("""\
<id> is **failed** since <time> UTC (<seconds>).

It failed in “Write the code” (`tests_disputed`). The tests fail, and the model left its change as it is. If the cause lies elsewhere, see to it: `/claude retry from testing` then tests this very change again, for no turn of the model. This is what it says to that:

> Send paid invoices to the ERP
> \n\
> Every paid invoice is sent once.\
""")
