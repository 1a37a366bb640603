"""The GitHub door under weight: duplicates, large bodies, slow clients."""

import asyncio
import gzip
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import pytest
from aiohttp import StreamReader
from aiohttp.test_utils import make_mocked_request

from bot.records import Refused
from bot.web.reading import LARGEST_BODY, READ_SECONDS, Allowance, Share, read_body
from tests.doors.webapp import Client, Connect, Given, comment, headers_for, served

DOOR: Final = "/webhooks/github"


@pytest.fixture
def world() -> Given:
    return Given()


@pytest.fixture
async def client(world: Given, aiohttp_client: Connect) -> Client:
    return await served(world, aiohttp_client)


async def test_wh_08_the_same_body_under_a_hundred_ids_is_kept_once(client: Client, world: Given) -> None:
    body = comment()

    for _ in range(100):
        await client.post(DOOR, data=body, headers=headers_for(body))

    assert world.metrics.kept == [True] + [False] * 99


async def test_wh_09_fifty_equal_deliveries_at_once_are_one(client: Client, world: Given) -> None:
    body = comment()
    headers = headers_for(body)

    answers = await asyncio.gather(*(client.post(DOOR, data=body, headers=headers) for _ in range(50)))

    assert {answer.status for answer in answers} == {202}
    assert sum(world.metrics.kept) == 1


async def test_wh_11_a_delivery_as_large_as_github_sends_is_accepted(client: Client, world: Given) -> None:
    body = comment(padding="x" * (LARGEST_BODY - 1000))

    answer = await client.post(DOOR, data=io.BytesIO(body), headers=headers_for(body))

    assert (answer.status, len(world.inbox.kept)) == (202, 1)
    assert world.allowance.held == 0


async def test_wh_11_a_larger_one_is_refused_by_its_length_or_on_the_way(
    client: Client, world: Given
) -> None:
    body = b"x" * (LARGEST_BODY + 1)

    async def in_chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 1 << 20):
            yield body[start : start + (1 << 20)]

    declared = await client.post(DOOR, data=io.BytesIO(body), headers=headers_for(body))
    undeclared = await client.post(DOOR, data=in_chunks(), headers=headers_for(body))

    assert (declared.status, undeclared.status) == (413, 413)
    assert (world.inbox.kept, world.allowance.held) == ([], 0)


async def test_wh_11_a_gzip_bomb_is_refused_unread(client: Client, world: Given) -> None:
    body = gzip.compress(b"0" * 50_000_000)

    answer = await client.post(DOOR, data=body, headers=headers_for(body, Content_Encoding="gzip"))

    assert (answer.status, world.inbox.kept) == (415, [])


async def test_wh_11_big_unsigned_bodies_are_put_off_before_memory_is_full(
    world: Given, aiohttp_client: Connect
) -> None:
    world.allowance = Allowance(most=1_000_000)
    client = await served(world, aiohttp_client)
    async with hanging(client, count=4, sent=400_000):
        await until(lambda: len(world.metrics.refused) == 2)
        held = world.allowance.held
        body = comment()
        usual = await client.post(DOOR, data=body, headers=headers_for(body))

    assert held <= 1_000_000
    assert (world.metrics.refused, usual.status) == (["too_many_bytes"] * 2, 202)
    await until(lambda: world.allowance.held == 0)


async def test_wh_13_five_hundred_slow_clients_do_not_delay_a_good_delivery(client: Client) -> None:
    body = comment()
    async with hanging(client, count=500, sent=10):
        async with asyncio.timeout(READ_SECONDS / 2):  # they are waited for longer
            answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert answer.status == 202


@asynccontextmanager
async def hanging(client: Client, *, count: int, sent: int) -> AsyncIterator[None]:
    """Clients that declare a megabyte, send a part of it, and wait."""
    head = f"POST {DOOR} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n".encode()
    connections = [await asyncio.open_connection("127.0.0.1", client.port) for _ in range(count)]
    try:
        for _, writer in connections:
            writer.write(head + b"x" * sent)
        yield
    finally:
        for _, writer in connections:
            writer.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  a figure sets no event
            await asyncio.sleep(0.005)


async def test_wh_13_a_body_that_comes_too_slowly_is_given_up() -> None:
    request = make_mocked_request("POST", DOOR, payload=Silence())

    with pytest.raises(Refused) as refused:
        await read_body(request, Share(Allowance()), seconds=0.01)

    assert (refused.value.status, refused.value.code) == (408, "too_slow")


class Silence(StreamReader):
    """A body of which nothing ever comes."""

    def __init__(self) -> None:
        """Nothing is needed for silence."""

    def is_eof(self) -> bool:
        return False

    async def readany(self) -> bytes:
        await asyncio.get_running_loop().create_future()
        return b""
