"""The wall clock: no run works longer than it may, whatever hangs, and whoever restarts it."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import Mapping
from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from standins.claude_replies import Asked, Raw, Reply, bash, calls
from tests.story import Team
from tests.story.clock import Ahead
from tests.story.scripts import REPOSITORY, asks, spec, wants_a_spec

SLOW_TESTS = {**REPOSITORY, "run_tests.sh": "test ! -e erp.txt || sleep 600\n"}
TOO_LONG = timedelta(minutes=31)
LIMITS = {"RUN_LIMITS": "60, 2_000_000, 5, 30"}


@pytest.fixture
def environment() -> Mapping[str, str]:
    return LIMITS


def hangs(asked: Asked) -> Reply | Raw | None:
    """A command that never ends."""
    return spec() if wants_a_spec(asked) else calls(bash("toolu_1", "sleep 600"))


async def runs_out_of_time(team: Team, clock: Ahead) -> None:
    """It rests at once, although what it waits for does not."""
    clock.ahead += TOO_LONG
    await team.bot.waits_for("budget")
    rests = (await team.bot.integration()).paused
    assert rests is not None
    assert rests.detail == "minutes"
    await team.bot.comes_to_rest()


async def test_a_model_that_never_answers_is_not_waited_for(team: Team, clock: Ahead) -> None:
    team.claude.fail("stall", where="You are the engineer")
    issue = await team.asks()
    await team.claude_is_asked(times=2)

    await runs_out_of_time(team, clock)

    assert team.github.effects() == {}
    assert issue.by_the_bot("paused") == snapshot([
        "@requester <id>: **Paused: this run has used up its 30 minutes of work.** Nothing is lost, and nothing is paid twice. Somebody who is admin lets it go on: `/claude budget +<dollars>`. `/claude cancel` ends it; after a week it ends by itself."
    ])


@pytest.mark.parametrize("files", [SLOW_TESTS])
async def test_tests_that_never_end_are_not_waited_for(team: Team, clock: Ahead) -> None:
    await team.asks()
    await team.bot.is_in(State.TESTING)

    await runs_out_of_time(team, clock)

    assert team.github.effects() == {}


@pytest.mark.parametrize("script", [hangs])
async def test_a_command_of_the_model_that_never_ends_is_not_waited_for(team: Team, clock: Ahead) -> None:
    await team.asks()
    await team.claude_is_asked(times=2)

    await runs_out_of_time(team, clock)

    assert team.github.effects() == {}


async def test_what_is_half_made_at_that_moment_is_made_whole_later(team: Team, clock: Ahead) -> None:
    team.github.delays("POST", "/repos/{owner}/{repo}/pulls")
    issue = await team.asks()
    await team.bot.is_in(State.REVIEWING)

    await runs_out_of_time(team, clock)

    await team.admin.comments("/claude budget +5", on=issue)
    await team.bot.has_a_pull_request(on=issue)
    assert [each.state for each in team.github.repository.pulls()] == ["open"]


async def test_a_restart_begins_no_new_time(team: Team, clock: Ahead) -> None:
    team.claude.fail("stall", where="You are the engineer")
    await team.asks()
    await team.claude_is_asked(times=2)
    clock.ahead += TOO_LONG / 2
    await team.bot.restarts()
    team.claude.fail("stall", where="You are the engineer")
    clock.ahead += TOO_LONG / 2
    await team.bot.restarts()

    await team.bot.waits_for("budget")

    rests = (await team.bot.integration()).paused
    assert rests is not None
    assert rests.detail == "minutes"


@pytest.mark.parametrize("script", [asks("Which ERP?", until=1)])
async def test_the_time_that_people_take_does_not_count(team: Team, clock: Ahead) -> None:
    issue = await team.asks()
    await team.bot.has_asked(times=1)
    clock.ahead += 10 * TOO_LONG

    await team.requester.comments("/claude answer the one we have", on=issue)
    pull = await team.bot.has_a_pull_request(on=issue)
    clock.ahead += 10 * TOO_LONG
    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    waited = await team.bot.seconds_between("QuestionsAsked", "Answered", on=issue)
    assert waited > TOO_LONG.total_seconds()
