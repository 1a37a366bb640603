"""Questions that are handed in and not answered yet, as facts of an account's month: what they may cost
counts from the beginning.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.records import Fact, Recorded

HANDED_IN: Final = "ReviewBatchHandedIn"
# What was handed in has ended by then, and nothing more is paid for it.
LONGEST: Final = timedelta(hours=25)
_RESERVED: Final = ":handed-in"
# Under these keys it is noted that it was answered and paid for, or that nobody wants it and it has ended.
_OVER: Final = (":paid", ":left")


@dataclass(frozen=True, slots=True, kw_only=True)
class InFlight:
    """One question: the key that it is paid under, its batch, and what it may cost at most."""

    key: str
    batch: str
    repository: int
    micro_usd: int


def handed_in(repository_id: int, batch: str, micro_usd: int) -> Fact:
    """It waits in that batch, and may cost so much."""
    return Fact(type=HANDED_IN, data={"repository": repository_id, "batch": batch, "micro_usd": micro_usd})


def reserving_key(key: str) -> str:
    """Under which key that is noted of the question of this one."""
    return f"{key}{_RESERVED}"


def leaving_key(key: str) -> str:
    """Under which key it is noted that nobody wants the answer of this one any more."""
    return f"{key}{_OVER[-1]}"


def in_flight(records: Iterable[Recorded], *, now: datetime) -> list[InFlight]:
    """Those that were handed in, are neither paid nor left, and may still come to something."""
    noted = {str(each.meta.get("key")): each for each in records}
    found = ((key.removesuffix(_RESERVED), each) for key, each in noted.items() if each.type == HANDED_IN)
    return [
        InFlight(
            key=key,
            batch=each.data["batch"],
            repository=each.data["repository"],
            micro_usd=each.data["micro_usd"],
        )
        for key, each in found
        if now - each.at < LONGEST and not any(f"{key}{over}" in noted for over in _OVER)
    ]


def under(these: Iterable[InFlight], asked_key: str) -> Sequence[InFlight]:
    """Those of the review that was asked for under this key."""
    return [each for each in these if each.key.startswith(f"{asked_key}:")]


def reserved_in(these: Collection[InFlight], repository_id: int | None = None) -> int:
    """What they may cost together: of one repository, or all."""
    return sum(each.micro_usd for each in these if repository_id in {None, each.repository})
