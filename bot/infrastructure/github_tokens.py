"""Tokens of installations: each made once for all who need the same, in whatever process they are."""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from bot.infrastructure.cache import UntilItEnds
from bot.infrastructure.github_answers import Answer, seconds_until
from bot.infrastructure.shared import Kept, Shared
from bot.records import Repository

MOST: Final = 1_000
MARGIN_SECONDS: Final = 300
MARGIN_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A token for one repository and one purpose, and the repository's name when it was made."""

    token: str = field(repr=False)
    full_name: str
    seconds: float


def granted(answer: Answer, repository: Repository) -> Grant:
    """The token that GitHub has made, and what it says that the repository of this number is called."""
    names = {each["id"]: each["full_name"] for each in answer.data.get("repositories", ())}
    ends = datetime.fromisoformat(answer.data["expires_at"]).timestamp()
    return Grant(
        token=answer.data["token"],
        full_name=names.get(repository.id, repository.full_name),
        seconds=seconds_until(ends, answer.headers),
    )


Minted = Callable[[Grant], None]
"""Told of each token before it is used here for the first time."""


def untold(_grant: Grant) -> None: ...


class Tokens:
    """Tokens by what they are good for, until shortly before they end."""

    def __init__(
        self, *, shared: Shared, minted: Minted = untold, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._shared, self._minted = shared, minted
        self._names: set[tuple[str, str]] = set()
        self._grants: UntilItEnds[str, Grant] = UntilItEnds(size=MOST, seconds=usable_seconds, timer=timer)

    async def get(self, key: str, mint: Callable[[], Awaitable[Grant]]) -> Grant:
        """The one that is there, here or with the others; else the first to come has one made."""
        return await self._grants.get(key, partial(self._found_or_minted, key, mint))

    async def drop(self, key: str, grant: Grant) -> None:
        """Never use this one again."""
        self._grants.drop(key, grant)
        await self._shared.drop(key)

    async def forget(self, key: str) -> None:
        """Whichever there is, it is used no more."""
        self._grants.forget(key)
        await self._shared.drop(key)

    def is_new(self, key: str, name: str) -> bool:
        """Whether a repository that others call otherwise has not been called this before."""
        if len(self._names) > MOST:
            self._names.clear()
        is_new = (key, name) not in self._names
        self._names.add((key, name))
        return is_new

    async def _found_or_minted(self, key: str, mint: Callable[[], Awaitable[Grant]]) -> Grant:
        kept = await self._shared.get(key)
        grant = await mint() if kept is None else _unpacked(kept)
        self._minted(grant)
        if kept is None:
            await self._shared.put(key, _packed(grant), seconds=usable_seconds(grant))
        return grant


def usable_seconds(grant: Grant) -> float:
    """For how long it is handed out: whoever has it then still needs some time."""
    return grant.seconds - min(MARGIN_SECONDS, grant.seconds * MARGIN_SHARE)


def _packed(grant: Grant) -> bytes:
    return json.dumps([grant.token, grant.full_name]).encode()


def _unpacked(kept: Kept) -> Grant:
    token, full_name = json.loads(kept.content)
    return Grant(token=token, full_name=full_name, seconds=kept.seconds)
