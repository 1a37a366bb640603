"""Two people decide on two windows in the same instant: one fact, and both are told."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import pytest

from bot.application import decision_words, status_words
from bot.application.asked import AnswerQuestions, Approve, Asked, Cancel, Deploy, Reject, RequestChanges
from bot.application.commands import handle
from bot.application.decisions import decisions_in
from bot.application.refusal_words import refusal
from bot.application.views import view_of
from bot.domain import events as e
from bot.domain.done_already import DoneAlready
from bot.domain.policy import NothingWaits
from bot.records import Actor, Fact, FollowUp, Recorded
from tests.unit.fakes import FakeLog, Stage
from tests.unit.histories import (
    ADMIN,
    ASKED,
    COMMIT,
    DEVELOPER,
    ID,
    MERGED_FOR_A_DEVELOPER,
    PLANNING,
    REQUESTER,
    SHOP,
    UP_FOR_REVIEW,
    History,
    integration,
)

TIMES = 1000


@dataclass
class BusyLog(FakeLog):
    """Others are let in before and after whatever is asked of it, at random."""

    chance: Random = field(default_factory=Random)  # noqa: S311  no secret

    async def read(self, stream: str, *, until: datetime | None = None) -> list[Recorded]:
        await self._others()
        return await super().read(stream, until=until)

    async def append(  # noqa: PLR0913  the port's own
        self,
        stream: str,
        facts: Sequence[Fact],
        *,
        after: int | None,
        key: str,
        meta: Mapping[str, Any],
        row: Mapping[str, Any],
        follow_ups: Sequence[FollowUp],
        among: int | None = None,
    ) -> list[Recorded]:
        await self._others()
        return await super().append(
            stream, facts, after=after, key=key, meta=meta, row=row, follow_ups=follow_ups, among=among
        )

    async def _others(self) -> None:
        for _ in range(self.chance.randrange(4)):
            await asyncio.sleep(0)


def staged(history: History, *, seed: int = 0) -> Stage:
    stage = Stage(log=BusyLog(chance=Random(seed)))  # noqa: S311  the same
    stage.log.holds(history)
    return stage


def approval(by: Actor, *, head: str | None = COMMIT) -> Approve:
    return Approve(by=by, repository=SHOP, integration_id=ID, head=head)


async def asks(asked: Asked, stage: Stage, door: str) -> str:
    """What they are told: that it is done, or why it is not theirs to do any more."""
    try:
        await handle(asked, key=f"{door}-{asked.by.login}", door=door, world=stage.world)
    except NothingWaits as no:
        return refusal(no)
    return "done"


async def test_two_people_approve_in_the_same_instant_a_thousand_times() -> None:
    first = dict.fromkeys(("developer", "admin"), 0)
    for seed in range(TIMES):
        stage = staged(UP_FOR_REVIEW, seed=seed)

        told = await asyncio.gather(
            asks(approval(DEVELOPER), stage, "github"), asks(approval(ADMIN), stage, "slack")
        )

        [fact] = [each for each in stage.log.streams[ID] if each.type == "Approved"]
        other = told[1] if told[0] == "done" else told[0]
        assert sorted(told) == sorted(["done", other])
        assert f"@{fact.data['by']['login']} approved `{COMMIT[:7]}`" in other
        first[fact.data["by"]["login"]] += 1
    assert all(first.values()), first


@pytest.mark.parametrize(
    ("history", "first", "second", "told"),
    [
        (
            UP_FOR_REVIEW,
            approval(DEVELOPER),
            RequestChanges(by=ADMIN, repository=SHOP, integration_id=ID, parts=("smaller",)),
            "@developer approved `c0dec0d`",
        ),
        (UP_FOR_REVIEW, approval(DEVELOPER), approval(ADMIN), "@developer approved `c0dec0d`"),
        (
            PLANNING,
            approval(DEVELOPER, head=None),
            Reject(by=ADMIN, repository=SHOP, integration_id=ID, why=""),
            "@developer approved the plan",
        ),
        (
            ASKED,
            AnswerQuestions(by=REQUESTER, repository=SHOP, integration_id=ID, text="Berlin"),
            AnswerQuestions(by=DEVELOPER, repository=SHOP, integration_id=ID, text="Rome"),
            "@requester answered",
        ),
        (
            MERGED_FOR_A_DEVELOPER,
            Deploy(by=ADMIN, repository=SHOP, integration_id=ID),
            Deploy(by=Actor(id=3, login="admin"), repository=SHOP, integration_id=ID),
            "@admin let it go out",
        ),
        (
            ASKED,
            Cancel(by=DEVELOPER, repository=SHOP, integration_id=ID, cause="cancelled"),
            AnswerQuestions(by=REQUESTER, repository=SHOP, integration_id=ID, text="Berlin"),
            "@developer stopped it",
        ),
    ],
)
async def test_who_comes_second_is_told_that_it_is_done_and_by_whom(
    history: History, first: Asked, second: Asked, told: str
) -> None:
    stage = staged(history)

    assert await asks(first, stage, "slack") == "done"
    before = len(stage.log.streams[ID])
    said = await asks(second, stage, "github")

    assert said.startswith("That is done already: ")
    assert told in said
    assert ", in Slack." in said
    assert len(stage.log.streams[ID]) == before


async def test_of_what_nobody_decided_nothing_is_said_to_be_done() -> None:
    stage = staged(ASKED)

    with pytest.raises(NothingWaits) as no:
        await handle(approval(DEVELOPER), key="d-1", door="github", world=stage.world)

    assert not isinstance(no.value, DoneAlready)


async def test_what_is_decided_in_slack_stands_in_the_status_comment_on_github() -> None:
    stage = staged(UP_FOR_REVIEW)
    await asks(approval(ADMIN), stage, "slack")
    records = stage.log.streams[ID]

    view = view_of(integration(e.decode(records)), records)

    assert "- @admin approved `c0dec0d`, in Slack." in status_words.status_comment(view)


async def test_a_decision_says_through_which_window_it_came() -> None:
    stage = staged(UP_FOR_REVIEW)
    await asks(approval(ADMIN), stage, "github")

    said = [decision_words.line(each) for each in decisions_in(stage.log.streams[ID])]

    assert said == ["@admin approved `c0dec0d`, on GitHub."]
