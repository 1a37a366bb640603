"""Moving windows: who asked when. This process's own in memory, those of all processes together in Redis."""

from collections import deque
from collections.abc import Mapping, MutableMapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

from bot.infrastructure.cache import recently_used
from bot.infrastructure.shared import PREFIX, client_of, script_unknown

MOST_CALLERS: Final = 2_000  # each with the moments of an hour's requests


class Window(NamedTuple):
    """One of a caller's windows: how much is in it, and when the oldest of that leaves it."""

    most: int
    left: int
    resets_at: float


class NearWindows:
    """For so many callers; who has not asked for longest is forgotten first."""

    def __init__(self, rates: Mapping[int, int], *, most_callers: int = MOST_CALLERS) -> None:
        self._rates = sorted(rates.items())
        self._kept: MutableMapping[str, Sequence[deque[float]]] = recently_used(most_callers)

    def __len__(self) -> int:
        return len(self._kept)

    def seen(self, name: str, now: float) -> list[Window]:
        """How much is in each at that moment."""
        kept = self._kept.get(name)
        if kept is None:
            return [Window(most, most, now + seconds) for seconds, most in self._rates]
        return [
            _window(moments, seconds, most, now)
            for (seconds, most), moments in zip(self._rates, kept, strict=True)
        ]

    def __contains__(self, name: str) -> bool:
        return name in self._kept

    def add(self, name: str, now: float) -> None:
        """One more in each."""
        kept = self._kept.get(name)
        if kept is None:
            kept = self._kept[name] = [deque(maxlen=most) for _, most in self._rates]
        for moments in kept:
            moments.append(now)


def _window(moments: deque[float], seconds: int, most: int, now: float) -> Window:
    while moments and moments[0] <= now - seconds:
        moments.popleft()
    return Window(most, most - len(moments), (moments[0] if moments else now) + seconds)


class FarWindows:
    """In Redis, by the scripts of the library `limits`; whatever is asked is one trip."""

    def __init__(self, url: str, rates: Mapping[int, int], *, connections: int) -> None:
        self._url, self._rates, self._connections = url, sorted(rates.items()), connections

    def load(self) -> None:
        """What is needed for it, which is not to count as waiting for Redis."""
        _ = self._bridge

    async def take(self, name: str, now: float) -> tuple[bool, list[Window]]:
        """One more in each that has room: whether all had, and how much is in each then."""
        try:
            answers = await self._asked(name, now)
        except script_unknown():  # the first time, and once it was restarted
            for script in self._scripts:
                await self._client.script_load(script.script)
            answers = await self._asked(name, now)
        count = len(self._rates)
        windows = [
            Window(most, max(0, most - held), oldest + seconds)
            for (seconds, most), (oldest, held) in zip(
                self._rates, [_held(each, now) for each in answers[count:]], strict=True
            )
        ]
        return all(answers[:count]), windows

    async def close(self) -> None:
        if "_client" in self.__dict__:
            await self._client.aclose()

    async def _asked(self, name: str, now: float) -> list[Any]:
        acquire, look = (script.sha for script in self._scripts)
        keys = [f"{PREFIX}limits:{name}/{most}/{seconds}" for seconds, most in self._rates]
        async with self._client.pipeline(transaction=False) as pipe:
            for key, (seconds, most) in zip(keys, self._rates, strict=True):
                pipe.evalsha(acquire, 1, key, now, most, seconds, 1)
            for key, (seconds, most) in zip(keys, self._rates, strict=True):
                pipe.evalsha(look, 1, key, now - seconds, most)
            return list(await pipe.execute())

    @property
    def _scripts(self) -> tuple[Any, Any]:
        return self._bridge.lua_acquire_moving_window, self._bridge.lua_moving_window

    @cached_property
    def _client(self) -> Any:
        return client_of(self._url, connections=self._connections)

    @cached_property
    def _bridge(self) -> Any:
        from limits.aio.storage import RedisStorage  # noqa: PLC0415  60 ms, and wanted only where there is one

        # What it asks by itself it would ask one by one; of it only its scripts are used.
        return RedisStorage(
            f"async+{self._url}", implementation="redispy", connection_pool=self._client.connection_pool
        ).bridge


def _held(answer: Any, now: float) -> tuple[float, int]:
    """When the oldest came, and how many there are."""
    return (float(answer[0]), int(answer[1])) if answer else (now, 0)
