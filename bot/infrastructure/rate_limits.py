"""How often each caller may ask: moving windows of the library `limits`, in Redis where there is one."""

import hmac
import math
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bot.api_records import Quota
from bot.infrastructure.cache import recently_used
from bot.infrastructure.clock import UtcClock
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.shared import PREFIX, Tried, client_of

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.aio.strategies import MovingWindowRateLimiter

T = TypeVar("T")

MOST_CALLERS: Final = 2_000  # each with the moments of an hour's requests


def _now() -> float:
    return UtcClock().now().timestamp()


@dataclass(frozen=True, slots=True)
class _Window:
    """One of a caller's windows: how much is in it, and when the oldest of that leaves it."""

    most: int
    left: int
    resets_at: float


class RateLimits:
    """A quota for each caller of one kind, known by a keyed digest alone.

    What this process saw is counted here too: where Redis is away, that goes on to count.
    """

    def __init__(
        self,
        kind: str,
        rates: Mapping[int, int],
        crypto: Crypto,
        *,
        redis_url: str | None = None,
        timer: Callable[[], float] = _now,
    ) -> None:
        self._kind, self._rates, self._url, self._timer = kind, rates, redis_url, timer
        self._names = crypto.key("rate limits")
        self._tried = Tried(timer, lost="shared_limits_lost", back="shared_limits_back")

    async def look(self, caller: str) -> Quota:
        """What is left, taking nothing."""
        return self._quota(await self._windows(self._name(caller)), takes=0)

    async def take(self, caller: str) -> Quota:
        """Take one, if there is one left of each window."""
        name = self._name(caller)
        found = self._quota(await self._windows(name), takes=1)
        if found.is_spent:
            return found
        shared = await self._shared(lambda limiter: self._hit(limiter, name))
        if shared is False:
            return self._quota(await self._windows(name), takes=0, is_spent=True)
        await self._hit(self._near, name)
        return found

    async def close(self) -> None:
        if "_far" in self.__dict__:
            await self._client.aclose()

    async def _hit(self, limiter: "MovingWindowRateLimiter", name: str) -> bool:
        for item in self._items:
            if not await limiter.hit(item, name):
                return False
        return True

    async def _windows(self, name: str) -> list[_Window]:
        """As all processes together filled them; as this one did, where nobody knows."""
        near = await self._seen_by(self._near, name)
        far = await self._shared(lambda limiter: self._seen_by(limiter, name))
        return [*near, *(far or ())]

    async def _seen_by(self, limiter: "MovingWindowRateLimiter", name: str) -> list[_Window]:
        stats = [await limiter.get_window_stats(item, name) for item in self._items]
        return [
            _Window(item.amount, max(0, stat.remaining), stat.reset_time)
            for item, stat in zip(self._items, stats, strict=True)
        ]

    def _quota(self, windows: list[_Window], *, takes: int, is_spent: bool = False) -> Quota:
        """The window that holds the caller back first; of those that are spent, the one for longest."""
        tightest = min(windows, key=lambda it: (it.left, -it.resets_at))
        is_spent = is_spent or tightest.left == 0
        return Quota(
            most=tightest.most,
            left=0 if is_spent else tightest.left - takes,
            wait_seconds=max(1, math.ceil(tightest.resets_at - self._timer())),
            is_spent=is_spent,
        )

    async def _shared(self, ask: Callable[["MovingWindowRateLimiter"], Awaitable[T]]) -> T | None:
        """What Redis answers; None where there is none, where it does not answer, or did not a moment ago."""
        return None if self._url is None else await self._tried(lambda: ask(self._far))

    def _name(self, caller: str) -> str:
        return hmac.new(self._names, f"{self._kind} {caller}".encode(), "sha256").hexdigest()[:32]

    @cached_property
    def _items(self) -> list["RateLimitItem"]:
        from limits import RateLimitItemPerSecond  # noqa: PLC0415  60 ms, and wanted only where there is an API

        return [RateLimitItemPerSecond(most, seconds) for seconds, most in sorted(self._rates.items())]

    @cached_property
    def _near(self) -> "MovingWindowRateLimiter":
        from limits.aio.strategies import MovingWindowRateLimiter  # noqa: PLC0415  the same

        return MovingWindowRateLimiter(windows_in_memory(self._timer))

    @cached_property
    def _client(self) -> Any:
        return client_of(str(self._url))

    @cached_property
    def _far(self) -> "MovingWindowRateLimiter":
        from limits.aio.storage import RedisStorage  # noqa: PLC0415  the same
        from limits.aio.strategies import MovingWindowRateLimiter  # noqa: PLC0415  the same

        storage = RedisStorage(
            f"async+{self._url}",
            implementation="redispy",
            key_prefix=f"{PREFIX}limits",
            connection_pool=self._client.connection_pool,
        )
        return MovingWindowRateLimiter(storage)


def windows_in_memory(timer: Callable[[], float], *, most_callers: int = MOST_CALLERS) -> Any:
    """A storage of `limits` for so many windows; who has not asked for longest is forgotten first.

    The library's own keeps every caller, and with each request looks through all of them, in threads.
    """
    from limits.aio.storage import MemoryStorage  # noqa: PLC0415  loaded with the first request

    class Windows(MemoryStorage):
        STORAGE_SCHEME: list[str] = []  # noqa: RUF012  none: it is not found by an address

        def __init__(self) -> None:
            super().__init__()
            self.kept: MutableMapping[str, deque[float]] = recently_used(2 * most_callers)

        async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
            now, window = timer(), self._window(key, limit, expiry)
            if len(window) + amount > limit:
                return False
            window.extend([now] * amount)
            self.kept[key] = window
            return True

        async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
            window = self._window(key, limit, expiry)
            return (window[0], len(window)) if window else (timer(), 0)

        def _window(self, key: str, limit: int, expiry: int) -> deque[float]:
            window = self.kept.get(key)
            if window is None:
                return deque(maxlen=limit)
            while window and window[0] <= timer() - expiry:
                window.popleft()
            return window

    return Windows()
