"""Approvals under attack: whoever says what in whatever order, while roles change and time passes."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import pytest

from bot.application import ending, publishing, steps
from bot.application.asked import Approve
from bot.application.commands import handle
from bot.application.lapsing import lapse_of
from bot.application.recording import load
from bot.application.withdrawing import note_withdrawn
from bot.domain import events as e
from bot.domain.policy import Denied
from bot.domain.states import State
from bot.records import Actor, StepFailed, Unavailable
from tests.unit.fakes import FakeClock, FakeRepositories, Stage
from tests.unit.histories import ADMIN, BEGAN, BRANCH, COMMIT, DEVELOPER, ID, PULL, REQUESTER, SHOP
from tests.unit.test_approving import INFRA, PAYMENTS, ruled

OTHER_ADMIN: Final = Actor(id=30, login="other-admin")
BOT: Final = Actor(id=31, login="helper[bot]")
PEOPLE: Final = {each.login: each for each in (REQUESTER, DEVELOPER, ADMIN, OTHER_ADMIN, BOT)}
ROLES: Final = {1: "admin", 2: "write", 3: "admin", 30: "admin", 31: "admin"}
TEAM: Final = INFRA.by[0]
DAYS: Final = 7
RULES: Final = (PAYMENTS, INFRA)
WHERE: Final = {State.REVIEWING: publishing.create_pull_request, State.DEPLOYING: steps.deploy}
DEEDS: Final = (
    *("go on",) * 8,
    *PEOPLE,
    *PEOPLE,
    "time",
    "lapse",
    "demote",
    "promote",
    "leave",
    "join",
    "withdraw",
    "blind",
)


@dataclass
class Telling:
    """One order of deeds; what may be counted on is looked at whenever something was merged."""

    chance: random.Random
    stage: Stage = field(
        default_factory=lambda: Stage(
            clock=FakeClock(time=BEGAN + timedelta(hours=1)),
            repositories=FakeRepositories(roles=dict(ROLES), teams={TEAM: frozenset({DEVELOPER.id})}),
        )
    )
    told: int = 0

    async def deed(self, name: str) -> None:
        self.told += 1
        try:
            await self._do(name, f"deed-{self.told}")
        except (Denied, Unavailable):
            return

    async def _do(self, name: str, key: str) -> None:
        world, roles = self.stage.world, self.stage.repositories.roles or {}
        match name:
            case "go on":
                await self._step(key)
            case "time":
                self.stage.clock.time += timedelta(days=self.chance.randint(1, 4))
            case "lapse":
                await lapse_of(world, ID, key=key)
            case "demote" | "promote":
                roles[self.chance.choice((ADMIN.id, OTHER_ADMIN.id))] = (
                    "admin" if name == "promote" else "write"
                )
            case "leave" | "join":
                members = {DEVELOPER.id} if name == "join" else set[int]()
                self.stage.repositories.teams = {TEAM: frozenset(members)}
            case "blind":
                self.stage.repositories.is_blind = not self.stage.repositories.is_blind
            case "withdraw":
                whose = self.chance.choice(list(PEOPLE.values()))
                await note_withdrawn(ID, by=whose, whose=whose, key=key, world=world)
            case login:
                asked = Approve(by=PEOPLE[login], repository=SHOP, integration_id=ID)
                await handle(asked, key=key, door="github", world=world)

    async def _step(self, key: str) -> None:
        it, merges = await load(self.stage.world, ID), len(self.stage.pulls.merged)
        step = WHERE.get(it.state)
        if step is None:
            return
        try:
            await step(self.stage.world, ID, key=key)
        except StepFailed as failure:
            await ending.fail(self.stage.world, ID, failure.code, failure.detail, key=f"{key}-fail")
        if len(self.stage.pulls.merged) > merges:
            self._check_was_approved()

    def _check_was_approved(self) -> None:
        """Of the rules as they are written, and of the people as they are: not by the code that decides."""
        now, roles = self.stage.clock.now(), self.stage.repositories.roles or {}
        counted = {given.by.id for given in self._held(now)}
        admins = {each for each in counted - {REQUESTER.id, BOT.id} if roles[each] == "admin"}
        assert len(admins) >= PAYMENTS.count
        assert DEVELOPER.id in counted
        assert not self.stage.repositories.is_blind
        assert DEVELOPER.id in self.stage.repositories.teams[TEAM]

    def _held(self, now: datetime) -> list[e.Approved]:
        """Approvals that nobody took back, each as young as it has to be."""
        held: dict[int, e.Approved] = {}
        for fact in self.stage.log.events():
            if isinstance(fact, e.Approved):
                held[fact.by.id] = fact
            elif isinstance(fact, (e.ApprovalWithdrawn, e.ApprovalLapsed)):
                held.pop(fact.whose.id, None)
        return [each for each in held.values() if datetime.fromisoformat(each.until or "") > now]


async def told(seed: int) -> Telling:
    telling = Telling(chance=random.Random(seed))  # noqa: S311  an order, not a secret
    telling.stage.log.holds(ruled(*RULES, approval_days=DAYS))
    telling.stage.pulls.has(PULL, BRANCH, COMMIT)
    telling.stage.checks.runs[31] = (COMMIT, ID, None)
    for _ in range(40):
        await telling.deed(telling.chance.choice(DEEDS))
    return telling


@pytest.mark.parametrize("block", range(2))
async def test_sm_02_id_12_id_13_in_any_order_only_what_is_approved_still_and_by_those_who_may_is_merged(
    block: int,
) -> None:
    for seed in range(block * 60, block * 60 + 60):
        telling = await told(seed)
        assert len(telling.stage.pulls.merged) <= 1


async def test_sm_02_some_of_these_orders_end_in_a_merge_and_in_some_an_open_gate_is_shut_again() -> None:
    tellings = [await told(seed) for seed in range(60)]

    merged = sum(bool(each.stage.pulls.merged) for each in tellings)
    shut = sum(each.stage.log.integration().gates > 1 for each in tellings)
    assert merged > 2
    assert shut > 0
