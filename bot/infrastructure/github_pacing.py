"""What one installation may ask of GitHub now: never before it was told to, never over its limits."""

from collections import deque
from collections.abc import Callable
from typing import Final

from bot.infrastructure.resilience import Bulkhead
from bot.records import Unavailable

CONCURRENCY: Final = 10
READ_POINTS: Final = 1
WRITE_POINTS: Final = 5

# GitHub's published secondary limits are 900 points a minute and 80 and 500 contents a minute and
# an hour; ours are lower, because the two clocks do not see a call at the same moment.
_POINTS_A_MINUTE = 800
_WRITES_A_MINUTE = 70
_WRITES_AN_HOUR = 450
_FIRST_WAIT_SECONDS = 60.0
_LONGEST_WAIT_SECONDS = 900.0


class Window:
    """So much in so many seconds, whenever one begins to count."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._spent: deque[tuple[float, int]] = deque()
        self._total = 0

    def wait(self, cost: int, *, now: float) -> float:
        """Seconds until so much fits."""
        self._forget(now - self._seconds)
        if self._total + cost <= self._most:
            return 0.0
        return self._spent[0][0] + self._seconds - now

    def spend(self, cost: int, *, now: float) -> None:
        self._spent.append((now, cost))
        self._total += cost

    def _forget(self, before: float) -> None:
        while self._spent and self._spent[0][0] <= before:
            self._total -= self._spent.popleft()[1]


class Lane:
    """The calls of one installation."""

    def __init__(self, *, timer: Callable[[], float]) -> None:
        self.bulkhead = Bulkhead("github", CONCURRENCY)
        self._timer = timer
        self._not_before = 0.0
        self._waited = 0.0
        self._points = Window(most=_POINTS_A_MINUTE, seconds=60)
        self._writes = (
            Window(most=_WRITES_A_MINUTE, seconds=60),
            Window(most=_WRITES_AN_HOUR, seconds=3600),
        )

    def check(self, *, writes: bool) -> None:
        """Refuse at once what may not be sent yet. Raises Unavailable with the seconds to wait."""
        now = self._timer()
        waits = [self._not_before - now, self._points.wait(_points(writes=writes), now=now)]
        waits += [window.wait(1, now=now) for window in self._writes if writes]
        if max(waits) > 0:
            raise Unavailable("github_limited", retry_after=max(waits))

    def spend(self, *, writes: bool) -> None:
        """Check once more, and count the call that is sent now."""
        self.check(writes=writes)
        now = self._timer()
        self._points.spend(_points(writes=writes), now=now)
        for window in self._writes if writes else ():
            window.spend(1, now=now)

    def went_well(self) -> None:
        self._waited = 0.0

    def refused(self, seconds: float | None) -> float:
        """GitHub's limit was hit: wait as told, else a minute, and twice as long each time."""
        if seconds is None:
            seconds = min(_LONGEST_WAIT_SECONDS, max(_FIRST_WAIT_SECONDS, 2 * self._waited))
            self._waited = seconds
        self.rest(seconds)
        return seconds

    def rest(self, seconds: float) -> None:
        """Send nothing for so long."""
        self._not_before = max(self._not_before, self._timer() + seconds)


def _points(*, writes: bool) -> int:
    return WRITE_POINTS if writes else READ_POINTS
