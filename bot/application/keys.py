"""API keys in use: made, recognised, and given back at once."""

import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from bot.api_records import ApiKey, Caller, KeyKept, KeyRoom, PresentedKey, WantedKeys
from bot.application.callers import NotRecognised
from bot.application.ports import Clock
from bot.domain.api_keys import (
    ENTROPY_BYTES,
    NotAKey,
    is_use_to_note,
    key_text,
    permissions_of,
    read_key,
    standing,
)
from bot.records import Actor, Unavailable


class Keys(Protocol):
    """Keys by their id; of the key itself nothing but a keyed digest is kept."""

    async def keep(self, key: ApiKey, text: str, *, room: KeyRoom | None = None) -> KeyKept:
        """It counts from now on; nothing is kept where what it was made with does no more, or where there is
        no room for another of this person, in whatever processes they ask at once.
        """

    async def matching(self, presented: PresentedKey) -> ApiKey | None:
        """What is kept of exactly this key, None where it is another or unknown. Raises Unavailable."""

    async def note_use(self, key_id: str, at: datetime) -> None: ...

    async def revoke(self, key_id: str, at: datetime) -> list[ApiKey]:
        """From now on it counts no more, nor does any that was made with it, by however many steps.

        These keys, itself first, whether they counted before or not.
        """

    async def listed(self) -> list[ApiKey]: ...

    async def get(self, key_id: str) -> ApiKey | None: ...

    async def counting(self, installation_id: int, person_id: int, since: datetime) -> int:
        """How many of this person count there at that moment, or came to later."""

    async def page(self, wanted: WantedKeys, *, after: tuple[str, str] | None, most: int) -> list[ApiKey]:
        """So many, the newest first, from behind the one with this moment and id."""


def made(
    *,
    person: Actor,
    installation_id: int,
    permissions: Iterable[str],
    until: datetime,
    now: datetime,
    made_by: str | None = None,
) -> tuple[ApiKey, str]:
    """A new key, and its text, which is not kept and so shown this once. It counts when it is kept."""
    text = key_text(secrets.token_bytes(ENTROPY_BYTES))
    key = ApiKey(
        id=read_key(text).id,
        person=person,
        installation_id=installation_id,
        permissions=frozenset(map(str, permissions)),
        created_at=now,
        expires_at=until,
        made_by=made_by,
    )
    return key, text


async def create(
    keys: Keys, *, person: Actor, installation_id: int, scopes: Iterable[str], days: int, now: datetime
) -> tuple[ApiKey, str]:
    """A new key that counts from now on, and its text. Raises UnknownScope."""
    key, text = made(
        person=person,
        installation_id=installation_id,
        permissions=permissions_of(scopes),
        until=now + timedelta(days=days),
        now=now,
    )
    await keys.keep(key, text)
    return key, text


async def recognised(text: str, keys: Keys, clock: Clock) -> Caller:
    """Whose key this is, if it counts now. Raises NotRecognised, Unavailable."""
    try:
        presented = read_key(text)
    except NotAKey as no:
        raise NotRecognised(no.code) from None
    key = await keys.matching(presented)
    if key is None:
        raise NotRecognised("key_unknown")
    now = clock.now()
    if (stands := standing(key, now)) != "good":
        raise NotRecognised(f"key_{stands}")
    if is_use_to_note(key, now):
        with suppress(Unavailable):  # it is for people to see, and holds nobody up
            await keys.note_use(key.id, now)
    return caller_by(key)


def still_counts(caller: Caller, clock: Clock) -> bool:
    """Whether one who was recognised by a key would be once more, with nothing to note, if its row is as it
    was; no of everybody else, of whom more is to be asked.
    """
    key, now = caller.key, clock.now()
    return key is not None and standing(key, now) == "good" and not is_use_to_note(key, now)


def caller_by(key: ApiKey) -> Caller:
    """Who asks by this key."""
    return Caller(
        id=key.id,
        means="key",
        person=key.person,
        installation_id=key.installation_id,
        permissions=key.permissions,
        expires_at=key.expires_at,
        key=key,
        key_id=key.id,
        as_of=key.as_of,
    )
