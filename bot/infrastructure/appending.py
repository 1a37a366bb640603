"""What one append writes: facts, each chained to the one before, and all that commits with them."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bot.infrastructure.chain import Event, canonical, digest_of
from bot.records import Fact, FollowUp

Written = Mapping[str, Any]
Appended = Callable[[Written, int], Awaitable[None]]
"""Told, once it is committed, how a row stands since the event of that place."""


@dataclass(frozen=True, slots=True)
class Command:
    """What one append writes, whole."""

    stream: str
    facts: Sequence[Fact]
    after: int | None
    key: str
    meta: Mapping[str, Any]
    row: Mapping[str, Any]
    follow_ups: Sequence[FollowUp]
    among: int | None


class Tail(NamedTuple):
    """Where the log ends, where the stream does, and whether the key was used."""

    seq: int
    hash: str
    version: int
    known: int


def chained(command: Command, tail: Tail, *, at: str) -> Iterator[Event]:
    meta, previous = canonical(command.meta), tail.hash
    for part, fact in enumerate(command.facts):
        event = Event(
            seq=tail.seq + 1 + part,
            stream=command.stream,
            version=tail.version + 1 + part,
            type=fact.type,
            data=canonical(fact.data),
            meta=meta,
            at=at,
            key=command.key,
            part=part,
            hash="",
        )
        previous = digest_of(previous, event)
        yield event._replace(hash=previous)
