"""Fixes that people ask for on a pull request, as facts in a stream of it: what is meant, how it ended."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Literal

from bot.domain.policy import Denied
from bot.domain.verdicts import NAME
from bot.records import Actor, Fact, Recorded, Repository

FAMILY: Final = "fixes"
ASKED: Final = "FixAsked"
HELD_UP: Final = "FixHeldUp"
STOPPED: Final = "FixStopped"
CONCLUDED: Final = "FixConcluded"

Kind = Literal["finding", "line", "checks", "conflict", "words"]
_THE: Final = r"(?:the |a |this |these |all )*"
CHECKS: Final = re.compile(rf"{_THE}(?:(?:failing|failed|red|broken) )?(?:checks?|ci)[.!]?", re.IGNORECASE)
CONFLICT: Final = re.compile(rf"{_THE}(?:merge )?conflicts?[.!]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What is to be fixed: `name` is a finding's, or the first comment of a thread at a line."""

    kind: Kind
    name: str = ""
    words: str = ""

    @property
    def subject(self) -> str:
        """The same for the same thing: of a finding whatever was said beside it."""
        said = "" if self.kind == "finding" else " ".join(self.words.casefold().split())
        digest = hashlib.sha256(said.encode()).hexdigest()[:16] if said else ""
        return ":".join(filter(None, (self.kind, self.name, digest)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants fixed, and where they asked; `text` is the digest of their words.

    `comment` is the one that it was asked in, `thread` the first of the thread at a line that this is in.
    """

    repository: Repository
    number: int
    by: Actor
    kind: Kind
    name: str
    subject: str
    text: str
    comment: int
    said_at: datetime
    thread: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """How it ended: the commit that was pushed, the pull request that was opened instead, its cost."""

    outcome: str
    commit: str = ""
    pull_request: int = 0
    calls: int = 0
    tokens: int = 0
    micro_usd: int = 0


class OfAnIntegration(Denied):
    """The pull request is an integration's, which nothing else may write to."""

    code = "of_an_integration"

    def __init__(self, integration_id: str) -> None:
        super().__init__(integration_id)
        self.integration_id = integration_id


def meant(text: str, *, finding: str | None = None, thread: int | None = None) -> Meant | None:
    """What these words mean, said in this thread, which may be a finding's; None where they say nothing.

    A finding may be named wherever it is said.
    """
    first, *rest = text.split(maxsplit=1) or [""]
    if NAME.fullmatch(name := first.strip("`")):
        return Meant(kind="finding", name=name.lower(), words="".join(rest).strip())
    if CHECKS.fullmatch(text.strip()):
        return Meant(kind="checks")
    if CONFLICT.fullmatch(text.strip()):
        return Meant(kind="conflict")
    if finding is not None:
        return Meant(kind="finding", name=finding, words=text.strip())
    if thread is not None:
        return Meant(kind="line", name=str(thread), words=text.strip())
    return Meant(kind="words", words=text.strip()) if text.strip() else None


def stream_of(repository_id: int, number: int) -> str:
    """The stream of what is to be fixed on a pull request. No integration has a colon in its id."""
    return f"{FAMILY}:{repository_id}:{number}"


def asked(it: Wish) -> Fact:
    """It was asked for."""
    return Fact(
        type=ASKED,
        data={
            "repository": asdict(it.repository),
            "number": it.number,
            "by": {"id": it.by.id, "login": it.by.login},
            "kind": it.kind,
            "name": it.name,
            "subject": it.subject,
            "text": it.text,
            "comment": it.comment,
            "said_at": it.said_at.isoformat(),
            "thread": it.thread,
        },
    )


def stopped(by: Actor) -> Fact:
    """Somebody wants none of what is under way there."""
    return Fact(type=STOPPED, data={"by": {"id": by.id, "login": by.login}})


def concluded(it: Concluded) -> Fact:
    """It has ended."""
    return Fact(
        type=CONCLUDED,
        data={
            "outcome": it.outcome,
            "commit": it.commit,
            "pull_request": it.pull_request,
            "calls": it.calls,
            "tokens": it.tokens,
            "micro_usd": it.micro_usd,
        },
    )


def wish_in(records: Iterable[Recorded], key: str) -> Wish:
    """What was asked for under this key; it must be there."""
    data = next(each.data for each in records if each.type == ASKED and each.meta["key"] == key)
    return Wish(
        repository=Repository(**data["repository"]),
        number=data["number"],
        by=Actor(**data["by"]),
        kind=data["kind"],
        name=data["name"],
        subject=data["subject"],
        text=data["text"],
        comment=data["comment"],
        said_at=datetime.fromisoformat(data["said_at"]),
        thread=data["thread"],
    )


def ending_key(key: str) -> str:
    """Under which key the end of a fix is noted that was asked for under this one."""
    return f"{key}:concluded"


def is_stopped(records: Sequence[Recorded], key: str) -> bool:
    """Whether somebody stopped what was under way since it was asked for."""
    since = next((each.version for each in records if each.meta["key"] == key), 0)
    return any(each.type == STOPPED and each.version > since for each in records)


def under_way(records: Sequence[Recorded]) -> list[str]:
    """The keys of those that have not ended, and that nobody stopped, oldest first."""
    ended = {each.meta["key"] for each in records if each.type == CONCLUDED}
    keys = [str(each.meta["key"]) for each in records if each.type == ASKED]
    return [key for key in keys if ending_key(key) not in ended and not is_stopped(records, key)]


def is_next(records: Sequence[Recorded], key: str) -> bool:
    """Whether none that was asked for before it is under way; what is none itself waits for nothing."""
    return key not in (keys := under_way(records)) or keys[0] == key


def same_before(records: Sequence[Recorded], key: str) -> Wish | None:
    """An earlier wish for the same that is under way: what is asked for twice is done once."""
    subject = wish_in(records, key).subject
    keys = under_way(records)
    earlier = (wish_in(records, each) for each in keys[: keys.index(key) if key in keys else 0])
    return next((it for it in earlier if it.subject == subject), None)
