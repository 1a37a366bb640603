"""Texts, diffs and transcripts: compressed, sealed under a key per repository, deleted after their time.

The caller knows a blob by the SHA-256 of its bytes. The table knows it by an HMAC of that under the
repository's own key, so that nobody who reads the table can try whether some text is in it, or in two
repositories. Once the key is destroyed, neither content nor name can be made out.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import zstandard
from sqlalchemy import Connection, delete, select, update

from bot.infrastructure.clock import Clock
from bot.infrastructure.crypto import Box, Crypto, fresh_key
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.tables import BLOB_KEYS, BLOBS
from bot.records import StepFailed

LEVEL: Final = 3
# Smaller ones take less time than a change of thread.
LARGE_BYTES: Final = 64 * 1024
KEPT_TOGETHER: Final = 500


class Blobs:
    """What is put stays for `lifetime` at least; putting it again, or keeping it, that long from then.

    Afterwards it is there until it is deleted: whoever needs it longer keeps it before that.
    """

    def __init__(self, database: Database, crypto: Crypto, clock: Clock, *, lifetime: timedelta) -> None:
        self._database, self._clock, self._lifetime = database, clock, lifetime
        self._master = crypto.box("blob keys")

    async def put(self, repository_id: int, content: bytes) -> str:
        """Keep the bytes; the SHA-256 by which they are found again."""
        far = len(content) > LARGE_BYTES
        digest, packed = await asyncio.to_thread(_pack, content) if far else _pack(content)
        await self._database.write(partial(self._put, repository_id, digest, packed))
        return digest.hex()

    async def get(self, repository_id: int, digest: str) -> bytes:
        """The bytes. Raises StepFailed("forgotten") where they were destroyed or deleted."""
        content = await self._database.read(partial(self._get, repository_id, bytes.fromhex(digest)))
        if content is None:
            raise StepFailed("forgotten", digest)
        return content

    async def forget(self, repository_ids: Sequence[int]) -> None:
        """Destroy the keys of these repositories, and with them everything that was put for them."""
        await self._database.write(partial(_forget, repository_ids))
        await self._database.wipe()

    async def keep(self, repository_id: int, digests: Sequence[str]) -> None:
        """Let these stay as if they were put now; one that is not there is passed over."""
        for first in range(0, len(digests), KEPT_TOGETHER):
            some = [bytes.fromhex(digest) for digest in digests[first : first + KEPT_TOGETHER]]
            await self._database.write(partial(self._keep, repository_id, some))

    async def expire(self, before: datetime) -> int:
        """Delete what was to stay until some time before then; how many there were."""
        over = delete(BLOBS).where(BLOBS.c.expires_at < as_text(before))
        return await self._database.write(lambda connection: connection.execute(over).rowcount)

    def _put(self, repository_id: int, digest: bytes, packed: bytes, connection: Connection) -> None:
        key = self._key(connection, repository_id) or self._new_key(connection, repository_id)
        expires_at = self._end()
        row = {
            "repository_id": repository_id,
            "name": _name(key, digest),
            "content": Box(key).seal(packed, about=digest),
            "expires_at": expires_at,
        }
        connection.execute(
            self._database
            .insert(BLOBS)
            .values(row)
            .on_conflict_do_update(index_elements=["repository_id", "name"], set_={"expires_at": expires_at})
        )

    def _end(self) -> str:
        return as_text(self._clock.now() + self._lifetime)

    def _keep(self, repository_id: int, digests: Sequence[bytes], connection: Connection) -> None:
        key = self._key(connection, repository_id)
        if key is not None:
            named = BLOBS.c.name.in_([_name(key, digest) for digest in digests])
            kept = update(BLOBS).where(BLOBS.c.repository_id == repository_id, named)
            connection.execute(kept.values(expires_at=self._end()))

    def _get(self, repository_id: int, digest: bytes, connection: Connection) -> bytes | None:
        key = self._key(connection, repository_id)
        if key is None:
            return None
        wanted = select(BLOBS.c.content).where(
            BLOBS.c.repository_id == repository_id, BLOBS.c.name == _name(key, digest)
        )
        sealed = connection.scalar(wanted)
        return zstandard.decompress(Box(key).open(sealed, about=digest)) if sealed else None

    def _key(self, connection: Connection, repository_id: int) -> bytes | None:
        wanted = select(BLOB_KEYS.c.sealed).where(BLOB_KEYS.c.repository_id == repository_id)
        sealed = connection.scalar(wanted)
        return self._master.open(sealed, about=_about(repository_id)) if sealed else None

    def _new_key(self, connection: Connection, repository_id: int) -> bytes:
        """A key for this repository; of two that are made at once the first stays."""
        key = fresh_key()
        row = {"repository_id": repository_id, "sealed": self._master.seal(key, about=_about(repository_id))}
        connection.execute(self._database.insert(BLOB_KEYS).values(row).on_conflict_do_nothing())
        return self._key(connection, repository_id) or key


def _pack(content: bytes) -> tuple[bytes, bytes]:
    return hashlib.sha256(content).digest(), zstandard.compress(content, LEVEL)


def _forget(repository_ids: Sequence[int], connection: Connection) -> None:
    for table in (BLOB_KEYS, BLOBS):
        connection.execute(delete(table).where(table.c.repository_id.in_(repository_ids)))


def _name(key: bytes, digest: bytes) -> bytes:
    return hmac.digest(key, digest, "sha256")


def _about(repository_id: int) -> bytes:
    return f"repository {repository_id}".encode()
