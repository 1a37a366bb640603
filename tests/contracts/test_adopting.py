"""PostgreSQL cuts processes off: one that lives is not taken for one that is gone (F04)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from bot.infrastructure.adopting import FREE_LOOKS, REACH_SECONDS, Pace, Watch, adopting
from tests.story.waiting import until

pytestmark = pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)

PACE: Final = Pace(proves=0.1, looks=0.2, reach=0.3)
AT_ONCE: Final = replace(PACE, returns=0.0)
LOOKS_LATER: Final = FREE_LOOKS + 2
HOLDER: Final = """
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND (classid::bigint << 32) | objid::bigint = hashtextextended(%s, 0)
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
TRY: Final = b"SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"


@dataclass(kw_only=True)
class Process:
    """One that adopts, the work that the engine tells it of, and what it took over."""

    name: str = field(default_factory=lambda: f"bot-{uuid4().hex}")
    at_work: Sequence[str] = ()
    looks: int = 0
    adopted: list[str] = field(default_factory=list)
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answers.set()

    async def busy(self) -> set[str]:
        """As the engine tells it: not before the engine has its own database back."""
        await self.answers.wait()
        self.looks += 1
        return set(self.at_work)

    async def take_over(self, process: str) -> None:
        self.adopted.append(process)
        self.at_work = [each for each in self.at_work if each != process]

    @asynccontextmanager
    async def lives(self, url: str, pace: Pace = PACE) -> AsyncIterator["Process"]:
        """It does, as long as this lasts."""
        async with adopting(Watch(url, self.name, pace), busy=self.busy, take_over=self.take_over):
            yield self


@dataclass(frozen=True)
class Server:
    """The server, as its operator sees it."""

    operator: psycopg.AsyncConnection[tuple[int]]

    async def holder(self, process: Process) -> int | None:
        """The connection that holds its lock."""
        found = await self.operator.execute(HOLDER.encode(), [f"executor:{process.name}"])
        row = await found.fetchone()
        return row[0] if row else None

    async def cuts_off(self, process: Process) -> int:
        """End the connection that holds its lock, as a restart would; which it was.

        It has not always its lock at once: another that looks whether it is free has it for that moment.
        """
        held = await until(
            partial(self.holder, process), otherwise=partial(never, f"{process.name} never held its lock")
        )
        await self.operator.execute("SELECT pg_terminate_backend(%s, 5000)", [held])
        return held

    async def has_back(self, process: Process, *, after: int) -> None:
        """Wait until the process holds its lock on another connection than that."""

        async def held_again() -> bool:
            return await self.holder(process) not in {None, after}

        await until(held_again, otherwise=partial(never, f"{process.name} never held its lock again"))


@pytest.fixture
async def server(empty_url: str) -> AsyncIterator[Server]:
    connection = await psycopg.AsyncConnection[tuple[int]].connect(empty_url, autocommit=True)
    async with connection:
        yield Server(connection)


async def never(what: str) -> str:
    return what


async def looks_on(process: Process) -> None:
    """Wait until it has looked oftener than it must find a lock free to adopt."""
    enough = process.looks + LOOKS_LATER

    async def looked() -> bool:
        return process.looks >= enough

    await until(looked, otherwise=partial(never, f"{process.name} does not look any more"))


async def adopts(process: Process, gone: Process) -> None:
    """Wait until it has taken over what that one left."""

    async def adopted() -> bool:
        return process.adopted == [gone.name]

    await until(adopted, otherwise=partial(never, f"{process.name} adopted {process.adopted}"))


def test_f04_a_living_process_needs_less_time_than_another_waits(empty_url: str) -> None:
    pace = Pace()

    assert pace.proves + 2 * pace.reach < pace.looks * (FREE_LOOKS - 1)
    assert PACE.proves + 2 * PACE.reach < PACE.looks * (FREE_LOOKS - 1)
    assert pace.reach == REACH_SECONDS


async def test_f04_a_living_process_whose_lock_was_cut_off_is_not_adopted(
    empty_url: str, server: Server
) -> None:
    """It is the only one with work, so it looks at nobody's lock; and its engine has not come back yet."""
    parked = Process()
    other = Process(at_work=[parked.name])
    async with parked.lives(empty_url), other.lives(empty_url, AT_ONCE):
        parked.answers.clear()
        for _ in range(3):
            held = await server.cuts_off(parked)
            await looks_on(other)

            await server.has_back(parked, after=held)

    assert other.adopted == parked.adopted == []


async def test_f04_of_two_that_were_cut_off_at_once_neither_adopts_the_other(
    empty_url: str, server: Server
) -> None:
    one, other = Process(), Process()
    one.at_work = other.at_work = [one.name, other.name]
    async with one.lives(empty_url, AT_ONCE), other.lives(empty_url, AT_ONCE):
        held = [await server.cuts_off(each) for each in (one, other)]

        await server.has_back(one, after=held[0])
        await server.has_back(other, after=held[1])
        await asyncio.gather(looks_on(one), looks_on(other))

    assert one.adopted == other.adopted == []


async def test_f04_a_process_that_is_gone_is_adopted_once(empty_url: str) -> None:
    gone = Process()
    async with gone.lives(empty_url):
        pass
    other = Process(at_work=[gone.name])
    async with other.lives(empty_url, AT_ONCE):
        await adopts(other, gone)
        await looks_on(other)

    assert other.adopted == [gone.name]


async def test_f04_a_process_that_was_cut_off_itself_adopts_nobody_at_first(
    empty_url: str, server: Server
) -> None:
    gone, other = Process(), Process()
    async with other.lives(empty_url):
        held = await server.cuts_off(other)
        await server.has_back(other, after=held)
        other.at_work = [gone.name]

        await looks_on(other)

    assert other.adopted == []


async def test_f04_once_the_others_have_had_their_time_it_adopts_again(
    empty_url: str, server: Server
) -> None:
    gone, other = Process(), Process()
    returns = 2.0
    async with other.lives(empty_url, replace(PACE, returns=returns)):
        began = asyncio.get_running_loop().time()
        await server.cuts_off(other)
        other.at_work = [gone.name]

        await adopts(other, gone)

    assert asyncio.get_running_loop().time() - began >= returns


async def test_f04_a_lock_that_somebody_has_just_then_is_tried_for_again(
    empty_url: str, server: Server
) -> None:
    """Another looks whether it is free, or the server still takes the lost connection for a living one."""
    parked = Process()
    holding = await psycopg.AsyncConnection.connect(empty_url, autocommit=True)
    async with parked.lives(empty_url), holding:
        await snatch(server, parked, holding)
        held = holding.info.backend_pid
        await looks_on(parked)
        assert await server.holder(parked) == held

        await holding.close()

        await server.has_back(parked, after=held)


async def snatch(
    server: Server, process: Process, holding: psycopg.AsyncConnection[tuple[object, ...]]
) -> None:
    """Cut it off until somebody else has its lock."""

    async def snatched() -> bool:
        if await server.holder(process) is not None:
            await server.cuts_off(process)
        found = await holding.execute(TRY, [f"executor:{process.name}"])
        return bool((await found.fetchone() or [False])[0])

    await until(snatched, otherwise=partial(never, "nobody else came to its lock"))


@dataclass
class Line:
    """A way to the server, which can fall silent: it stays open, and nothing comes through."""

    host: str
    port: int
    silent: set[int] = field(default_factory=set)
    calls: int = 0
    ends: list[asyncio.StreamWriter] = field(default_factory=list)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        number = self.calls
        far_reader, far_writer = await asyncio.open_connection(self.host, self.port)
        self.ends += [writer, far_writer]
        back = asyncio.ensure_future(self._pump(number, far_reader, writer))
        await self._pump(number, reader, far_writer)
        await back

    async def _pump(self, call: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65_536):
            if call not in self.silent:
                writer.write(chunk)
        writer.close()


async def hang_up(ends: Sequence[asyncio.StreamWriter]) -> None:
    """Nothing of a connection outlives its test."""
    for end in ends:
        end.close()
        with suppress(OSError):
            await end.wait_closed()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[tuple[Line, str]]:
    """Such a way, and the address of its near end."""
    far = make_url(url)
    line = Line(far.host or "127.0.0.1", far.port or 5432)
    async with AsyncExitStack() as stack:
        listening = await asyncio.start_server(line.carry, "127.0.0.1", 0)
        await stack.enter_async_context(listening)
        stack.push_async_callback(hang_up, line.ends)
        near = far.set(host="127.0.0.1", port=listening.sockets[0].getsockname()[1])
        yield (
            line,
            near.update_query_dict({"sslmode": "disable"}).render_as_string(hide_password=False),
        )


async def test_f04_a_living_process_whose_line_fell_silent_comes_by_another(
    empty_url: str, server: Server
) -> None:
    async with line_to(empty_url) as (line, near):
        parked = Process()
        other = Process(at_work=[parked.name])
        async with parked.lives(near), other.lives(empty_url, AT_ONCE):
            held = await server.holder(parked)
            assert held is not None
            line.silent.add(line.calls)

            await server.has_back(parked, after=held)
            await looks_on(other)

    assert other.adopted == []
