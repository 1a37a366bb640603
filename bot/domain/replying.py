"""What people say to a finding, and what the bot makes of it: facts in the stream of the pull request."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from bot.records import Actor, Fact, Recorded, Repository

DISPUTED: Final = "FindingDisputed"
WITHDRAWN: Final = "FindingWithdrawn"
INSISTED: Final = "FindingInsisted"
HELD_UP: Final = "AnswerHeldUp"
# It insists once, and answers once more: then it is for people to decide.
MOST_ANSWERS: Final = 2
# What wants no answer is looked at all the same: not for ever.
MOST_HEARD: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """What somebody said to a finding; `thread` is the first comment there, `comment` theirs."""

    repository: Repository
    number: int
    thread: int
    comment: int
    fingerprint: str
    by: Actor


def disputed(it: Dispute) -> Fact:
    """Somebody who has a say in it said something to it."""
    return Fact(
        type=DISPUTED,
        data={
            "repository": asdict(it.repository),
            "number": it.number,
            "thread": it.thread,
            "comment": it.comment,
            "fingerprint": it.fingerprint,
            "by": {"id": it.by.id, "login": it.by.login},
        },
    )


def answered(it: Dispute, *, withdraws: bool, why: str) -> Fact:
    """The finding is withdrawn, or stays; `why` is the digest of what is said to that."""
    said = {"fingerprint": it.fingerprint, "thread": it.thread, "to": it.comment, "why": why}
    return Fact(type=WITHDRAWN if withdraws else INSISTED, data=said)


def answer_key(key: str) -> str:
    """Under which key the answer is noted to what was said under this one."""
    return f"{key}:answered"


def dispute_in(records: Iterable[Recorded], key: str) -> Dispute:
    """What was said under this key; it must be there."""
    data = next(each.data for each in records if each.type == DISPUTED and each.meta["key"] == key)
    return Dispute(
        repository=Repository(**data["repository"]),
        number=data["number"],
        thread=data["thread"],
        comment=data["comment"],
        fingerprint=data["fingerprint"],
        by=Actor(**data["by"]),
    )


def answer_in(records: Iterable[Recorded], key: str) -> Recorded | None:
    """What was made of it, where that is noted."""
    own = answer_key(key)
    return next((each for each in records if each.meta.get("key") == own), None)


def is_superseded(records: Sequence[Recorded], key: str) -> bool:
    """Whether more was said in the thread since: then all of it is answered together.

    What is decided is said all the same.
    """
    if answer_in(records, key) is not None:
        return False
    thread = dispute_in(records, key).thread
    said = [each for each in records if each.type == DISPUTED and each.data["thread"] == thread]
    return bool(said[-1].meta["key"] != key)


def is_over(records: Sequence[Recorded], thread: int, fingerprint: str) -> bool:
    """Whether nothing more is answered there: it is withdrawn, or the last word is said."""
    return is_last(records, thread) or fingerprint in withdrawn_in(records)


def is_last(records: Sequence[Recorded], thread: int) -> bool:
    """Whether what has been answered there by now is all that will be."""
    return _count(records, INSISTED, thread) >= MOST_ANSWERS


def is_heard_out(records: Sequence[Recorded], thread: int) -> bool:
    """Whether more was said there than is listened to."""
    return _count(records, DISPUTED, thread) >= MOST_HEARD


def heard_in(records: Iterable[Recorded], thread: int) -> frozenset[int]:
    """Who was heard there, by their numbers: they have a say in it, and nobody else."""
    said = (each for each in records if each.type == DISPUTED and each.data["thread"] == thread)
    return frozenset(each.data["by"]["id"] for each in said)


def unanswered_in(records: Iterable[Recorded], thread: int) -> frozenset[int]:
    """The comments that were heard there since it was last answered."""
    waiting: set[int] = set()
    for each in records:
        if each.type in {DISPUTED, INSISTED} and each.data["thread"] == thread:
            waiting = waiting | {each.data["comment"]} if each.type == DISPUTED else set()
    return frozenset(waiting)


def is_awaited(records: Sequence[Recorded], thread: int) -> bool:
    """Whether it was said there that it is looked at later, and nothing since."""
    keys = {each.meta["key"] for each in records if each.type == DISPUTED and each.data["thread"] == thread}
    said = [each.version for each in records if each.type == INSISTED and each.data["thread"] == thread]
    held = [each for each in records if each.type == HELD_UP and each.version > max(said, default=0)]
    return any(str(each.meta["key"]).partition(":held:")[0] in keys for each in held)


def _count(records: Sequence[Recorded], kind: str, thread: int) -> int:
    return len([each for each in records if each.type == kind and each.data["thread"] == thread])


def withdrawn_in(records: Iterable[Recorded]) -> frozenset[str]:
    """The fingerprints of what is not said again on this pull request."""
    return frozenset(each.data["fingerprint"] for each in records if each.type == WITHDRAWN)
