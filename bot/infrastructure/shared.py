"""What processes share for a short while: sealed, in Redis. Where that is away, each has its own alone."""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import structlog
import zstandard

from bot.infrastructure.crypto import Crypto, NotSealedHere
from bot.infrastructure.pooling import Places
from bot.records import Unavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")

PREFIX: Final = "claude-bot:"
LEVEL: Final = 1
# Beside a call of GitHub that is saved, half a second is worth waiting; more often than this it is not.
PATIENCE_SECONDS: Final = 0.5
AWAY_SECONDS: Final = 5.0
NO_LIMIT: Final = -1
CONNECTIONS: Final = 16

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was put, and for how many seconds more it is there."""

    content: bytes = field(repr=False)
    seconds: float


class Shared(Protocol):
    """Content by its key. It may be gone at any moment, and nothing fails for that."""

    async def get(self, key: str, /) -> Kept | None: ...

    async def put(self, key: str, content: bytes, /, *, seconds: float) -> None: ...

    async def drop(self, key: str, /) -> None: ...

    async def health(self) -> str:
        """In one word: "process" where nothing is shared, else "ok" or "away"."""


class Unshared:
    """Each process has its own alone."""

    async def get(self, _key: str, /) -> Kept | None:
        return None

    async def put(self, _key: str, _content: bytes, /, *, seconds: float) -> None: ...

    async def drop(self, _key: str, /) -> None: ...

    async def health(self) -> str:
        return "process"


class RedisShared:
    """Redis as the place. Whoever reads or writes there learns and forges nothing: contents are sealed, each
    for its own key, and keys are told by a keyed digest alone; so installations with other secrets do not
    meet. What cannot be had in time is not there, and then Redis is left alone for a few seconds.
    """

    def __init__(
        self,
        url: str,
        crypto: Crypto,
        *,
        prefix: str = PREFIX,
        timer: Callable[[], float] = time.monotonic,
        connections: int = CONNECTIONS,
    ) -> None:
        self._client = client_of(url, connections=connections)
        self._box, self._names = crypto.box("shared cache"), crypto.key("shared cache names")
        self._prefix = prefix
        self._tried = Tried(
            timer, lost="shared_cache_lost", back="shared_cache_back", connections=connections
        )
        self.pool = self._tried.pool

    async def get(self, key: str) -> Kept | None:
        """What was put under this very key by a process with the same secret, if it is still there."""
        name = self._name(key)
        found = await self._tried(lambda: self._read(name))
        sealed, milliseconds = found or (None, NO_LIMIT)
        if sealed is None or milliseconds < 0:
            return None
        try:
            content = zstandard.decompress(self._box.open(sealed, about=name.encode()))
        except (NotSealedHere, zstandard.ZstdError):
            return None
        return Kept(content=content, seconds=milliseconds / 1000)

    async def put(self, key: str, content: bytes, *, seconds: float) -> None:
        """Let it be there for so long at most."""
        name, milliseconds = self._name(key), int(seconds * 1000)
        if milliseconds > 0:
            sealed = self._box.seal(zstandard.compress(content, LEVEL), about=name.encode())
            await self._tried(lambda: self._client.set(name, sealed, px=milliseconds))

    async def drop(self, key: str) -> None:
        """Let nobody find it any more."""
        name = self._name(key)
        await self._tried(lambda: self._client.delete(name))

    async def health(self) -> str:
        return "away" if await self._tried(self._client.ping) is None else "ok"

    async def close(self) -> None:
        await self._client.aclose()

    def _name(self, key: str) -> str:
        return self._prefix + hmac.new(self._names, key.encode(), "sha256").hexdigest()

    async def _read(self, name: str) -> tuple[bytes | None, int]:
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.get(name)
            pipe.pttl(name)
            sealed, milliseconds = await pipe.execute()
        return sealed, milliseconds


class Tried:
    """Redis as it is asked for one purpose: the log has one line when it goes, and one when it is back."""

    def __init__(
        self, timer: Callable[[], float], *, lost: str, back: str, connections: int = CONNECTIONS
    ) -> None:
        self._timer, self._lost, self._back = timer, lost, back
        self._places = Places(connections)
        self.pool = self._places.pool
        self._is_away, self._away_until = False, 0.0

    async def __call__(self, attempt: Callable[[], Awaitable[T]]) -> T | None:
        """What Redis answers; None where it does not, or did not a moment ago."""
        if self._timer() < self._away_until:
            return None
        try:
            answer = await self._answer(attempt)
        except Unavailable as trouble:
            self._away_until = self._timer() + AWAY_SECONDS
            self._turned(trouble.detail, away=True)
            return None
        self._turned("", away=False)
        return answer

    async def _answer(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What it answers in time, once there is a connection for it; who waited does not wait again."""
        async with self._places.one():
            if self._timer() < self._away_until:
                raise Unavailable("redis", "it did not answer a moment ago")
            return await _in_time(attempt)

    def _turned(self, why: str, *, away: bool) -> None:
        if away and not self._is_away:
            log.warning(self._lost, why=why)
        if self._is_away and not away:
            log.warning(self._back)
        self._is_away = away


def client_of(url: str, *, connections: int = CONNECTIONS) -> "Redis":
    """A client that connects when it is first asked, and asks once. Raises ValueError."""
    from redis.asyncio import Redis  # noqa: PLC0415  heavy, and wanted only where there is one
    from redis.asyncio.retry import Retry  # noqa: PLC0415  the same
    from redis.backoff import NoBackoff  # noqa: PLC0415  the same
    from redis.exceptions import RedisError  # noqa: PLC0415  the same

    once = Retry(NoBackoff(), 0)
    try:
        client = Redis.from_url(
            url,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            retry=once,
            max_connections=2 * connections,  # one that was broken off is given back a little later
        )
        # What an address asks for beside the place is looked at only now.
        client.connection_pool.connection_class(**client.connection_pool.connection_kwargs)
    except (TypeError, RedisError) as error:
        raise ValueError(str(error)) from error
    return client


def script_unknown() -> type[Exception]:
    """What Redis answers that has not been taught a script, or was restarted since."""
    from redis.exceptions import NoScriptError  # noqa: PLC0415  loaded with the client

    return NoScriptError


async def try_out(url: str) -> None:
    """Whether Redis answers there. Raises Unavailable with the reason."""
    client = client_of(url)
    try:
        await _in_time(client.ping)
    finally:
        await client.aclose()


async def _in_time(attempt: Callable[[], Awaitable[T]]) -> T:
    from redis.exceptions import RedisError  # noqa: PLC0415  loaded with the client

    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await attempt()
    except (RedisError, OSError) as error:
        raise Unavailable("redis", str(error) or type(error).__name__) from error
