"""Questions about the code as facts, in a stream for each issue or pull request that they were asked on."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from bot.records import Actor, Fact, Recorded, Repository

FAMILY: Final = "questions"
ASKED: Final = "QuestionAsked"
HELD_UP: Final = "QuestionHeldUp"
CONCLUDED: Final = "QuestionConcluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """What somebody wants to know, and where they asked; `text` is the digest of their words.

    `comment` is the one that it was asked in, and `said_at` when: what was said later is not part of it.
    `thread` is the first comment of the thread at a line that it was asked in, None where it was in none.
    `there` is the digest of where in Slack it was asked, "" where it was on GitHub; its number may be 0.
    """

    repository: Repository
    number: int
    is_pull: bool
    by: Actor
    text: str
    comment: int
    said_at: datetime
    thread: int | None = None
    there: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """How it ended: what was read, what came of it (a digest), and what it cost."""

    outcome: str
    commit: str = ""
    text: str = ""
    calls: int = 0
    tokens: int = 0
    micro_usd: int = 0


def stream_of(repository_id: int, number: int) -> str:
    """The stream of what was asked on an issue or a pull request. No integration has a colon in its id."""
    return f"{FAMILY}:{repository_id}:{number}"


def asked(it: Enquiry) -> Fact:
    """It was asked."""
    return Fact(
        type=ASKED,
        data={
            "repository": asdict(it.repository),
            "number": it.number,
            "pull": it.is_pull,
            "by": {"id": it.by.id, "login": it.by.login},
            "text": it.text,
            "comment": it.comment,
            "said_at": it.said_at.isoformat(),
            "thread": it.thread,
            "there": it.there,
        },
    )


def concluded(it: Concluded) -> Fact:
    """It has ended."""
    return Fact(
        type=CONCLUDED,
        data={
            "outcome": it.outcome,
            "commit": it.commit,
            "text": it.text,
            "calls": it.calls,
            "tokens": it.tokens,
            "micro_usd": it.micro_usd,
        },
    )


def enquiry_in(records: Iterable[Recorded], key: str) -> Enquiry:
    """What was asked under this key; it must be there."""
    data = next(each.data for each in records if each.type == ASKED and each.meta["key"] == key)
    return Enquiry(
        repository=Repository(**data["repository"]),
        number=data["number"],
        is_pull=data["pull"],
        by=Actor(**data["by"]),
        text=data["text"],
        comment=data["comment"],
        said_at=datetime.fromisoformat(data["said_at"]),
        thread=data["thread"],
        there=data.get("there", ""),
    )


def ending_key(key: str) -> str:
    """Under which key the end of a question is noted that was asked under this one."""
    return f"{key}:concluded"
