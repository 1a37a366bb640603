"""Which key signs access tokens, which count, and how each is followed by another before it is old."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.signing_keys import counting, is_new_one_due, next_signs_from, signing_now
from bot.token_records import SigningKey


class SigningKeys(Protocol):
    """The keys, without what is secret of them."""

    async def listed(self) -> list[SigningKey]: ...

    async def add(self, *, signs_from: datetime, in_place_of: Collection[str] = ()) -> SigningKey:
        """Make one, and take those away. Raises Unavailable."""

    async def drop(self, kids: Collection[str]) -> None: ...


class AccessTokens(Protocol):
    """Tokens as text."""

    async def signed(self, claims: Mapping[str, Any], kid: str) -> str:
        """The token that says this, by this key. Raises Unavailable."""

    def said(self, text: str, keys: Sequence[SigningKey]) -> Mapping[str, Any] | None:
        """What it says, None where it is not signed by one of these keys as we sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Tokens, and the keys that sign them: asked for each time, so that one that is taken away is gone."""

    keys: SigningKeys
    tokens: AccessTokens

    async def signed(self, claims: Mapping[str, Any], now: datetime) -> str:
        """The token that says this, by the key that signs now. Raises Unavailable."""
        return await self.tokens.signed(claims, (await self._signer(now)).kid)

    async def said(self, text: str, now: datetime) -> Mapping[str, Any] | None:
        """What a token says, None where no key of ours that counts has signed it. Raises Unavailable."""
        return self.tokens.said(text, counting(await self.keys.listed(), now))

    async def published(self, now: datetime) -> list[Mapping[str, str]]:
        """The public halves of the keys that count, and of those to come. Raises Unavailable."""
        await self._signer(now)
        return [key.public for key in counting(await self.keys.listed(), now)]

    async def _signer(self, now: datetime) -> SigningKey:
        """The key that signs; the first is made where there is none."""
        return signing_now(await self.keys.listed(), now) or await self.keys.add(signs_from=now)


async def rotate(keys: SigningKeys, now: datetime) -> SigningKey:
    """A new key, which others can know before it signs; until then the one before it does."""
    return await keys.add(signs_from=next_signs_from(await keys.listed(), now))


async def replace(keys: SigningKeys, now: datetime) -> SigningKey:
    """A new key that signs at once, in place of all others: no token by one of them counts any more."""
    return await keys.add(signs_from=now, in_place_of=[key.kid for key in await keys.listed()])


async def renew(keys: SigningKeys, now: datetime) -> SigningKey | None:
    """What no token needs any more goes; a new key where the newest is old enough."""
    there = await keys.listed()
    kept = {key.kid for key in counting(there, now)}
    await keys.drop([key.kid for key in there if key.kid not in kept])
    return await rotate(keys, now) if is_new_one_due(there, now) else None
