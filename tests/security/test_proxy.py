"""SB-02: the way out of a set-up leads to allowed hosts, at public addresses, and has an end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from bot.infrastructure.proxy import ProxyLimits, WayOut, proxy_at
from tests.story.packages import HOST, PLAIN, leading_to, stocked

TUNNEL: Final = f"CONNECT {HOST}:443 HTTP/1.1\r\n\r\n".encode()
ESTABLISHED: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"


@dataclass
class Elsewhere:
    """A host that somebody may be led to: who came, and what it says."""

    says: bytes = b"hello"
    heard: list[bytes] = field(default_factory=list)
    port: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Elsewhere"]:
        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(self.says)
            while said := await reader.read(65536):
                self.heard.append(said)
            writer.close()
            self.left.set()

        async with await asyncio.start_server(meet, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            yield self


@pytest.fixture
async def there() -> AsyncIterator[Elsewhere]:
    async with Elsewhere().listening() as elsewhere:
        yield elsewhere


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """What still comes, until the other side ends it in whatever way."""
    heard = b""
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            heard += piece
    return heard


async def said_by(path: Path, request: bytes, *more: bytes) -> bytes:
    """All that comes back for this."""
    reader, writer = await asyncio.open_unix_connection(path)
    for part in (request, *more):
        writer.write(part)
    await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
    answer = await rest_of(reader)
    writer.close()
    return answer


async def answer(tmp_path: Path, out: WayOut, request: bytes, *more: bytes) -> tuple[bytes, list[str]]:
    async with proxy_at(tmp_path / "socket", (HOST, PLAIN, "inside.example.org"), out=out) as proxy:
        return await said_by(tmp_path / "socket", request, *more), proxy.refused


async def test_sb_02_a_tunnel_to_an_allowed_host_carries_both_ways(tmp_path: Path, there: Elsewhere) -> None:
    async with proxy_at(tmp_path / "socket", (HOST,), out=leading_to(there.port)) as proxy:
        reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
        writer.write(TUNNEL + b"first ")
        heard = await reader.readexactly(len(ESTABLISHED) + 5)
        writer.write(b"second")
        writer.write_eof()
        await there.left.wait()
        writer.close()

    assert (heard, proxy.refused) == (ESTABLISHED + b"hello", [])
    assert b"".join(there.heard) == b"first second"


async def test_sb_02_a_plain_request_reaches_an_index(tmp_path: Path) -> None:
    index = stocked()
    request = f"GET http://{HOST}/simple/words/ HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    async with index.running() as port:
        page, refused = await answer(tmp_path, leading_to(port), request)

    assert b"words-1.0-py3-none-any.whl" in page
    assert (index.asked, refused) == (["/simple/words/"], [])


@pytest.mark.parametrize(
    ("request_line", "noted"),
    [
        ("CONNECT evil.example.org:443", ["evil.example.org:443 not_allowed"]),
        (f"CONNECT {HOST}:22", [f"{HOST}:22 not_allowed"]),
        (f"CONNECT {HOST}:8443", [f"{HOST}:8443 not_allowed"]),
        ("CONNECT 127.0.0.1:443", ["127.0.0.1:443 an_address"]),
        ("CONNECT 169.254.169.254:80", ["169.254.169.254:80 an_address"]),
        ("CONNECT [::1]:443", ["[::1]:443 an_address"]),
        ("GET http://169.254.169.254/latest/meta-data/", ["169.254.169.254:80 an_address"]),
        (f"GET http://{HOST}:8080/", [f"{HOST}:8080 not_allowed"]),
        ("GET http://evil.example.org/", ["evil.example.org:80 not_allowed"]),
    ],
)
async def test_sb_02_what_is_not_on_the_list_is_refused_and_noted(
    tmp_path: Path, there: Elsewhere, request_line: str, noted: list[str]
) -> None:
    said, refused = await answer(
        tmp_path, leading_to(there.port), f"{request_line} HTTP/1.1\r\n\r\n".encode(), b"secret"
    )

    assert said.startswith(b"HTTP/1.1 403 ")
    assert (refused, there.heard) == (noted, [])


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00:ec2::254"]
)
async def test_sb_02_a_name_that_leads_inside_is_refused(
    tmp_path: Path, there: Elsewhere, address: str
) -> None:
    out = leading_to(there.port, inside_example_org=address)

    said, refused = await answer(tmp_path, out, b"CONNECT inside.example.org:443 HTTP/1.1\r\n\r\n", b"secret")

    assert said.startswith(b"HTTP/1.1 403 ")
    assert (refused, there.heard) == (["inside.example.org:443 not_public"], [])


async def test_sb_02_one_address_inside_among_others_is_enough_to_be_refused(
    tmp_path: Path, there: Elsewhere
) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["1.1.1.1", "10.0.0.5"]

    out = WayOut(resolve=resolve, connect=leading_to(there.port).connect)

    said, refused = await answer(tmp_path, out, TUNNEL)

    assert (said[:12], refused) == (b"HTTP/1.1 403", [f"{HOST}:443 not_public"])


async def test_sb_02_a_name_is_asked_for_once_and_the_address_that_was_looked_at_is_used(
    tmp_path: Path, there: Elsewhere
) -> None:
    led: list[str] = []
    answers = iter([["1.1.1.1"], ["127.0.0.1"]])

    async def resolve(_host: str, _port: int) -> list[str]:
        return next(answers)

    async def connect(address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        led.append(address)
        return await leading_to(there.port).connect(address, port)

    async with proxy_at(tmp_path / "socket", (HOST,), out=WayOut(resolve=resolve, connect=connect)):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
        writer.write(TUNNEL)
        await reader.readexactly(len(ESTABLISHED))
        writer.close()

    assert led == ["1.1.1.1"]


@pytest.mark.parametrize("request_bytes", [b"\r\n\r\n", b"nonsense\r\n\r\n", b"x" * 70_000, b"CONNECT "])
async def test_sb_02_what_is_no_request_is_answered_and_leads_nowhere(
    tmp_path: Path, there: Elsewhere, request_bytes: bytes
) -> None:
    said, _ = await answer(tmp_path, leading_to(there.port), request_bytes)

    assert said.startswith(b"HTTP/1.1 400 ")
    assert there.heard == []


async def test_a_host_that_is_not_found_or_does_not_answer_is_said(tmp_path: Path) -> None:
    async def nobody(_address: str, _port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        raise ConnectionRefusedError

    unknown, _ = await answer(tmp_path, leading_to(1), b"CONNECT inside.example.org:443 HTTP/1.1\r\n\r\n")
    silent, _ = await answer(tmp_path, WayOut(resolve=leading_to(1).resolve, connect=nobody), TUNNEL)

    assert b"502 inside.example.org is not found" in unknown
    assert f"502 {HOST} does not answer".encode() in silent


async def test_sb_02_more_than_the_share_is_not_sent(tmp_path: Path, there: Elsewhere) -> None:
    limits = ProxyLimits(up_bytes=100_000)
    out = leading_to(there.port)
    async with proxy_at(tmp_path / "socket", (HOST,), out=out, limits=limits) as proxy:
        reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
        writer.write(TUNNEL + b"x" * 1_000_000)
        await rest_of(reader)
        writer.close()

    assert sum(map(len, there.heard)) <= 100_000
    assert proxy.refused == ["up bytes"]


async def test_sb_02_more_than_the_share_is_not_fetched(tmp_path: Path) -> None:
    limits = ProxyLimits(down_bytes=100_000)
    async with Elsewhere(says=b"x" * 1_000_000).listening() as there:
        out = leading_to(there.port)
        async with proxy_at(tmp_path / "socket", (HOST,), out=out, limits=limits) as proxy:
            reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
            writer.write(TUNNEL)
            fetched = await reader.read()
            writer.close()

    assert len(fetched) <= 100_000 + len(ESTABLISHED)
    assert proxy.refused == ["down bytes"]


async def test_sb_02_connections_are_limited_at_once_and_in_all(tmp_path: Path, there: Elsewhere) -> None:
    limits = ProxyLimits(at_once=1, in_all=3)
    out = leading_to(there.port)
    async with proxy_at(tmp_path / "socket", (HOST,), out=out, limits=limits):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
        writer.write(TUNNEL)
        await reader.readexactly(len(ESTABLISHED))
        beside = await said_by(tmp_path / "socket", TUNNEL)
        writer.close()
        await reader.read()
        third = await said_by(tmp_path / "socket", b"\r\n\r\n")
        fourth = await said_by(tmp_path / "socket", TUNNEL)

    assert (beside[9:12], third[9:12], fourth[9:12]) == (b"429", b"400", b"429")


async def test_nothing_of_it_is_left_afterwards(tmp_path: Path, there: Elsewhere) -> None:
    async with proxy_at(tmp_path / "socket", (HOST,), out=leading_to(there.port)):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "socket")
        writer.write(TUNNEL)
        await reader.readexactly(len(ESTABLISHED))

    assert (await reader.read())[5:] == b""
    writer.close()
    with pytest.raises(OSError, match=r"refused|No such file"):
        await asyncio.open_unix_connection(tmp_path / "socket")


async def test_it_listens_also_where_the_data_directory_has_a_long_name(tmp_path: Path) -> None:
    far, near = tmp_path / ("far" * 40) / "away", tmp_path / "near"
    far.mkdir(parents=True)
    near.symlink_to(far)

    async with proxy_at(far / "socket", (HOST,), out=WayOut()):
        said = await said_by(near / "socket", b"GET / HTTP/1.1\r\n\r\n")

    assert said.startswith(b"HTTP/1.1 400")
