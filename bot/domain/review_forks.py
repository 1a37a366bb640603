"""Pull requests from forks, reviewed unasked where a repository wants that: whose, and how often in a day.

Anybody may open one: nobody's is, before a person of the repository has asked for a review of one of theirs.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal

from bot.records import Fact, Recorded

VOUCHED: Final = "ForkAuthorVouched"
COUNTED: Final = "ForkReviewCounted"
# So many unasked ones in a day: of one author, and of all of them together.
MOST_OF_AUTHOR: Final = 10
MOST_OF_ALL: Final = 40

Why = Literal["nobody_vouched", "author_often", "all_often"]


def vouched_stream(repository_id: int) -> str:
    """The stream of the authors of whose pull requests somebody asked for a review."""
    return f"forks:{repository_id}"


def counted_stream(repository_id: int, moment: datetime) -> str:
    """The stream of the unasked ones of that day, in UTC."""
    return f"forks:{repository_id}:{moment:%Y-%m-%d}"


def vouched(author_id: int) -> Fact:
    """Somebody with the right asked for a review of a pull request of theirs."""
    return Fact(type=VOUCHED, data={"author": author_id})


def counted(author_id: int, number: int) -> Fact:
    """One of theirs is reviewed unasked."""
    return Fact(type=COUNTED, data={"author": author_id, "number": number})


def is_vouched(records: Iterable[Recorded], author_id: int) -> bool:
    """Whether a person once asked for a review of something of theirs."""
    return any(each.data["author"] == author_id for each in records)


def why_full(records: Sequence[Recorded], author_id: int) -> Why | None:
    """Why no further one has a place today, None where it has."""
    if sum(each.data["author"] == author_id for each in records) >= MOST_OF_AUTHOR:
        return "author_often"
    return "all_often" if len(records) >= MOST_OF_ALL else None


def has_place(records: Sequence[Recorded], author_id: int, key: str) -> bool:
    """Whether the one that is counted under this key was before the day was full."""
    keys = [each.meta["key"] for each in records]
    return key in keys and why_full(records[: keys.index(key)], author_id) is None
