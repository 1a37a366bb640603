"""What Claude was paid for, kept under the key of each question, so that nothing is paid twice."""

import json
from dataclasses import asdict
from typing import Protocol

from bot.records import Answer, Intent, Usage


class Journal(Protocol):
    """Answers that were paid for, each under the key of its question."""

    async def get(self, key: str, repository_id: int) -> str | None: ...

    async def put(self, key: str, repository_id: int, answer: str) -> None: ...


class _Effects(Protocol):
    async def begin(self, key: str) -> Intent: ...

    async def finish(self, key: str, *, result: str) -> None: ...


class _Blobs(Protocol):
    async def put(self, repository_id: int, content: bytes) -> str: ...

    async def get(self, repository_id: int, digest: str) -> bytes: ...


class BlobJournal:
    """The journal as effects and blobs: an effect's result is the digest of the answer."""

    def __init__(self, blobs: _Blobs, effects: _Effects) -> None:
        self._blobs, self._effects = blobs, effects

    async def get(self, key: str, repository_id: int) -> str | None:
        intent = await self._effects.begin(f"claude:{key}")
        if intent.result is None:
            return None
        return (await self._blobs.get(repository_id, intent.result)).decode()

    async def put(self, key: str, repository_id: int, answer: str) -> None:
        digest = await self._blobs.put(repository_id, answer.encode())
        await self._effects.finish(f"claude:{key}", result=digest)


def kept(answer: Answer) -> str:
    """The answer as the journal keeps it."""
    return json.dumps(asdict(answer), ensure_ascii=False)


def answer_from(text: str) -> Answer:
    """The answer that was kept."""
    fields = json.loads(text)
    return Answer(
        content=tuple(fields["content"]),
        stop_reason=fields["stop_reason"],
        usage=Usage(**fields["usage"]),
        model=fields["model"],
    )
