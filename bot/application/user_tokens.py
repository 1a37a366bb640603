"""People's tokens in use: renewed before they end, by one at a time; a refusal ends the person's sessions."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

import structlog

from bot.application.ports import Clock
from bot.domain.signing_in import NotSignedIn, can_renew, is_to_renew
from bot.records import Actor, StepFailed, Unavailable
from bot.session_records import KeptTokens
from bot.session_records import UserTokens as Pair

T = TypeVar("T")

# Longer than GitHub is waited for; whoever ended in the middle keeps nobody from it for longer.
CLAIMED: Final = timedelta(seconds=75)
LOOKS: Final = 100
LOOK_SECONDS: Final = 0.1

log = structlog.get_logger()


class Store(Protocol):
    """Tokens by their person's number, sealed; the version changes with each change of them."""

    async def keep(self, person_id: int, tokens: Pair) -> None: ...

    async def get(self, person_id: int) -> KeptTokens | None: ...

    async def claim(self, person_id: int, version: int, *, now: datetime, until: datetime) -> bool: ...

    async def release(self, person_id: int, version: int) -> None: ...

    async def renew(self, person_id: int, version: int, tokens: Pair) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTokens:
    """What uses them needs. `renew` raises StepFailed, Unavailable; `end_all` ends a person's sessions."""

    store: Store
    renew: Callable[[str], Awaitable[Pair]]
    end_all: Callable[[int], Awaitable[None]]
    clock: Clock

    async def keep(self, person: Actor, pair: Pair) -> None:
        """These and no others."""
        await self.store.keep(person.id, pair)

    async def kept(self, person: Actor) -> Pair | None:
        """As they are, None where there are none."""
        kept = await self.store.get(person.id)
        return None if kept is None else kept.tokens

    async def used(self, person: Actor, ask: Callable[[str, Actor], Awaitable[T]]) -> T:
        """What GitHub answers to the person's token. Raises NotSignedIn, StepFailed, Unavailable."""
        kept = await self._current(person)
        try:
            return await ask(kept.tokens.access, person)
        except StepFailed as no:
            if no.code != "github_unauthorized":
                raise
        # It was taken back; or another process has renewed it since, and then the new one is good.
        newer = await self.store.get(person.id)
        if newer is None or newer.version == kept.version:
            raise await self._over(person)
        return await ask(newer.tokens.access, person)

    async def _current(self, person: Actor) -> KeptTokens:
        kept = await self.store.get(person.id)
        if kept is None:
            raise await self._over(person)
        now = self.clock.now()
        if not is_to_renew(kept.tokens, now):
            return kept
        if not can_renew(kept.tokens, now):
            raise await self._over(person)
        if await self.store.claim(person.id, kept.version, now=now, until=now + CLAIMED):
            return await self._renewed(person, kept)
        return await self._awaited(person, kept)

    async def _renewed(self, person: Actor, kept: KeptTokens) -> KeptTokens:
        """It is ours to renew. What the answer was that did not come, the next try tells."""
        try:
            pair = await self.renew(kept.tokens.refresh or "")
        except StepFailed as no:
            if no.code == "refresh_refused":
                raise await self._over(person) from None
            await self.store.release(person.id, kept.version)
            raise Unavailable(no.code) from None
        except Unavailable:
            await self.store.release(person.id, kept.version)
            raise
        if not await self.store.renew(person.id, kept.version, pair):
            raise NotSignedIn("session_over")  # signed out meanwhile, or in anew
        return KeptTokens(tokens=pair, version=kept.version + 1)

    async def _awaited(self, person: Actor, kept: KeptTokens) -> KeptTokens:
        """Another renews it: a second try would be refused, and end what the first one began."""
        for _ in range(LOOKS):
            newer = await self.store.get(person.id)
            if newer is None:
                raise NotSignedIn("session_over")
            if newer.version != kept.version:
                return newer
            await asyncio.sleep(LOOK_SECONDS)
        raise Unavailable("token_renewing", retry_after=5)

    async def _over(self, person: Actor) -> NotSignedIn:
        """GitHub takes nothing of this person's any more: all their sessions are over."""
        await self.end_all(person.id)
        log.info("sessions_ended", person=person.id, why="token_refused")
        return NotSignedIn("session_over")
