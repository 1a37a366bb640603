"""Places of which one tenant can hold only some: whatever it asks for, there are some left for others."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, NamedTuple
from weakref import WeakValueDictionary


class Places(NamedTuple):
    """So many in all, and so many for one account."""

    total: int
    each: int


# Of the jobs of a queue in one process. The engine knows one key for a queue, and that is the repository
# (QUEUES): it hands out as many jobs as repositories may have, and they wait here for their account's turn.
# Each level leaves room for others: a repository (2 and 1) less than its account, an account less than all.
PLACES: Final[Mapping[str, Places]] = {"ai": Places(total=8, each=6), "sandbox": Places(total=4, each=3)}


class Shares:
    """Hands the places out, in the order in which they were asked for within a tenant's share."""

    def __init__(self, total: int, each: int) -> None:
        self._free = asyncio.Semaphore(total)
        self._each = each
        self._of: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def place(self, tenant: str) -> AsyncIterator[None]:
        """One of the tenant's places; who waits for one of theirs holds none of the others'."""
        share = self._of.setdefault(tenant, asyncio.Semaphore(self._each))
        async with share, self._free:
            yield


def places() -> Mapping[str, Shares]:
    """The places of each queue, all free."""
    return {queue: Shares(*numbers) for queue, numbers in PLACES.items()}
