"""What was said to the bot in plain words, as facts, in a stream for each issue or pull request."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

from bot.records import Actor, Fact, Recorded, Repository

FAMILY: Final = "mentions"
HEARD: Final = "MentionHeard"
UNDERSTOOD: Final = "MentionUnderstood"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Who said something, and where; `comment` is the digest of what was heard, by whose `ear`."""

    repository: Repository
    number: int
    by: Actor
    comment: str
    ear: str = "github"


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What was made of it, one word of a closed list, and what that cost."""

    means: str
    tokens: int = 0
    micro_usd: int = 0


def stream_of(repository_id: int, number: int) -> str:
    """The stream of what was said there. No integration has a colon in its id."""
    return f"{FAMILY}:{repository_id}:{number}"


def heard_key(key: str) -> str:
    """Under which key it is noted that this delivery brought it: what comes of it has the delivery's own."""
    return f"mention:{key}"


def understood_key(key: str) -> str:
    """Under which key it is noted what it means."""
    return f"mention:{key}:means"


def heard(it: Mention) -> Fact:
    """It was said."""
    return Fact(
        type=HEARD,
        data={
            "repository": asdict(it.repository),
            "number": it.number,
            "by": {"id": it.by.id, "login": it.by.login},
            "comment": it.comment,
            "ear": it.ear,
        },
    )


def understood(it: Understood) -> Fact:
    """This was made of it."""
    return Fact(type=UNDERSTOOD, data={"means": it.means, "tokens": it.tokens, "micro_usd": it.micro_usd})


def mention_in(records: Iterable[Recorded], key: str) -> Mention:
    """What this delivery brought; it must be there."""
    own = heard_key(key)
    data = next(each.data for each in records if each.type == HEARD and each.meta["key"] == own)
    return Mention(
        repository=Repository(**data["repository"]),
        number=data["number"],
        by=Actor(**data["by"]),
        comment=data["comment"],
        ear=data.get("ear", "github"),
    )


def meaning_of(records: Iterable[Recorded], key: str) -> str | None:
    """What was made of it, None where that is not noted yet."""
    own = understood_key(key)
    found = (
        str(each.data["means"]) for each in records if each.type == UNDERSTOOD and each.meta["key"] == own
    )
    return next(found, None)
