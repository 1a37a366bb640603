"""Offers of a title, a description and labels for a pull request, as facts in a stream for each of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from bot.records import Actor, Fact, Recorded, Repository

FAMILY: Final = "descriptions"
WANTED: Final = "DescriptionWanted"
OFFERED: Final = "DescriptionOffered"
CHOSEN: Final = "DescriptionChosen"
BEGUN: Final = "DescriptionBegun"
TAKEN: Final = "DescriptionTaken"
HELD_UP: Final = "DescriptionHeldUp"
GIVEN_UP: Final = "DescriptionGivenUp"
PARTS: Final = ("title", "description", "labels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who wants an offer, or parts of one taken (`offer` is its digest): for which pull request."""

    repository: Repository
    number: int
    by: Actor
    parts: tuple[str, ...] = ()
    offer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What an offer has cost."""

    tokens: int
    micro_usd: int


def stream_of(repository_id: int, number: int) -> str:
    """The stream of what was offered for a pull request. No integration has a colon in its id."""
    return f"{FAMILY}:{repository_id}:{number}"


def wanted(it: Wish) -> Fact:
    """An offer is wanted."""
    return Fact(type=WANTED, data=_said(it))


def chosen(it: Wish) -> Fact:
    """Parts of an offer are to be taken."""
    return Fact(type=CHOSEN, data=_said(it))


def _said(it: Wish) -> dict[str, object]:
    return {
        "repository": asdict(it.repository),
        "number": it.number,
        "by": {"id": it.by.id, "login": it.by.login},
        "parts": list(it.parts),
        "offer": it.offer,
    }


def offered(digest: str, cost: Cost) -> Fact:
    """It was offered."""
    return Fact(type=OFFERED, data={"offer": digest, "tokens": cost.tokens, "micro_usd": cost.micro_usd})


def begun(digest: str) -> Fact:
    """It is found out what is to be changed, and what stood there before: nothing is changed yet."""
    return Fact(type=BEGUN, data={"change": digest})


def taken(undone: Sequence[str]) -> Fact:
    """It is changed, but for what was left as it was, for these reasons."""
    return Fact(type=TAKEN, data={"undone": list(undone)})


def given_up(code: str) -> Fact:
    """Nothing more comes of it."""
    return Fact(type=GIVEN_UP, data={"code": code})


def key_of(asked_key: str, what: str) -> str:
    """Under which key that is noted of what was asked under this one."""
    return f"{asked_key}:{what}"


def wish_in(records: Iterable[Recorded], key: str) -> Wish:
    """What was wanted under this key; it must be there."""
    data = next(each.data for each in records if each.type in {WANTED, CHOSEN} and each.meta["key"] == key)
    return Wish(
        repository=Repository(**data["repository"]),
        number=data["number"],
        by=Actor(**data["by"]),
        parts=tuple(data["parts"]),
        offer=data["offer"],
    )


def newest_offer(records: Iterable[Recorded]) -> str:
    """The digest of the newest one, "" where there is none."""
    return next((str(each.data["offer"]) for each in reversed([*records]) if each.type == OFFERED), "")


def change_in(records: Iterable[Recorded], key: str) -> str:
    """The digest of what is to be changed by that word, "" where it is not found out yet."""
    own = key_of(key, BEGUN)
    return next((str(each.data["change"]) for each in records if each.meta["key"] == own), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What was taken by one word: the digest of the change, and what was left; None while it goes on."""

    change: str
    undone: tuple[str, ...] | None = None


def takings(records: Iterable[Recorded]) -> list[Taking]:
    """All there were, in their order."""
    past = [*records]
    ends = {str(each.meta["key"]): each for each in past if each.type in {TAKEN, GIVEN_UP}}
    keys = {str(each.meta["key"]).removesuffix(f":{BEGUN}"): each for each in past if each.type == BEGUN}
    return [Taking(change=str(each.data["change"]), undone=_undone(ends, key)) for key, each in keys.items()]


def _undone(ends: Mapping[str, Recorded], key: str) -> tuple[str, ...] | None:
    if (taken := ends.get(key_of(key, TAKEN))) is not None:
        return tuple(taken.data["undone"])
    return ("given_up",) if key_of(key, GIVEN_UP) in ends else None


def is_shown(records: Iterable[Recorded]) -> bool:
    """Whether there is anything by now that the comment says."""
    return any(each.type in {OFFERED, BEGUN, HELD_UP} for each in records)
