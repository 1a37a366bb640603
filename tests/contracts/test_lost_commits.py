"""PostgreSQL is cut off in the middle of a COMMIT: what became of it is looked up by key (F07)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Literal

import pytest
from sqlalchemy import select, table, text
from sqlalchemy.engine import make_url

from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.inbox import Inbox
from bot.infrastructure.observing import Nobody
from bot.records import Delivery, Fact, Start, Unavailable

FACT = Fact(type="Started", data={})
SAGA = Start(queue="saga", workflow="integration_saga_v1", id="int-1", args=("1",))


pytestmark = pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)


class Wire:
    """Carries bytes between a client and the server, and cuts so many connections at their next COMMIT."""

    def __init__(self, url: str) -> None:
        self._server = make_url(url)
        self.cuts, self.calls, self.carried = 0, 0, asyncio.Semaphore(0)
        self.loses: Literal["the request", "the answer"] = "the answer"

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        host, port = self._server.host or "127.0.0.1", self._server.port or 5432
        far_reader, far_writer = await asyncio.open_connection(host, port)
        back = asyncio.ensure_future(self._pump(far_reader, writer))
        with suppress(ConnectionError):
            await self._forward(reader, far_writer, back)
        back.cancel()
        await asyncio.gather(back, return_exceptions=True)
        await asyncio.gather(*(hang_up(end) for end in (writer, far_writer)))
        self.carried.release()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()

    async def _forward(
        self, reader: asyncio.StreamReader, far: asyncio.StreamWriter, back: asyncio.Task[None]
    ) -> None:
        while chunk := await reader.read(65_536):
            if self.cuts and b"COMMIT" in chunk:
                self.cuts -= 1
                back.cancel()
                await self._send_last(chunk, far)
                return
            far.write(chunk)
            await far.drain()

    async def _send_last(self, chunk: bytes, far: asyncio.StreamWriter) -> None:
        if self.loses == "the answer":
            far.write(chunk)
            await far.drain()


@pytest.fixture
def wire(empty_url: str) -> Wire:
    return Wire(empty_url)


@pytest.fixture
async def cut_off(database: Database, wire: Wire) -> AsyncIterator[Database]:
    """The same database, behind the wire."""
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    near = make_url(database.url).set(host="127.0.0.1", port=port).update_query_dict({"sslmode": "disable"})
    behind = await Database.open(near.render_as_string(hide_password=False))
    yield behind
    await behind.close()
    server.close()
    for _ in range(wire.calls):
        await wire.carried.acquire()


async def hang_up(end: asyncio.StreamWriter) -> None:
    end.close()
    with suppress(ConnectionError):
        await end.wait_closed()


async def append(log: EventStore) -> list[Any]:
    return [*await log.append("1", [FACT], after=0, key="k", meta={}, row={}, follow_ups=[SAGA])]


async def count(database: Database, name: str) -> int:
    wanted = select(text("*")).select_from(table(name))
    return len(await database.read(lambda connection: connection.execute(wanted).fetchall()))


@pytest.mark.parametrize("lost", ["the request", "the answer"])
async def test_f07_an_append_whose_commit_was_cut_off_is_there_once(
    cut_off: Database, database: Database, wire: Wire, clock: Any, outbox: Any, lost: Any
) -> None:
    log = EventStore(cut_off, clock, outbox, Nobody())
    wire.cuts, wire.loses = 1, lost

    appended = await append(log)

    assert wire.cuts == 0
    assert appended == await EventStore(database, clock, outbox, Nobody()).read("1")
    assert (await count(database, "events"), await count(database, "tray")) == (1, 1)


@pytest.mark.parametrize("lost", ["the request", "the answer"])
async def test_f07_a_delivery_whose_commit_was_cut_off_is_there_once(
    cut_off: Database, database: Database, wire: Wire, clock: Any, outbox: Any, lost: Any
) -> None:
    inbox = Inbox(cut_off, outbox, lambda _: True, Nobody())
    wire.cuts, wire.loses = 1, lost
    delivery = Delivery(
        key="guid",
        source="github",
        kind="ping",
        meaning=None,
        body=b"{}",
        digest=b"of it",
        received_at=clock.now(),
    )

    await inbox.keep(delivery)

    await inbox.close()
    assert wire.cuts == 0
    assert (await count(database, "deliveries"), await count(database, "tray")) == (1, 1)


async def test_f07_an_append_that_is_cut_off_again_and_again_says_so(
    cut_off: Database, database: Database, wire: Wire, clock: Any, outbox: Any
) -> None:
    log = EventStore(cut_off, clock, outbox, Nobody())
    wire.cuts, wire.loses = 2, "the request"

    with pytest.raises(Unavailable):
        await append(log)

    assert await count(database, "events") == 0
    await append(log)
    assert await count(database, "events") == 1
