"""What of an installation a caller is shown: by what GitHub says of them in its repositories."""

from dataclasses import dataclass
from typing import Protocol

from bot.api_records import Caller, Place
from bot.application.reading import MOST_REPOSITORIES, NotFound, Reading
from bot.domain.policy import Permission
from bot.records import Repository


class Places(Protocol):
    """Where the App is installed."""

    async def place(self, installation: int) -> Place | None:
        """The installation, as it was a minute ago at most; None where there is none. Raises Unavailable."""

    async def repositories(self, installation: int) -> tuple[Repository, ...]:
        """Repositories that it sees, with the account that owns each."""

    async def named(self, installation: int, full_name: str) -> Repository | None:
        """The one of exactly this name, None where it sees none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """Of the caller's own installation and no other."""

    reading: Reading
    places: Places

    async def repository(
        self, caller: Caller, full_name: str, needs: Permission = Permission.READ
    ) -> Repository:
        """The repository of this name, where GitHub lets the caller do that. Raises NotFound, Unavailable."""
        found = await self.places.named(caller.installation_id, full_name)
        if found is None or not await self.reading.may_read(caller, found, needs):
            raise NotFound
        return found

    async def anywhere(self, caller: Caller) -> Repository | None:
        """A repository that the caller may read, by which they count there; None where there is none."""
        seen = await self.places.repositories(caller.installation_id)
        for each in seen[:MOST_REPOSITORIES]:
            if await self.reading.may_read(caller, each):
                return each
        return None

    async def place(self, caller: Caller) -> Place | None:
        """The installation, for who counts there; its account is the caller's own, or sees them somewhere."""
        place = await self.places.place(caller.installation_id)
        if place is None or place.account_id == caller.person.id:
            return place
        return place if await self.anywhere(caller) else None
