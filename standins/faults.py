"""What can be made to go wrong at a stand-in, route by route."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

Kind = Literal[
    "latency",  # answers after `seconds`
    "refuse",  # answers `status` instead; nothing happens
    "lose",  # it happens, then the answer is `status`
    "cut",  # the connection is cut before anything happens
    "cut_after",  # it happens, then the connection is cut
    "hang",  # nothing happens and no answer comes for `seconds`, then the connection is cut
    "hang_after",  # it happens, no answer comes for `seconds`, then the connection is cut
    "stale",  # reads show what was `seconds` ago
]
HARMLESS = {"latency", "stale"}


@dataclass(slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong. `times` is how often, None for always; "*" is any method.

    `route` is a path template as the service publishes it; with a "*" at its end, every route that
    begins so. Where several fit, the first that was added goes first.
    """

    kind: Kind
    method: str = "*"
    route: str = "*"
    times: int | None = 1
    status: int = 502
    seconds: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str = "Server Error"
    skip: int = 0

    def fits(self, method: str, route: str) -> bool:
        if self.method not in {"*", method}:
            return False
        if self.route.endswith("*"):
            return route.startswith(self.route[:-1])
        return route == self.route


class Faults:
    """The faults in force, in the order in which they were added."""

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self.met: list[tuple[str, str, str]] = []

    def add(self, fault: Fault) -> Fault:
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        self.active.clear()

    def take(self, method: str, route: str) -> list[Fault]:
        """What goes wrong with this call: delays and old answers, and at most one failure."""
        taken: list[Fault] = []
        for fault in [each for each in self.active if each.fits(method, route)]:
            if fault.skip:
                fault.skip -= 1
            elif fault.kind in {"latency", "stale"} or all(
                each.kind in {"latency", "stale"} for each in taken
            ):
                taken.append(self._used(fault))
        self.met += [(fault.kind, method, route) for fault in taken]
        return taken

    def stale_for(self) -> timedelta | None:
        """How far back the oldest answer may reach, None while all answers are fresh."""
        ages = [fault.seconds for fault in self.active if fault.kind == "stale"]
        return timedelta(seconds=max(ages)) if ages else None

    def _used(self, fault: Fault) -> Fault:
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.active.remove(fault)
        return fault


def rate_limited(status: int = 429, *, retry_after: int | None = None, **where: Any) -> Fault:
    """A secondary limit, with or without word of when to come back; `where` as in Fault."""
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return Fault(kind="refuse", status=status, headers=headers, message=message, **where)


def missing_at_first(*, route: str, times: int = 1) -> Fault:
    """Not found, though it is there: reads that lag behind."""
    return Fault(kind="refuse", status=404, method="GET", route=route, times=times, message="Not Found")
