"""Which texts may go: those whose time is over, and that no integration needs which has not ended."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from bot.domain import events as e
from bot.domain.states import State
from bot.records import Recorded, StepFailed

SETTLED: Final = e.UndoFinished.__name__
UNFINISHED: Final = tuple(
    state for state in State if state not in {State.ACTIVE, State.DEPRECATED, State.FAILED}
)
DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class Log(Protocol):
    """The facts of an integration."""

    async def read(self, stream: str) -> list[Recorded]: ...


class Integrations(Protocol):
    """Integrations by what they are, and by what has not become of them yet."""

    async def find(self, **columns: str | int) -> list[Mapping[str, Any]]: ...

    async def lacking(self, fact: str, **columns: str | int) -> list[Mapping[str, Any]]: ...


class Blobs(Protocol):
    """Texts that go when their time is over, if nobody keeps them."""

    async def get(self, repository_id: int, digest: str) -> bytes: ...

    async def keep(self, repository_id: int, digests: Sequence[str]) -> None: ...

    async def expire(self, before: datetime) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcripts:
    """The blobs of integrations. What is needed is kept and the rest deleted in one go, never apart."""

    log: Log
    integrations: Integrations
    blobs: Blobs

    async def expire(self, before: datetime) -> int:
        """Delete what was to stay until some time before then and is not needed; how many there were."""
        for row in await self._unfinished():
            await self.blobs.keep(row["repository_id"], await self._needed(row["id"], row["repository_id"]))
        return await self.blobs.expire(before)

    async def _unfinished(self) -> list[Mapping[str, Any]]:
        at_work = [row for state in UNFINISHED for row in await self.integrations.find(state=state)]
        return [*at_work, *await self.integrations.lacking(SETTLED, state=State.FAILED)]

    async def _needed(self, integration_id: str, repository_id: int) -> list[str]:
        """What its facts name, and the files of each change that they name."""
        records = await self.log.read(integration_id)
        needed = named_in(records)
        for change in {str(record.data["change"]) for record in records if record.data.get("change")}:
            with suppress(StepFailed):  # it was destroyed together with its repository's key
                needed |= contents_of(await self.blobs.get(repository_id, change))
        return sorted(needed)


def named_in(records: Iterable[Recorded]) -> set[str]:
    """Every digest that these facts hold."""
    values = [value for record in records for value in record.data.values()]
    return {value for value in values if isinstance(value, str) and DIGEST.fullmatch(value)}


def contents_of(change: bytes) -> set[str]:
    """The digests of what the files of a change hold; a file that it deletes has none."""
    return {kept[0] for kept in json.loads(change)["files"].values() if kept is not None}
