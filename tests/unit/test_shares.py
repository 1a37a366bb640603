"""Places and shares: a tenant that wants everything does not keep the others out."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot.infrastructure.engine import QUEUES
from bot.infrastructure.resilience import POLICIES, Policy
from bot.infrastructure.shares import PLACES, Shares


class Crowd:
    """Who is in, by tenant, and stays until they are let out."""

    def __init__(self, shares: Shares) -> None:
        self.shares = shares
        self.within: list[str] = []
        self.leave = asyncio.Event()

    async def enters(self, tenant: str) -> None:
        async with self.shares.place(tenant):
            self.within.append(tenant)
            await self.leave.wait()


async def answers() -> str:
    return "answer"


async def come(crowd: Crowd, group: asyncio.TaskGroup, *tenants: str) -> None:
    for tenant in tenants:
        group.create_task(crowd.enters(tenant))
    for _ in range(5):  # each has come as far as it gets
        await asyncio.sleep(0)


async def test_a_tenant_has_its_share_and_no_more() -> None:
    crowd = Crowd(Shares(total=4, each=3))
    async with asyncio.TaskGroup() as group:
        await come(crowd, group, *["acme"] * 10)
        alone = list(crowd.within)
        await come(crowd, group, "globex")
        beside = list(crowd.within)
        crowd.leave.set()

    assert (alone, beside) == (["acme"] * 3, ["acme"] * 3 + ["globex"])
    assert len(crowd.within) == 11


async def test_all_together_have_no_more_than_there_is() -> None:
    crowd = Crowd(Shares(total=4, each=3))
    async with asyncio.TaskGroup() as group:
        await come(crowd, group, *(name for name in "abc" for _ in range(3)))
        within = list(crowd.within)
        crowd.leave.set()

    assert within == ["a", "a", "a", "b"]


async def test_who_gives_up_waiting_takes_nothing_along() -> None:
    shares = Shares(total=1, each=1)
    async with shares.place("acme"):
        for tenant in ("acme", "globex"):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(AsyncExitStack().enter_async_context(shares.place(tenant)), 0.01)

    async with asyncio.timeout(1), shares.place("acme"):
        pass
    async with asyncio.timeout(1), shares.place("globex"):
        pass


async def test_a_dependency_is_shared_too() -> None:
    policy = Policy("sandbox", concurrency=2, each=1, attempt_seconds=5, deadline_seconds=5)
    ends = asyncio.Event()

    async def holds() -> None:
        await policy.call("run", ends.wait, tenant="acme")

    async with asyncio.TaskGroup() as group:
        group.create_task(holds())
        await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(holds(), 0.02)
        assert await policy.call("run", answers, tenant="globex") == "answer"
        ends.set()


def test_ab_03_each_level_leaves_room_for_others() -> None:
    """A repository has less than its account, and an account less than there is."""
    repository = {name: QUEUES[name]["partition_worker_concurrency"] for name in PLACES}
    sandboxes = POLICIES["sandbox"]

    assert all(repository[name] < PLACES[name].each < PLACES[name].total for name in PLACES)
    assert sum(repository.values()) < sandboxes["each"] < sandboxes["concurrency"]
    assert not any("worker_concurrency" in QUEUES[name] for name in PLACES)
