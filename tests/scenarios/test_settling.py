"""What hangs because something in the bot itself broke is brought to an end, and said."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import pytest
from inline_snapshot import snapshot

from bot.application import notifying, saga, steps, undoing
from bot.application.ports import World
from bot.application.testing import run_tests
from bot.domain.states import State
from bot.infrastructure.workflows import broken
from standins.faults import Fault
from tests.story import Team

COMMENTS: Final = "/repos/{owner}/{repo}/issues/comments/{comment_id}"


def bent_by(state: State, entry: saga.Step | saga.Job) -> Mapping[str, Any]:
    """Wiring is told of a saga that goes another way in this state."""
    return {"sagas": {"integration_saga_v1": {**saga.NEXT, state: entry}}}


async def deploy(world: World, integration_id: str, *, key: str) -> steps.Standing:
    """It meets an answer that nobody foresaw."""
    raise KeyError("merge_commit_sha")


def with_tests_undone_by(undo: saga.Work) -> Mapping[str, Any]:
    return bent_by(State.TESTING, saga.Job(queue="sandbox", work=run_tests, undo=undo))


class BreaksOff:
    """An undo that breaks whatever runs it, so many times; it is called as the one that it stands for."""

    __name__ = "cancel_checks"

    def __init__(self, times: int) -> None:
        self.times = times

    async def __call__(self, world: World, integration_id: str, *, key: str) -> object:
        if self.times:
            self.times -= 1
            return object()  # nothing that the engine can keep
        await undoing.cancel_checks(world, integration_id, key=key)
        return None


@pytest.fixture
def times() -> int:
    """How often the undo of the tests breaks off."""
    return 0


@pytest.fixture
def bent(times: int) -> Mapping[str, Any]:
    return with_tests_undone_by(BreaksOff(times))


async def cancel_checks(world: World, integration_id: str, *, key: str) -> None:
    raise KeyError("conclusion")


@pytest.mark.parametrize("bent", [bent_by(State.DEPLOYING, saga.Step(work=deploy, undo=undoing.roll_back))])
async def test_a_run_that_broke_is_taken_back_and_that_is_said(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.is_in(State.DEPLOYING)
    await team.bot.comes_to_rest()

    await team.bot.looks_for_what_hangs()

    await team.bot.reaches(State.FAILED, because="internal")
    await team.bot.comes_to_rest()
    assert not pull.is_open
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Merge and deploy” (`internal`). Something went wrong inside the bot. The operator finds it in the log under this id.

What I took back:
- Merge and deploy: nothing to undo
- Pull request and approval: undone (pull request closed, #2)
- Run the tests: undone (check run closed)
- Write the code: undone (branch deleted)\
"""
    ])


@pytest.mark.parametrize("bent", [with_tests_undone_by(cancel_checks)])
async def test_of_an_undo_that_meets_what_nobody_foresaw_the_rest_is_still_done(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await team.requester.comments("/claude cancel", on=issue)

    await team.bot.reaches(State.FAILED, because="cancelled")
    await team.bot.comes_to_rest()
    assert not pull.is_open
    assert pull.branch not in team.github.repository.branches
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Pull request and approval” (`cancelled`). It was cancelled.

What I took back:
- Pull request and approval: undone (pull request closed, #2)
- Run the tests: **needs a person** (something went wrong inside me; see what is left of it)
- Write the code: undone (branch deleted)\
"""
    ])


@pytest.mark.parametrize("times", [2])
async def test_an_undo_that_breaks_off_is_begun_anew(team: Team) -> None:
    issue, _ = await team.has_a_pull_request()
    await team.requester.comments("/claude cancel", on=issue)
    await team.bot.is_in(State.FAILED)
    await team.bot.comes_to_rest()

    for _ in range(2):
        await team.bot.looks_for_what_hangs()

    await team.bot.reaches(State.FAILED, because="cancelled")
    await team.bot.comes_to_rest()
    assert [each.conclusion for each in team.github.checks()] == ["cancelled"]
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Pull request and approval” (`cancelled`). It was cancelled.

What I took back:
- Pull request and approval: undone (pull request closed, #2)
- Merge and deploy: nothing to undo
- Run the tests: undone (check run closed)
- Write the code: undone (branch deleted)\
"""
    ])


@pytest.mark.parametrize("times", [1000])
async def test_an_undo_that_always_breaks_off_is_left_to_a_person(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.requester.comments("/claude cancel", on=issue)
    await team.bot.is_in(State.FAILED)
    await team.bot.comes_to_rest()

    for _ in range(4):
        await team.bot.looks_for_what_hangs()

    await team.bot.reaches(State.FAILED, because="cancelled")
    await team.bot.comes_to_rest()
    assert not pull.is_open
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Pull request and approval” (`cancelled`). It was cancelled.

What I took back:
- Pull request and approval: undone (pull request closed, #2)
- Merge and deploy: nothing to undo
- Run the tests: **needs a person** (something went wrong inside me; see what is left of it)
- Write the code: **needs a person** (something went wrong inside me; see what is left of it)\
"""
    ])


async def test_a_fact_that_could_not_be_told_is_told_later(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    team.github.world.faults.add(Fault(kind="refuse", status=422, method="PATCH", route=COMMENTS, times=None))
    await team.requester.comments("/claude reject not now", on=pull)
    await team.bot.has_ended()
    await team.bot.comes_to_rest()
    untold = issue.status_comment()
    team.github.world.faults.clear()

    await team.bot.looks_for_what_hangs()

    assert ": reviewing" in untold
    assert ": failed" in issue.status_comment()
    assert len(issue.last_words()) == 1


async def test_what_broke_long_ago_is_left_alone(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    fault = Fault(kind="refuse", status=422, method="PATCH", route=COMMENTS)
    team.github.world.faults.add(fault)
    await team.requester.comments("/claude reject not now", on=pull)
    await team.bot.has_ended()
    await team.bot.comes_to_rest()
    it, now = await team.bot.integration(), team.bot.at_work.world.clock.now()

    lately = await broken(notifying.WORKFLOW, since=now - timedelta(days=1))
    assert [integration_id for _, integration_id in lately] == [it.id]
    assert await broken(notifying.WORKFLOW, since=now + timedelta(hours=1)) == []
