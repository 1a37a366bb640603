"""Deliveries for whoever asks by REST: what was received of what they may read, and handled once more."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from bot.api_records import Caller, DeliveriesWanted, Received, ReceivedWhole
from bot.application.asked import HandBack
from bot.application.belonging import Belonging
from bot.application.ports import World
from bot.application.reading import BATCH, MOST_REPOSITORIES, MOST_ROWS, NotFound, Place
from bot.application.rights import check_right
from bot.domain.freezing import NotOwner
from bot.domain.streams import is_integrations
from bot.records import Repository

SET_ASIDE: Final = "set_aside"
NOBODYS: Final = 0  # what is of no repository is its account's


class Deliveries(Protocol):
    """What was received, by installation."""

    async def page(self, wanted: DeliveriesWanted, *, after: Place | None, most: int) -> list[Received]: ...

    async def one(self, installation: int, key: str) -> Received | None: ...

    async def whole(self, received: Received) -> ReceivedWhole: ...

    async def again(self, key: str) -> bool:
        """Hand it to the intake once more; False where it is not, or no longer, set aside."""


class NotSetAside(Exception):
    """It is not, or no longer, set aside: there is nothing to hand back."""


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """What was found; `last` is where to go on, None at the end."""

    rows: Sequence[Received]
    last: Place | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """Of a repository to whoever may read there; what is of none to an owner of the account."""

    deliveries: Deliveries
    belonging: Belonging
    world: World

    async def listed(
        self, caller: Caller, wanted: DeliveriesWanted, *, after: Place | None, most: int
    ) -> DeliveryPage:
        """A page: as many as are wanted, or fewer where it took long to find them. Raises Unavailable."""
        return await _Search(self, caller, wanted, most).from_(after)

    async def one(self, caller: Caller, key: str) -> Received:
        """Raises NotFound, Unavailable."""
        received = await self.deliveries.one(caller.installation_id, key)
        if received is None or not await self.may_see(caller, received):
            raise NotFound
        return received

    async def whole(self, caller: Caller, key: str) -> ReceivedWhole:
        """With who had it sent, and the integrations that it moved on. Raises NotFound, Unavailable."""
        found = await self.deliveries.whole(await self.one(caller, key))
        return replace(found, moved=tuple(filter(is_integrations, found.moved)))

    async def hand_back(self, caller: Caller, key: str) -> Received:
        """Have it handled once more, as the operator does by hand.

        Raises NotFound, NotSetAside, Denied, StepFailed, Unavailable.
        """
        received = await self.one(caller, key)
        await self._check_may_hand_back(caller, received)
        if received.state != SET_ASIDE or not await self.deliveries.again(key):
            raise NotSetAside
        return await self.one(caller, key)

    async def may_see(self, caller: Caller, received: Received) -> bool:
        """Whether the caller may see what was received there. Raises Unavailable."""
        if received.repository_id is not None:
            return await self.belonging.reading.may_read(caller, _repository(received))
        there = await self.belonging.anywhere(caller)
        return there is not None and await self._owns(caller, there)

    async def _check_may_hand_back(self, caller: Caller, received: Received) -> None:
        if received.repository_id is None:
            there = await self.belonging.anywhere(caller)
            if there is None:
                raise NotFound
            await check_right(HandBack(by=caller.person, repository=there), self.world)
            account = await self.world.repositories.ownership(there, caller.person)
            if not account.is_owner:
                raise NotOwner(account.name, is_blind=account.is_blind)
            return
        seen = _repository(received)
        now = await self.world.repositories.describe(seen)
        asked = replace(seen, full_name=now.full_name, owner_id=now.owner_id)
        await check_right(HandBack(by=caller.person, repository=asked), self.world)

    async def _owns(self, caller: Caller, there: Repository) -> bool:
        return (await self.world.repositories.ownership(there, caller.person)).is_owner


@dataclass(slots=True)
class _Search:
    """One page being looked for: deliveries in their order, and of which repositories they may be seen."""

    receipts: Receipts
    caller: Caller
    wanted: DeliveriesWanted
    most: int
    seen: dict[int, bool] = field(default_factory=dict)
    found: list[Received] = field(default_factory=list)

    async def from_(self, after: Place | None) -> DeliveryPage:
        looked_at = 0
        while looked_at < MOST_ROWS:
            rows = await self.receipts.deliveries.page(self.wanted, after=after, most=BATCH)
            for row in rows:
                if len(self.found) == self.most or not await self._is_asked(row):
                    return DeliveryPage(self.found, after)
                after = (row.received_at, row.key)
                self.found += [row] if self.seen[row.repository_id or NOBODYS] else []
            if len(rows) < BATCH:
                return DeliveryPage(self.found, None)
            looked_at += len(rows)
        return DeliveryPage(self.found, after)

    async def _is_asked(self, row: Received) -> bool:
        """Whether it is known of its repository, or may be asked: of so many in one go."""
        number = row.repository_id or NOBODYS
        if number not in self.seen and len(self.seen) < MOST_REPOSITORIES:
            self.seen[number] = await self.receipts.may_see(self.caller, row)
        return number in self.seen


def _repository(received: Received) -> Repository:
    return Repository(
        id=received.repository_id or NOBODYS,
        full_name=received.repository or "",
        installation_id=received.installation_id,
    )
