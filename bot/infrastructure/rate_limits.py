"""How often each caller may ask: moving windows, in Redis where there is one, and in the process always."""

import hmac
import math
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import lru_cache, partial
from typing import Final

from bot.api_records import Quota
from bot.infrastructure.cache import recently_used
from bot.infrastructure.clock import UtcClock
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.moving_windows import MOST_CALLERS, FarWindows, NearWindows, Window
from bot.infrastructure.shared import CONNECTIONS, Tried

NAME_LETTERS: Final = 32


def _now() -> float:
    return UtcClock().now().timestamp()


class RateLimits:
    """A quota for each caller of one kind, known by a keyed digest alone.

    What this process saw is counted here too: where Redis is away, that goes on to count. A request is one
    trip to Redis at most: what it said is remembered, so nothing is asked for one who has nothing left.
    """

    def __init__(
        self,
        kind: str,
        rates: Mapping[int, int],
        crypto: Crypto,
        *,
        redis_url: str | None = None,
        timer: Callable[[], float] = _now,
        connections: int = CONNECTIONS,
    ) -> None:
        self._kind, self._timer = kind, timer
        self._near = NearWindows(rates)
        self._far = FarWindows(redis_url, rates, connections=connections) if redis_url else None
        self._full = _quota(self._near.seen("", 0), 0, is_spent=False)
        self._told: MutableMapping[str, Sequence[Window]] = recently_used(MOST_CALLERS)
        self._secret = crypto.key("rate limits")
        self._name = lru_cache(MOST_CALLERS)(self._named)
        self._tried = Tried(
            timer, lost="shared_limits_lost", back="shared_limits_back", connections=connections
        )
        self.pool = self._tried.pool

    async def look(self, caller: str) -> Quota:
        """What is left as far as this process knows, taking nothing and asking nobody."""
        name = self._name(caller)
        if name not in self._near and name not in self._told:
            return self._full
        now = self._timer()
        known = self._known(name, now)
        return _quota(known, now, is_spent=_is_spent(known))

    async def take(self, caller: str) -> Quota:
        """Take one, if there is one left of each window."""
        name, now = self._name(caller), self._timer()
        known = self._known(name, now)
        if _is_spent(known):
            return _quota(known, now, is_spent=True)
        if self._far and not await self._has_room(self._far, name, now):
            return _quota(self._known(name, now), now, is_spent=True)
        self._near.add(name, now)
        if self._far is None:  # what there was, less this one
            return _quota(known, now, is_spent=False, taken=1)
        return _quota(self._known(name, now), now, is_spent=False)

    async def _has_room(self, far: FarWindows, name: str, now: float) -> bool:
        """Whether all processes together have room for it, and take it; as far as this one knows, where Redis
        is away: by now, for others may have come while it was asked.
        """
        far.load()
        answer = await self._tried(partial(far.take, name, now))
        if answer is None:
            return not _is_spent(self._near.seen(name, now))
        has_room, self._told[name] = answer
        return has_room

    async def close(self) -> None:
        if self._far:
            await self._far.close()

    def _known(self, name: str, now: float) -> list[Window]:
        """As this process filled them, and as all together had filled them when that was last asked."""
        near = self._near.seen(name, now)
        told = self._told.get(name) if self._far else None
        return near if told is None else [*near, *(each for each in told if each.resets_at > now)]

    def _named(self, caller: str) -> str:
        told = f"{self._kind} {caller}".encode()
        return hmac.new(self._secret, told, "sha256").hexdigest()[:NAME_LETTERS]


def _is_spent(windows: Sequence[Window]) -> bool:
    return 0 in [left for _, left, _ in windows]


def _quota(windows: Sequence[Window], now: float, *, is_spent: bool, taken: int = 0) -> Quota:
    """The window that holds the caller back first; of those that are spent, the one for longest."""
    tightest = windows[0]
    for each in windows:
        if (each.left, -each.resets_at) < (tightest.left, -tightest.resets_at):
            tightest = each
    return Quota(
        most=tightest.most,
        left=0 if is_spent else tightest.left - taken,
        wait_seconds=max(1, math.ceil(tightest.resets_at - now)),
        is_spent=is_spent,
    )
