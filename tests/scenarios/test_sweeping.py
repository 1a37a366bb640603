"""A delivery that nobody works any more is found: handed on once again, and then set aside."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pytest
from dbos import DBOS
from sqlalchemy import Connection

from bot.application import intake, sweeping
from bot.domain.states import State
from bot.infrastructure.engine import start
from bot.infrastructure.inbox import Inbox
from bot.infrastructure.observing import Nobody
from bot.records import Delivery, FollowUp, Start
from tests.story import Team, Thread
from tests.story.team import REQUEST

LOST: Final = "lost-1"


def loses(_connection: Connection, _follow_ups: Sequence[FollowUp]) -> None:
    """An engine that forgets what it is handed."""


async def loses_a_request(team: Team, *, ago: timedelta = timedelta(minutes=6)) -> Thread:
    """The issue on which something was asked for, so long ago, of which the engine does not know."""
    issue = await team.requester.opens_an_issue()
    postman, outbox = team.github.world.postman, team.github.world.outbox
    postman.holding = True
    await team.requester.comments(REQUEST, on=issue)
    body = outbox.pop().body
    postman.holding = False
    inbox = Inbox(team.bot.stored.database, loses, lambda _: True, Nobody())
    await inbox.keep(
        Delivery(
            key=LOST,
            source="github",
            kind="issue_comment.created",
            meaning=LOST,
            body=body,
            digest=LOST.encode(),
            received_at=team.bot.stored.clock.now() - ago,
        )
    )
    await inbox.close()
    return issue


async def sweeps(team: Team, turn: str) -> None:
    """As it does every minute."""
    await start(Start(queue="ops", workflow=sweeping.WORKFLOW, id=f"sweep-{turn}", args=("now", "")))
    await team.bot.comes_to_rest()


async def test_what_was_kept_and_is_worked_by_nobody_is_handed_on_again(team: Team) -> None:
    issue = await loses_a_request(team)

    await sweeps(team, "1")

    await team.bot.has_a_pull_request(on=issue)
    assert await team.bot.stored.inbox.unsettled(before=team.bot.stored.clock.now()) == []


async def test_what_came_a_moment_ago_is_left_to_those_who_work_it(team: Team) -> None:
    await loses_a_request(team, ago=timedelta(minutes=1))

    await sweeps(team, "1")

    assert await team.bot.row() is None


async def test_what_is_in_somebodys_hands_stays_there(team: Team) -> None:
    issue = await loses_a_request(team)
    team.github.delays("POST", "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", seconds=3)
    await start(Start(queue="intake", workflow=intake.WORKFLOW, id="in-lost", args=(LOST,), partition="1"))

    await sweeps(team, "1")

    await team.bot.has_a_pull_request(on=issue)
    assert await DBOS.list_workflows_async(workflow_ids=[f"swept-{LOST}"]) == []


async def test_what_was_handed_on_again_and_still_did_not_end_is_set_aside_and_said(team: Team) -> None:
    issue = await loses_a_request(team)
    await start(Start(queue="intake", workflow=intake.WORKFLOW, id=f"swept-{LOST}", args=(), partition="1"))
    await team.bot.comes_to_rest()

    await sweeps(team, "1")

    aside = [(each["key"], each["why"]) for each in await team.bot.stored.aside.listed()]
    assert (aside, len(issue.by_the_bot("apology"))) == ([(LOST, "abandoned")], 1)
    assert await team.bot.stored.aside.again(LOST)
    await team.bot.has_a_pull_request(on=issue)


@pytest.mark.long
async def test_nobody_has_to_start_it(team: Team) -> None:
    await loses_a_request(team)

    await team.bot.has_come_to(State.VALIDATING)
    assert len(await DBOS.list_workflows_async(workflow_ids=[f"swept-{LOST}"])) == 1
