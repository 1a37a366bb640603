"""Keys over the API: whoever asks has their own; the owners of an account have those of all its people."""

import asyncio
from collections.abc import Collection, Mapping, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol
from weakref import WeakValueDictionary

from bot.api_records import ApiKey, Caller, WantedKeys
from bot.application.callers import NotRecognised
from bot.application.keys import Keys, made
from bot.application.ports import Kept
from bot.application.reading import NotFound, RoleName
from bot.application.recording import append_beside, was_recorded
from bot.domain.api_keys import permissions_of
from bot.domain.freezing import NotOwner
from bot.domain.key_facts import key_made, key_revoked, stream_of
from bot.domain.key_rights import LATELY, TooManyKeys, check_room, check_width, held, key_ends, room_at
from bot.domain.policy import Permission, Role, role_of
from bot.owner_records import Ownership
from bot.records import Actor, Fact, Repository, StepFailed

OPERATOR: Final = {"login": "operator", "door": "command line"}
MOST_REPOSITORIES: Final = 30  # each may be a question to GitHub

Place = tuple[str, str]


class Accounts(Protocol):
    """The accounts that the App is installed on."""

    async def ownership(self, installation_id: int, person: Actor) -> Ownership:
        """Whose it is, and whether this very person owns that account, asked now.

        Raises StepFailed, Unavailable.
        """


class Known(Protocol):
    """What the bot has seen of an installation."""

    async def repositories(self, installation_id: int, *, most: int) -> list[Repository]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyActs:
    """What may be done with keys, each by whom it is asked of GitHub at that moment."""

    keys: Keys
    kept: Kept
    accounts: Accounts
    known: Known
    role_name: RoleName
    turns: MutableMapping[tuple[int, int], asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def listed(
        self, caller: Caller, *, everybodys: bool, after: Place | None, most: int
    ) -> list[ApiKey]:
        """The caller's own, or everybody's of the installation. Raises NotOwner, StepFailed, Unavailable."""
        if everybodys:
            await self.check_owner(caller)
        wanted = WantedKeys(
            installation_id=caller.installation_id, person_id=None if everybodys else caller.person.id
        )
        return await self.keys.page(wanted, after=after, most=most)

    async def make(self, caller: Caller, scopes: Collection[str], days: int | None) -> tuple[ApiKey, str]:
        """A key for the caller, and its text, shown this once.

        It is told of before it counts. Raises UnknownScope, TooWide, TooLong, TooManyKeys, NotRecognised
        where what it is made with was revoked meanwhile, StepFailed, Unavailable.
        """
        permissions, now = permissions_of(scopes), self.kept.clock.now()
        until = key_ends(caller, days, now)
        check_width(permissions, caller, permissions)  # what the means alone forbid costs no question
        async with self._turn_of(caller):
            await self._check_room(caller, now)
            check_width(permissions, caller, await self._given_now(caller))
            key, text = made(
                person=caller.person,
                installation_id=caller.installation_id,
                permissions=permissions,
                until=until,
                now=now,
                made_by=caller.key_id,
            )
            return await self._kept(key, text, caller)

    async def _kept(self, key: ApiKey, text: str, caller: Caller) -> tuple[ApiKey, str]:
        await self._note(key, key_made(key, by=caller.id), caller)
        match await self.keys.keep(key, text, room=room_at(key.created_at)):
            case "maker_revoked":
                await self._note(key, key_revoked(key, along_with=key.made_by), caller)
                raise NotRecognised("key_revoked")
            case "no_room":
                await self._note(key, key_revoked(key), caller)
                raise TooManyKeys
            case "kept":
                return key, text

    async def revoke(self, caller: Caller, key_id: str) -> None:
        """The caller's own, or anybody's for who may manage them, with all that was made with it.

        Again it is as before.

        Raises NotFound where there is none that the caller may know of, NotOwner, StepFailed, Unavailable.
        """
        key = await self.keys.get(key_id)
        is_here = key is not None and key.installation_id == caller.installation_id
        if key is None or not is_here or key.person != caller.person:
            if Permission.KEYS not in caller.permissions:
                raise NotFound
            await self.check_owner(caller)  # also where there is none: nobody learns from it whether there is
        if key is None or not is_here:
            raise NotFound
        for each in await self.keys.revoke(key_id, self.kept.clock.now()):
            await self._note(each, _revoked(each, key_id), caller)

    async def check_owner(self, caller: Caller) -> None:
        """Raise NotOwner unless GitHub lists the caller now as an owner of the installation's account."""
        account = await self.accounts.ownership(caller.installation_id, caller.person)
        if not account.is_owner:
            raise NotOwner(account.name, is_blind=account.is_blind)

    def _turn_of(self, caller: Caller) -> asyncio.Lock:
        """One key of a person after the other, as far as one process is asked: each counts for the next, and
        none is told of that there is no room for. Between processes the table sees to it.
        """
        return self.turns.setdefault((caller.installation_id, caller.person.id), asyncio.Lock())

    async def _check_room(self, caller: Caller, now: datetime) -> None:
        its = caller.installation_id, caller.person.id
        lately = await self.keys.counting(*its, now - LATELY)
        check_room(await self.keys.counting(*its, now), lately=lately)

    async def _given_now(self, caller: Caller) -> frozenset[Permission]:
        """What GitHub gives the caller now, in whatever repository that the bot has seen there."""
        account = await self.accounts.ownership(caller.installation_id, caller.person)
        if account.is_owner:
            return held((), is_owner=True)
        known = await self.known.repositories(caller.installation_id, most=MOST_REPOSITORIES)
        return held([await self._role(each, caller.person) for each in known], is_owner=False)

    async def _role(self, repository: Repository, person: Actor) -> Role | None:
        with suppress(StepFailed):  # what GitHub will not say is a no
            return role_of(await self.role_name(repository, person))
        return None

    async def _note(self, key: ApiKey, fact: Fact, caller: Caller) -> None:
        who = {"by": caller.person.id, "login": caller.person.login, "door": "api"}
        await note(self.kept, key, fact, who)


async def note(kept: Kept, key: ApiKey, fact: Fact, who: Mapping[str, Any]) -> None:
    """The fact in the stream of the key's installation, once. Raises Unavailable."""
    command = command_of(fact, key)
    meta = {**who, "key": command}
    await append_beside(kept, stream_of(key.installation_id), fact, key=command, meta=meta)


def command_of(fact: Fact, key: ApiKey) -> str:
    """What the fact is known by: a key is made once, and revoked once."""
    return f"{fact.type}-{key.id}"


async def make_by_hand(kept: Kept, keys: Keys, key: ApiKey, text: str) -> None:
    """A key counts from now on that the operator made; it is told of before."""
    await note(kept, key, key_made(key, by=None), OPERATOR)
    await keys.keep(key, text)


async def revoke_by_hand(kept: Kept, keys: Keys, key_id: str) -> list[ApiKey]:
    """The operator takes a key back, with all that was made with it: those that counted, or that were revoked
    and not told of yet, by somebody who was broken off. None where none of this id is one.
    """
    key = await keys.get(key_id)
    if key is None:
        return []
    revoked = await keys.revoke(key_id, kept.clock.now())
    told = await kept.log.read(stream_of(key.installation_id))
    new = [each for each in revoked if not was_recorded(told, command_of(_revoked(each, key_id), each))]
    for each in new:
        await note(kept, each, _revoked(each, key_id), OPERATOR)
    return new


def _revoked(key: ApiKey, asked_for: str) -> Fact:
    return key_revoked(key, along_with=None if key.id == asked_for else asked_for)
