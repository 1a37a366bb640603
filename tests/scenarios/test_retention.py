"""What is kept how long: nothing goes that a run still needs, however long it waits for people."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import pytest

from bot.application.texts import load_change, load_text
from bot.domain.integration import Integration
from bot.domain.states import State
from bot.infrastructure.engine import start
from bot.records import Start, StepFailed
from tests.scenarios.test_deploying import MERGING_REVERTS
from tests.scenarios.test_reviews_at_the_gate import CONFIGURED, TWO
from tests.story import Team
from tests.story.clock import Ahead
from tests.story.places import EACH_ONCE
from tests.story.scripts import REPOSITORY, asks

LONGEST_WAIT: Final = timedelta(days=29)
# GitHub's clock is not put forward with the bot's: what is said by then was said weeks ago.
LASTS: Final = "approval_days: 90\n"
LONG: Final = {**REPOSITORY, CONFIGURED: f"{REPOSITORY[CONFIGURED]}{LASTS}"}
LONG_TWO: Final = {**TWO, CONFIGURED: f"{TWO[CONFIGURED]}{LASTS}"}


@pytest.fixture
def environment() -> Mapping[str, str]:
    return {"RETENTION_DAYS": "7, 30, 1"}


async def weeks_pass(team: Team, clock: Ahead) -> None:
    """Nobody says anything for a month, and every night what is old goes."""
    await team.bot.comes_to_rest()
    for half in (LONGEST_WAIT / 2, LONGEST_WAIT / 2):
        clock.ahead += half
        await start(Start(queue="ops", workflow="ops.expire_v1", id=f"night-{clock.ahead}", args=("", "")))
        await team.bot.comes_to_rest()


async def is_read(team: Team, it: Integration) -> bool:
    """Whether everything can still be read that a step of it would read."""
    world = team.bot.at_work.world
    try:
        await load_change(world, it, it.change)
        await load_text(world, it, it.summary)
    except StepFailed:
        return False
    return True


@pytest.mark.parametrize("files", [LONG])
async def test_an_approval_after_weeks_still_merges_and_deploys(team: Team, clock: Ahead) -> None:
    _, pull = await team.has_a_pull_request()

    await weeks_pass(team, clock)
    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    assert team.github.effects() == EACH_ONCE


@pytest.mark.parametrize("files", [LONG])
async def test_without_a_night_between_an_approval_after_weeks_merges_too(team: Team, clock: Ahead) -> None:
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()

    clock.ahead += LONGEST_WAIT
    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]


@pytest.mark.parametrize("files", [LONG_TWO])
async def test_two_approvals_may_be_weeks_apart(team: Team, clock: Ahead) -> None:
    _, pull = await team.has_a_pull_request()
    await weeks_pass(team, clock)
    await team.developer.comments("/claude approve", on=pull)

    await weeks_pass(team, clock)
    await team.admin.comments("/claude approve", on=pull)

    it = await team.bot.reaches(State.ACTIVE)
    assert [given.by.login for given in it.approvals] == ["developer", "admin"]


@pytest.mark.parametrize("files", [MERGING_REVERTS])
async def test_what_fails_weeks_after_it_was_merged_is_still_rolled_back(team: Team, clock: Ahead) -> None:
    team.github.world.deployer = "failure"
    issue, pull = await team.has_a_pull_request()
    await team.developer.comments("/claude approve", on=pull)
    await team.bot.waits_for("deploy_approval")

    await weeks_pass(team, clock)
    await team.admin.comments("/claude deploy", on=issue)

    ended = await team.bot.reaches(State.FAILED, because="deployment")
    assert (ended.undone[0].step, ended.undone[0].outcome) == ("deploy", "undone")
    assert "erp.txt" not in team.github.repository.git.text("ls-tree", "-r", "--name-only", "main")


@pytest.mark.parametrize("script", [asks("Which ERP?", until=1)])
async def test_an_answer_after_days_is_taken_together_with_its_question(team: Team, clock: Ahead) -> None:
    issue = await team.asks()
    await team.bot.waits_for("answer")

    await weeks_pass(team, clock)
    await team.requester.comments("/claude answer the one we have", on=issue)

    await team.bot.has_a_pull_request(on=issue)
    assert "the one we have" in str(team.claude.requests)


async def test_what_has_ended_is_deleted_when_its_time_is_over(team: Team, clock: Ahead) -> None:
    _, active = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=active)
    done = await team.bot.reaches(State.ACTIVE)
    issue, _ = await team.has_a_pull_request()
    await team.requester.comments("/claude cancel", on=issue)
    stopped = await team.bot.reaches(State.FAILED, because="cancelled", on=issue)
    assert (await is_read(team, done), await is_read(team, stopped)) == (True, True)

    await weeks_pass(team, clock)

    assert (await is_read(team, done), await is_read(team, stopped)) == (False, False)
