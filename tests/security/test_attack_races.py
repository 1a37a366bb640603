"""Races at the gate: whoever says what in whatever order, one history comes of it, and stops are obeyed."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pytest

from bot.application import ending, publishing, steps
from bot.application.asked import Approve, Asked, Cancel, Deploy, Reject
from bot.application.commands import handle, note_closed
from bot.application.recording import load
from bot.domain import events as e
from bot.domain.policy import Denied
from bot.domain.states import State
from bot.records import StepFailed, Unavailable
from tests.unit.fakes import Stage
from tests.unit.histories import (
    ADMIN,
    BRANCH,
    COMMIT,
    DEVELOPER,
    ID,
    PULL,
    REQUESTER,
    SHOP,
    UP_FOR_REVIEW,
    failed,
)

MOVED = "0bad" * 10
SPOKEN: Final[Mapping[str, Asked]] = {
    "approve": Approve(by=DEVELOPER, repository=SHOP, integration_id=ID),
    "approve own": Approve(by=REQUESTER, repository=SHOP, integration_id=ID),
    "deploy": Deploy(by=ADMIN, repository=SHOP, integration_id=ID),
    "cancel": Cancel(by=DEVELOPER, repository=SHOP, integration_id=ID, cause="cancelled"),
    "reject": Reject(by=DEVELOPER, repository=SHOP, integration_id=ID, why=""),
}
WHERE = {State.REVIEWING: publishing.create_pull_request, State.DEPLOYING: steps.deploy}
DEEDS = (*("go on",) * 9, "approve", "approve", "deploy", "approve own", "cancel", "reject", "close", "push")


@dataclass
class Telling:
    """One order of deeds; between any two looks at the log another deed may come."""

    chance: random.Random
    stage: Stage = field(default_factory=Stage)
    told: int = 0

    async def deed(self, name: str) -> None:
        self.told += 1
        key = f"deed-{self.told}"
        try:
            await self._do(name, key)
        except (Denied, Unavailable):
            return

    async def _do(self, name: str, key: str) -> None:
        match name:
            case "go on":
                await self._step(key)
            case "push":
                self.stage.pulls.has(PULL, BRANCH, MOVED)
            case "close":
                await note_closed(ID, PULL, by=DEVELOPER, merged=False, key=key, world=self.stage.world)
            case _:
                await handle(SPOKEN[name], key=key, door="github", world=self.stage.world)

    async def _step(self, key: str) -> None:
        """The saga's next step; somebody may speak just before what it writes."""
        it = await load(self.stage.world, ID)
        step = WHERE.get(it.state)
        if step is None:
            return
        stopped, merges = it.cancelled or it.rejected_by, len(self.stage.pulls.merged)
        if self.chance.random() < 0.3:
            self.stage.log.meanwhile.append(self._interrupted)
        try:
            await step(self.stage.world, ID, key=key)
        except StepFailed as failure:
            await ending.fail(self.stage.world, ID, failure.code, failure.detail, key=f"{key}-fail")
        finally:
            self.stage.log.meanwhile.clear()
        assert not (stopped and len(self.stage.pulls.merged) > merges), "merged after it was stopped"

    def _interrupted(self) -> None:
        past = self.stage.log.events()
        if not any(isinstance(fact, e.CancelRequested | e.IntegrationFailed) for fact in past):
            self.stage.log.holds((e.CancelRequested(by=DEVELOPER, cause="cancelled"),), key=f"x-{len(past)}")


@pytest.mark.parametrize("block", range(10))
async def test_sm_06_in_any_order_a_stop_is_obeyed_and_nothing_is_merged_unseen(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        telling = await told(seed)
        facts, merged = telling.stage.log.events(), telling.stage.pulls.merged
        approvals = [fact for fact in facts if isinstance(fact, e.Approved)]
        assert len(merged) <= 1
        assert all(head == COMMIT for _, head in merged)
        assert not merged or any(given.by == DEVELOPER for given in approvals)
        assert all(given.by != REQUESTER for given in approvals)
        assert len(telling.stage.deployments.asked) <= len(merged)
        check_order(facts)


def up_for_review(seed: int) -> Telling:
    telling = Telling(chance=random.Random(seed))  # noqa: S311  an order, not a secret
    telling.stage.log.holds(UP_FOR_REVIEW)
    telling.stage.pulls.has(PULL, BRANCH, COMMIT)
    telling.stage.checks.runs[31] = (COMMIT, ID, None)
    return telling


async def told(seed: int) -> Telling:
    telling = up_for_review(seed)
    for _ in range(20):
        await telling.deed(telling.chance.choice(DEEDS))
    return telling


def check_order(facts: list[e.Event]) -> None:
    """Once it has come to nothing, nothing further comes of it."""
    ends = [at for at, fact in enumerate(facts) if isinstance(fact, e.IntegrationFailed)]
    assert len(ends) <= 1
    assert not ends or ends[0] == len(facts) - 1


async def test_sm_06_some_of_these_orders_end_in_a_merge_and_some_do_not() -> None:
    merged = [bool((await told(seed)).stage.pulls.merged) for seed in range(100)]

    assert 3 < sum(merged) < 97


async def test_sm_05_what_has_failed_is_moved_by_nothing() -> None:
    telling = up_for_review(0)
    telling.stage.log.holds(failed()[-1:])
    before = telling.stage.log.events()

    for name in DEEDS:
        await telling.deed(name)

    assert telling.stage.log.events() == before
