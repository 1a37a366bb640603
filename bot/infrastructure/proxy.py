"""The way out of a set-up: a proxy on a socket of its own that leads to allowed hosts and nowhere else."""

import asyncio
import os
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from bot.infrastructure.addresses import HTTP, HTTPS, is_public, why_refused
from bot.infrastructure.proxy_wire import BadRequest, Request, head_of, read_request

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Connect = Callable[[str, int], Awaitable[tuple[StreamReader, StreamWriter]]]

_PIECE_BYTES: Final = 64 * 1024
_CONNECT_SECONDS: Final = 20.0
_HEAD_SECONDS: Final = 10.0
_IDLE_SECONDS: Final = 60.0
_MOST_NOTED: Final = 50

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyLimits:
    """What one set-up may use of the way out: bytes in each direction, connections at once and in all."""

    down_bytes: int = 2 * 1024**3
    up_bytes: int = 16 * 1024**2
    at_once: int = 64
    in_all: int = 10_000


async def resolved(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as this machine's resolver tells them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """How hosts are found and reached. Whatever is put in here, the rules for addresses stand before it."""

    resolve: Resolve = resolved
    connect: Connect = asyncio.open_connection


@dataclass(slots=True, kw_only=True)
class Proxy:
    """One set-up's proxy: what it led to, and what it refused, as "host:port why", each once."""

    hosts: Collection[str]
    out: WayOut
    limits: ProxyLimits
    refused: list[str] = field(default_factory=list)
    _down: int = 0
    _up: int = 0
    _now: int = 0
    _all: int = 0

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Lead one connection where it asks to go, or say why not."""
        self._all += 1
        self._now += 1
        try:
            await self._serve(reader, writer)
        except OSError:
            pass  # whoever asked is gone, or says nothing
        finally:
            self._now -= 1
            await _close(writer)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        is_too_many = self._now > self.limits.at_once or self._all > self.limits.in_all
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                request = read_request(await head_of(reader))
        except BadRequest as fault:
            return await _answer(writer, 400, str(fault))
        if is_too_many:
            return await _answer(writer, 429, "too many connections")
        if why := self._why_not(request):
            self._note(request, why)
            return await _answer(writer, 403, f"{request.host}:{request.port}: {why}")
        return await self._lead(request, reader, writer)

    def _why_not(self, request: Request) -> str | None:
        """Why it is not led there: by what it asks for alone, nothing is resolved for that."""
        if request.port not in {HTTPS, HTTP}:
            return "not_allowed"
        return why_refused(request.host, request.port, hosts=self.hosts)

    async def _lead(self, request: Request, reader: StreamReader, writer: StreamWriter) -> None:
        addresses = await self._addresses(request)
        if not addresses:
            return await _answer(writer, 502, f"{request.host} is not found")
        if not all(map(is_public, addresses)):
            self._note(request, "not_public")
            return await _answer(writer, 403, f"{request.host}: not_public")
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                # The very address that was looked at: a name that is asked for twice may lead elsewhere.
                there = await self.out.connect(addresses[0], request.port)
        except OSError:
            return await _answer(writer, 502, f"{request.host} does not answer")
        try:
            await self._relay(request, (reader, writer), there)
        finally:
            await _close(there[1])

    async def _addresses(self, request: Request) -> Sequence[str]:
        with suppress(OSError, UnicodeError):
            async with asyncio.timeout(_CONNECT_SECONDS):
                return await self.out.resolve(request.host, request.port)
        return ()

    async def _relay(
        self,
        request: Request,
        here: tuple[StreamReader, StreamWriter],
        there: tuple[StreamReader, StreamWriter],
    ) -> None:
        """Carry bytes both ways until one side ends or is silent, or the set-up has had its share."""
        if request.opening:
            there[1].write(request.opening)
            self._send(len(request.opening))
        else:
            here[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            async with asyncio.TaskGroup() as both:
                up = both.create_task(self._carry_up(request, here[0], there[1]))
                # What the other side has to say is waited for; whoever asked may have said all long ago.
                await _carry(there[0], here[1], self._take, patience=_IDLE_SECONDS)
                up.cancel()
        except* OSError:
            pass  # either side is gone, says nothing any more, or has had its share

    async def _carry_up(self, request: Request, source: StreamReader, sink: StreamWriter) -> None:
        """What is sent through a tunnel, and its end; a plain request has nothing further to say."""
        if request.opening:
            return
        await _carry(source, sink, self._send, patience=None)
        if sink.can_write_eof():
            sink.write_eof()

    def _send(self, size: int) -> None:
        """Count what goes out. Raises ConnectionError beyond the share."""
        self._up += size
        self._check("up", self._up, self.limits.up_bytes)

    def _take(self, size: int) -> None:
        """Count what comes in. Raises ConnectionError beyond the share."""
        self._down += size
        self._check("down", self._down, self.limits.down_bytes)

    def _check(self, way: str, now: int, most: int) -> None:
        if now > most:
            self._say(f"{way} bytes")
            raise ConnectionError(way)

    def _note(self, request: Request, why: str) -> None:
        self._say(f"{request.host}:{request.port} {why}")

    def _say(self, what: str) -> None:
        if what not in self.refused and len(self.refused) < _MOST_NOTED:
            self.refused.append(what)
            log.warning("setup_refused", what=what)


async def _carry(
    source: StreamReader, sink: StreamWriter, count: Callable[[int], None], *, patience: float | None
) -> None:
    """All that comes from the one goes to the other, until its end or a silence that is too long."""
    while True:
        async with asyncio.timeout(patience):
            piece = await source.read(_PIECE_BYTES)
            if not piece:
                return
            count(len(piece))
            sink.write(piece)
            await sink.drain()


@asynccontextmanager
async def proxy_at(
    path: Path, hosts: Iterable[str], *, out: WayOut, limits: ProxyLimits | None = None
) -> AsyncIterator[Proxy]:
    """A proxy that listens on that socket, for whoever reaches it; nothing of it is left afterwards."""
    proxy = Proxy(hosts=frozenset(hosts), out=out, limits=limits or ProxyLimits())
    under_way: set[asyncio.Task[None]] = set()

    async def met(reader: StreamReader, writer: StreamWriter) -> None:
        if (task := asyncio.current_task()) is not None:
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        with suppress(asyncio.CancelledError):  # by the end of it all, below
            await proxy.serve(reader, writer)

    with _short(path) as short:
        server = await asyncio.start_unix_server(met, short, limit=_PIECE_BYTES)
        _open_to_all(path)
        try:
            yield proxy
        finally:
            server.close()
            for task in tuple(under_way):
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """The same place by a short name: that of a socket has 107 bytes at most, wherever it lies (unix(7))."""
    above = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{above}/{path.name}"
    finally:
        os.close(above)


def _open_to_all(path: Path) -> None:
    """What is inside is another user; the directory that it lies in lets nobody else in."""
    path.chmod(0o666)


async def _answer(writer: StreamWriter, status: int, why: str) -> None:
    body = f"{why}\n".encode()
    head = f"HTTP/1.1 {status} {why[:200]}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode("ascii", errors="replace") + body)
    await writer.drain()


async def _close(writer: StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        async with asyncio.timeout(1):
            await writer.wait_closed()
