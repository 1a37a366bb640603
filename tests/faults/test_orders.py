"""Who speaks at the gate at once, and in which order it is heard: one history, and a stop is obeyed."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any, Final

import pytest

from bot.application import ending, publishing
from bot.application.asked import Approve, Asked, Cancel
from bot.application.commands import handle
from bot.application.recording import load
from bot.domain import events as e
from bot.domain.policy import Denied
from bot.records import Fact, Recorded, StepFailed
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import closed, comment, deployment_status, push, review
from tests.unit.fakes import FakeLog, Stage
from tests.unit.histories import (
    ADMIN,
    BRANCH,
    COMMIT,
    DEPLOYING,
    DEVELOPER,
    ID,
    PULL,
    REQUESTER,
    SHOP,
    UP_FOR_REVIEW,
)

APPROVAL: Final = Approve(by=DEVELOPER, repository=SHOP, integration_id=ID, head=COMMIT)
STOP: Final = Cancel(by=REQUESTER, repository=SHOP, integration_id=ID, cause="cancelled")
AFTER: Final = "2026-01-01T10:00:00Z"
DELIVERIES: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "approved in a comment": (
        "issue_comment.created",
        comment("/claude approve", by=DEVELOPER, on=PULL, number=701, at=AFTER),
    ),
    "approved in a review": ("pull_request_review.submitted", review(by=ADMIN, commit=COMMIT)),
    "cancelled": ("issue_comment.created", comment("/claude cancel", by=REQUESTER, number=702, at=AFTER)),
    "closed": ("pull_request.closed", closed(by=DEVELOPER)),
    "the base has moved": ("push", push("main")),
}


@dataclass
class CrowdedLog(FakeLog):
    """The same log, where between any two looks of one another one has its turn, as chance has it."""

    chance: random.Random = field(kw_only=True)

    async def read(self, stream: str, **until: Any) -> list[Recorded]:
        await self._others()
        found = await super().read(stream, **until)
        await self._others()
        return found

    async def append(self, stream: str, facts: Sequence[Fact], **given: Any) -> list[Recorded]:
        await self._others()
        return await super().append(stream, facts, **given)

    async def _others(self) -> None:
        for _ in range(self.chance.randrange(4)):
            await asyncio.sleep(0)


def at_the_gate(log: FakeLog | None = None) -> Stage:
    stage = Stage(log=log or FakeLog())
    stage.log.holds(UP_FOR_REVIEW)
    stage.pulls.has(PULL, BRANCH, COMMIT)
    stage.checks.runs[31] = (COMMIT, ID, None)
    return stage


async def says(asked: Asked, stage: Stage, *, key: str) -> str:
    try:
        await handle(asked, key=key, door="github", world=stage.world)
    except Denied as no:
        return no.code
    return "taken"


async def goes_on(stage: Stage) -> str:
    """What the saga's next step comes to."""
    try:
        await publishing.create_pull_request(stage.world, ID, key="saga")
    except StepFailed as failure:
        await ending.fail(stage.world, ID, failure.code, failure.detail, key="fail")
    it = await load(stage.world, ID)
    return it.reason or it.state.value


async def at_once(seed: int) -> tuple[Stage, Sequence[str]]:
    """An approval and a stop in the same moment, in one order or the other."""
    chance = random.Random(seed)  # noqa: S311  an order, not a secret
    stage = at_the_gate(CrowdedLog(chance=chance))
    spoken: list[tuple[Asked, str]] = [(APPROVAL, "approve"), (STOP, "cancel")]
    chance.shuffle(spoken)
    said = await asyncio.gather(*(says(asked, stage, key=key) for asked, key in spoken))
    return stage, said


@pytest.mark.parametrize("block", range(10))
async def test_f46_approved_and_cancelled_at_once_a_thousand_times_is_one_history(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        stage, _ = await at_once(seed)
        kinds = [type(fact) for fact in stage.log.events()[len(UP_FOR_REVIEW) :]]

        assert kinds in ([e.CancelRequested], [e.Approved, e.CancelRequested]), seed
        assert [each.version for each in stage.log.streams[ID]] == [*range(1, len(stage.log.events()) + 1)]
        assert await goes_on(stage) == "cancelled"
        assert stage.pulls.merged == []


async def test_f46_of_these_some_are_approved_first_and_some_are_not() -> None:
    first = [isinstance((await at_once(seed))[0].log.events()[-2], e.Approved) for seed in range(100)]

    assert 5 < sum(first) < 95


async def heard(order: Sequence[str]) -> Stage:
    stage = at_the_gate()
    for name in order:
        event, data = DELIVERIES[name]
        await GITHUB[event](data, Context(world=stage.world, key=f"d-{name}"))
    return stage


@pytest.mark.parametrize("first", DELIVERIES)
async def test_f41_five_deliveries_in_every_order_end_the_same(first: str) -> None:
    for order in permutations(DELIVERIES):
        if order[0] == first:
            stage = await heard(order)

            assert await goes_on(stage) in {"cancelled", "pull_request_closed"}, order
            assert stage.pulls.merged == [], order
            kinds = [type(fact) for fact in stage.log.events()]
            assert kinds.count(e.CancelRequested) == kinds.count(e.IntegrationFailed) == 1, order


@pytest.mark.parametrize("first", DELIVERIES)
async def test_f41_what_comes_a_second_time_in_another_order_changes_nothing(first: str) -> None:
    others = [name for name in DELIVERIES if name != first]
    stage = await heard([first, *others])
    before = stage.log.events()

    for name in (*reversed(others), first):
        event, data = DELIVERIES[name]
        await GITHUB[event](data, Context(world=stage.world, key=f"d-{name}"))

    assert stage.log.events() == before


SAID: Final = ("in_progress", "success", "failure", "error", "success")
OTHER: Final = "zzzzzzzzzz"


def deploying(*streams: str) -> Stage:
    """Each of these is merged, and its deployment is under way: 51, 52 and so on."""
    stage = Stage()
    for nth, stream in enumerate(streams):
        created = e.DeploymentCreated(deployment=51 + nth, environment="production")
        stage.log.holds((*DEPLOYING[:-1], created), stream=stream)
    return stage


async def told(stage: Stage, state: str, deployment: int, *, nth: int) -> None:
    context = Context(world=stage.world, key=f"d-{nth}")
    await GITHUB["deployment_status.created"](deployment_status(state, deployment=deployment), context)


async def test_f74_a_deployment_that_flaps_has_the_outcome_that_was_told_first() -> None:
    for order in {*permutations(SAID)}:
        stage = deploying(ID)

        for nth, state in enumerate(order):
            await told(stage, state, 51, nth=nth)

        first = next(state for state in order if state != "in_progress")
        reported = stage.log.events()[len(DEPLOYING) :]
        assert reported == [e.DeploymentReported(deployment=51, outcome=first)], order


async def test_f75_of_two_deployments_at_once_each_has_its_own_outcome() -> None:
    for order in permutations([(51, "success"), (52, "failure"), (51, "failure"), (52, "success")]):
        stage = deploying(ID, OTHER)

        for nth, (deployment, state) in enumerate(order):
            await told(stage, state, deployment, nth=nth)

        for stream, own in ((ID, 51), (OTHER, 52)):
            first = next(state for deployment, state in order if deployment == own)
            assert (await load(stage.world, stream)).deployment_outcome == first, order
