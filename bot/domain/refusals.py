"""Commands that were refused: facts of the conversation they were spoken in, for `why` to tell of."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bot.records import Actor, Fact, Recorded

TYPE: Final = "CommandRefused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Somebody's command was refused; `said` is the digest of what they were told."""

    by: Actor
    command: str
    code: str
    said: str


def stream_of(repository_id: int, issue: int) -> str:
    """The stream of a conversation, on an issue or pull request. No integration has a colon in its id."""
    return f"conversation:{repository_id}:{issue}"


def fact_of(refusal: Refusal) -> Fact:
    """As the log keeps it."""
    by = {"id": refusal.by.id, "login": refusal.by.login}
    data = {"by": by, "command": refusal.command, "code": refusal.code, "said": refusal.said}
    return Fact(type=TYPE, data=data)


def refusals_in(records: Iterable[Recorded]) -> list[tuple[Recorded, Refusal]]:
    """The refusals among these facts, oldest first, each with its record."""
    return [(record, _refusal(record)) for record in records if record.type == TYPE]


def _refusal(record: Recorded) -> Refusal:
    data = record.data
    return Refusal(by=Actor(**data["by"]), command=data["command"], code=data["code"], said=data["said"])
