"""Races of what is sent back: in whatever order people act, only what was seen is merged."""

import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import pytest

from bot.application import ending, publishing, steps
from bot.application.asked import Approve, Asked, RequestChanges
from bot.application.commands import handle
from bot.application.recording import load
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import Denied
from bot.domain.states import State
from bot.records import Commit, Since, StepFailed, Unavailable
from tests.unit.fakes import FakeSources, Stage
from tests.unit.histories import (
    ADMIN,
    BASE,
    BETTER_CHANGE,
    BRANCH,
    CHANGE,
    COMMIT,
    CONTENT,
    DEVELOPER,
    ID,
    PULL,
    REPORT,
    SHOP,
    SUMMARY,
    TREE,
    UP_FOR_REVIEW,
)

SPOKEN: Final[Mapping[str, Asked]] = {
    "approve": Approve(by=ADMIN, repository=SHOP, integration_id=ID),
    "approve own": Approve(by=DEVELOPER, repository=SHOP, integration_id=ID),
    "changes": RequestChanges(by=DEVELOPER, repository=SHOP, integration_id=ID, parts=("Better.",)),
}
WHERE = {State.REVIEWING: publishing.create_pull_request, State.DEPLOYING: steps.deploy}
DEEDS = (*("go on",) * 12, *("changes",) * 3, "approve", "approve own", "push")
FILES = {"README.md": b"# Shop\n"}


def worked(it: Integration) -> list[e.Event]:
    """The model changes something or nothing, and the tests pass."""
    change = BETTER_CHANGE if it.attempt % 2 else CHANGE
    return [
        e.ToolsRun(attempt=it.attempt, turn=it.turns, results=REPORT, change=change),
        e.CodeGenerated(attempt=it.attempt, change=change, files=1, summary=SUMMARY),
        e.TestsPassed(attempt=it.attempt, report=REPORT, passed=9),
    ]


@dataclass
class Telling:
    """One order of deeds; between any two looks at the log another deed may come."""

    chance: random.Random
    stage: Stage = field(default_factory=Stage)
    told: int = 0
    pushed: list[str] = field(default_factory=list)

    @property
    def head(self) -> str:
        return self.stage.branches.heads[BRANCH].sha

    async def deed(self, name: str) -> None:
        self.told += 1
        with suppress(Denied, Unavailable):
            await self._do(name, f"deed-{self.told}")
        self._show()

    async def _do(self, name: str, key: str) -> None:
        match name:
            case "go on":
                await self._step(key)
            case "push":
                self._push()
            case _:
                await handle(SPOKEN[name], key=key, door="github", world=self.stage.world)

    def _push(self) -> None:
        """The developer commits to the branch."""
        theirs = f"{len(self.pushed):04x}" * 10
        self.pushed.append(theirs)
        self.stage.sources.files[theirs] = {**FILES, "shop/erp.py": CONTENT.encode(), "theirs.txt": b"x\n"}
        self.stage.branches.heads[BRANCH] = Commit(sha=theirs, tree=TREE)
        self.stage.branches.come = Since(only_added=True, authors=(DEVELOPER.id,))

    def _show(self) -> None:
        """The pull request shows where its branch stands."""
        if self.stage.pulls.there[PULL][1].state == "open":
            self.stage.pulls.has(PULL, BRANCH, self.head)

    async def _step(self, key: str) -> None:
        it = await load(self.stage.world, ID)
        if it.state is State.GENERATING:
            self.stage.log.holds(worked(it), key=key)
            return
        step = WHERE.get(it.state)
        if step is None:
            return
        if it.state is State.REVIEWING and self.chance.random() < 0.3:
            self.stage.log.meanwhile.append(self._interrupted)
        try:
            await step(self.stage.world, ID, key=key)
        except StepFailed as failure:
            await ending.fail(self.stage.world, ID, failure.code, failure.detail, key=f"{key}-fail")
        finally:
            self.stage.log.meanwhile.clear()

    def _interrupted(self) -> None:
        """Somebody sends it back just before what the step writes."""
        past = self.stage.log.events()
        it = self.stage.log.integration()
        if it.waiting_for == "approval":
            wish = e.ChangesRequested(
                by=DEVELOPER, attempt=it.attempt + 1, said=SUMMARY, head=it.head, change=it.change
            )
            self.stage.log.holds((wish,), key=f"x-{len(past)}")


def up_for_review(seed: int) -> Telling:
    telling = Telling(chance=random.Random(seed))  # noqa: S311  an order, not a secret
    telling.stage.log.holds(UP_FOR_REVIEW)
    telling.stage.sources = FakeSources(files={BASE: dict(FILES)})
    telling.stage.branches.heads[BRANCH] = Commit(sha=COMMIT, tree=TREE)
    telling.stage.branches.made = [(BASE, (), "")]
    telling.stage.pulls.has(PULL, BRANCH, COMMIT)
    telling.stage.checks.runs[31] = (COMMIT, ID, None)
    return telling


async def told(seed: int) -> Telling:
    telling = up_for_review(seed)
    for _ in range(40):
        await telling.deed(telling.chance.choice(DEEDS))
    return telling


@pytest.mark.parametrize("block", range(5))
async def test_sm_01_sm_02_in_any_order_only_what_was_tested_and_approved_is_merged(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        telling = await told(seed)
        facts, merged = telling.stage.log.events(), [head for _, head in telling.stage.pulls.merged]
        approvals = [(fact.by, fact.head) for fact in facts if isinstance(fact, e.Approved)]
        ours = {COMMIT, *(fact.head for fact in facts if isinstance(fact, e.CommitMade))}
        assert len(merged) <= 1
        assert all(head in ours for head in merged), "merged what was not tested"
        assert all(any(head == seen for _, seen in approvals) for head in merged), "merged unseen"
        assert not telling.stage.branches.deleted
        shared = [
            at for at, fact in enumerate(facts) if isinstance(fact, e.ChangesRequested) and fact.authors
        ]
        own = [at for at, fact in enumerate(facts) if isinstance(fact, e.Approved) and fact.by == DEVELOPER]
        assert not shared or all(at < shared[0] for at in own), "approved what they committed themselves"


async def test_sm_01_some_of_these_orders_end_in_a_merge_and_some_are_sent_back_more_than_once() -> None:
    tellings = [await told(seed) for seed in range(60)]
    merged = [bool(each.stage.pulls.merged) for each in tellings]
    rounds = [
        sum(isinstance(fact, e.ChangesRequested) for fact in each.stage.log.events()) for each in tellings
    ]

    assert 3 < sum(merged) < 57
    assert max(rounds) > 2
