"""Reviews of a pull request by themselves: stopped and let go on, as facts in the stream of its reviews."""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Final

from bot.domain.reviewing import CONCLUDED, request_in
from bot.records import Actor, Fact, Recorded

PAUSED: Final = "ReviewsPaused"
RESUMED: Final = "ReviewsResumed"


def paused(by: Actor) -> Fact:
    """None follows by itself from now on."""
    return Fact(type=PAUSED, data={"by": {"id": by.id, "login": by.login}})


def resumed(by: Actor) -> Fact:
    """They may again."""
    return Fact(type=RESUMED, data={"by": {"id": by.id, "login": by.login}})


def is_paused(records: Iterable[Recorded]) -> bool:
    """Whether the last word on it was to stop."""
    return [each.type for each in records if each.type in {PAUSED, RESUMED}][-1:] == [PAUSED]


def before(records: Iterable[Recorded], key: str) -> Sequence[Recorded]:
    """What there was until this was said: all of it, where it is not noted yet."""
    return list(takewhile(lambda each: each.meta.get("key") != key, records))


def is_stopped(records: Sequence[Recorded], key: str) -> bool:
    """Whether nobody asked for the review of this key, and none is to follow by itself by now."""
    return request_in(records, key).by is None and is_paused(records)


def is_reviewed(records: Iterable[Recorded], head: str) -> bool:
    """Whether a review of this commit has been said."""
    return any(each.type == CONCLUDED and each.data["head"] == head for each in records)
