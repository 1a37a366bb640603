"""Reviews as facts, in a stream for each pull request, and what they cost in one for each account's month."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from bot.domain.money import month_of
from bot.records import Actor, Fact, Recorded, Repository

FAMILY: Final = "review"
REQUESTED: Final = "ReviewRequested"
HELD_UP: Final = "ReviewHeldUp"
CONCLUDED: Final = "ReviewConcluded"
PAID: Final = "ReviewPaid"
# The outcome of one that came to its end.
SAID: Final = "said"
_ENDED: Final = ":concluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be reviewed, by whose word; nobody's where the repository wants it of itself.

    `is_full` reads all of it again, and says again at its line what was said there and stands open no more;
    `focus` is the digest of what to look at.
    One that `is_brief` reads no more than a part: anybody may have had it begin.
    """

    repository: Repository
    number: int
    cause: str
    by: Actor | None = None
    is_full: bool = False
    focus: str = ""
    is_brief: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a review ended: what was said at lines, what is mended, how many findings there are, its cost.

    `check` is its check run, 0 where that is not known.
    """

    outcome: str
    head: str = ""
    check: int = 0
    findings: int = 0
    said: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    text: str = ""
    tokens: int = 0
    micro_usd: int = 0


def stream_of(repository_id: int, number: int) -> str:
    """The stream of a pull request's reviews. No integration has a colon in its id."""
    return f"{FAMILY}:{repository_id}:{number}"


def paid_stream(installation_id: int, moment: datetime) -> str:
    """The stream of what an account's reviews cost in that month."""
    return f"paid:{installation_id}:{month_of(moment)}"


def requested(it: Request) -> Fact:
    """It was asked for."""
    return Fact(
        type=REQUESTED,
        data={
            "repository": asdict(it.repository),
            "number": it.number,
            "cause": it.cause,
            "by": None if it.by is None else {"id": it.by.id, "login": it.by.login},
            "full": it.is_full,
            "focus": it.focus,
            "brief": it.is_brief,
        },
    )


def concluded(it: Ended) -> Fact:
    """It has ended."""
    return Fact(
        type=CONCLUDED,
        data={
            "outcome": it.outcome,
            "head": it.head,
            "check": it.check,
            "findings": it.findings,
            "said": list(it.said),
            "mended": list(it.mended),
            "text": it.text,
            "tokens": it.tokens,
            "micro_usd": it.micro_usd,
        },
    )


def paid(repository_id: int, micro_usd: int) -> Fact:
    """A question of a review was paid for."""
    return Fact(type=PAID, data={"repository": repository_id, "micro_usd": micro_usd})


def request_in(records: Iterable[Recorded], key: str) -> Request:
    """What was asked for under this key; it must be there."""
    data = next(each.data for each in records if each.type == REQUESTED and each.meta["key"] == key)
    return Request(
        repository=Repository(**data["repository"]),
        number=data["number"],
        cause=data["cause"],
        by=None if data["by"] is None else Actor(**data["by"]),
        is_full=data["full"],
        focus=data["focus"],
        is_brief=data.get("brief", False),  # the first of them did not tell
    )


def asked_at(records: Iterable[Recorded], key: str) -> datetime:
    """When it was asked for, or said, under this key; it must be there."""
    return next(each.at for each in records if each.meta.get("key") == key)


def is_overtaken(records: Iterable[Recorded], key: str) -> bool:
    """Whether it was asked for again since: then only the newer one says something."""
    return [each.meta["key"] for each in records if each.type == REQUESTED][-1:] != [key]


def said_before(records: Iterable[Recorded], key: str) -> frozenset[str]:
    """The fingerprints of what other reviews of this pull request said at its lines, if not mended since."""
    said = set[str]()
    for each in _others(records, key):
        said.update(each.data["said"])
        said.difference_update(each.data.get("mended", ()))
    return frozenset(said)


def read_before(records: Iterable[Recorded], key: str) -> str:
    """The digest of what the last other review read that was said; nothing where there is none."""
    digests = [each.data["text"] for each in _others(records, key) if each.data["outcome"] == SAID]
    return str(digests[-1]) if digests else ""


def _others(records: Iterable[Recorded], key: str) -> Iterable[Recorded]:
    """How all reviews ended but the one that was asked for under this key."""
    return (each for each in records if each.type == CONCLUDED and each.meta["key"] != ending_key(key))


def last_said(records: Iterable[Recorded]) -> tuple[str, Ended] | None:
    """How the last review ended that said something, with the key that it was asked under."""
    said = [each for each in records if each.type == CONCLUDED and each.data["outcome"] == SAID]
    if not said:
        return None
    data = {"check": 0, "mended": (), **said[-1].data}  # the first of them did not tell either
    ended = Ended(**{**data, "said": tuple(data["said"]), "mended": tuple(data["mended"])})
    return str(said[-1].meta["key"]).removesuffix(_ENDED), ended


def is_under_way(records: Sequence[Recorded]) -> bool:
    """Whether the newest that was asked for has not ended."""
    keys = [each.meta["key"] for each in records if each.type == REQUESTED]
    ended = {each.meta["key"] for each in records if each.type == CONCLUDED}
    return any(ending_key(key) not in ended for key in keys[-1:])


def ending_key(key: str) -> str:
    """Under which key the end of a review is noted that was asked for under this one."""
    return f"{key}{_ENDED}"


def spent_on(records: Sequence[Recorded], repository_id: int | None = None) -> int:
    """What these reviews cost: of one repository, or all."""
    paid_for = (each.data for each in records if each.type == PAID)
    return sum(int(data["micro_usd"]) for data in paid_for if repository_id in {None, data["repository"]})


def spent_under(records: Iterable[Recorded], key: str) -> int:
    """What the questions of the review cost that was asked for under this key."""
    paid_for = (each for each in records if each.type == PAID and _is_under(each, key))
    return sum(int(each.data["micro_usd"]) for each in paid_for)


def _is_under(it: Recorded, key: str) -> bool:
    return str(it.meta["key"]).startswith(f"{key}:")


def batch_pause_seconds(nth: int, look_again: float) -> float:
    """How long until a batch is looked at again after so many looks: twice as long, up to ten times."""
    return float(look_again * min(2**nth, 10))
