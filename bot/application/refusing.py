"""A refused command is a fact as well: kept with what was said to it, found again by `why`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.application.ports import World
from bot.application.recording import append_beside
from bot.domain.refusals import Refusal, fact_of, refusals_in, stream_of
from bot.records import Actor, Repository, StepFailed

MOST_ANSWERS_AN_HOUR: Final = 30
FORGOTTEN: Final = "(what I said then has been deleted)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Where something was said: an issue or pull request."""

    repository: Repository
    issue: int

    @property
    def stream(self) -> str:
        """The stream of its facts."""
        return stream_of(self.repository.id, self.issue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command that was refused, and what was said to that."""

    by: Actor
    name: str
    code: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A refusal as people are shown it."""

    at: datetime
    by: str
    command: str
    said: str


async def note(
    world: World, where: Conversation, refused: Command, *, key: str, meta: Mapping[str, Any]
) -> None:
    """Append it to the conversation, once for each key. Raises Unavailable."""
    said = await world.blobs.put(where.repository.id, refused.said.encode())
    fact = fact_of(Refusal(by=refused.by, command=refused.name, code=refused.code, said=said))
    await append_beside(world, where.stream, fact, key=key, meta=meta)


async def recall(world: World, where: Conversation, *, key: str) -> str | None:
    """What was said to the command that was refused under this key; None where none was."""
    found = refusals_in(await world.log.read(where.stream))
    said = next((refusal.said for record, refusal in found if record.meta.get("key") == key), None)
    return None if said is None else await _said(world, where.repository, said)


async def may_be_told(world: World, repository: Repository, person: Actor, *, key: str) -> bool:
    """Whether this person is answered in that repository once more within the hour; a key counts once."""
    count = await counts_within_the_hour(world, f"answers:{repository.id}:{person.id}", key=key)
    return count <= MOST_ANSWERS_AN_HOUR


async def counts_within_the_hour(world: World, name: str, *, key: str) -> int:
    """How often that was within the hour, with this one; a key counts once."""
    now = f"{world.clock.now():%Y-%m-%dT%H}"
    count, counted = _told_in(now, await world.notes.get(name))
    if counted != key:
        count += 1
        await world.notes.put(name, f"{now} {count} {key}")
    return count


def next_hour(now: datetime) -> datetime:
    """When it is counted from nothing again."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _told_in(hour: str, noted: str | None) -> tuple[int, str]:
    """How often in that hour, and for which key last."""
    match (noted or "").split(" ", 2):
        case [then, count, key] if then == hour:
            return int(count), key
        case _:
            return 0, ""


async def latest(world: World, where: Conversation, *, most: int) -> list[Refused]:
    """The newest refusals of a conversation, newest first."""
    found = refusals_in(await world.log.read(where.stream))[-most:]
    return [
        Refused(
            at=record.at,
            by=refusal.by.login,
            command=refusal.command,
            said=await _said(world, where.repository, refusal.said),
        )
        for record, refusal in reversed(found)
    ]


async def _said(world: World, repository: Repository, digest: str) -> str:
    try:
        return (await world.blobs.get(repository.id, digest)).decode()
    except StepFailed:
        return FORGOTTEN
