"""Bodies come in pieces: what is asked is all that was sent, and not what happened to come first."""

import asyncio
import json
from typing import Any, Final

import pytest
from aiohttp import web

from bot.records import Refused
from bot.web.api_door import PREFIX
from bot.web.reading import read_short
from tests.doors.api import Opened
from tests.doors.test_tokens import TOKEN
from tests.doors.webapp import Client, Connect

FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
QUIET_SECONDS: Final = 0.3


async def answer_to(api: Client, path: str, *pieces: str, kind: str, key: str = "") -> tuple[int, Any]:
    """What is answered once all of the body is there; nothing is before."""
    reader, writer = await asyncio.open_connection(api.host, api.port)
    writer.write(
        f"POST {path} HTTP/1.1\r\nHost: bot\r\nConnection: close\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {sum(map(len, pieces))}\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    )
    async with asyncio.TaskGroup() as group:
        answered = group.create_task(reader.read())
        for piece in pieces:
            early, _ = await asyncio.wait({answered}, timeout=QUIET_SECONDS)
            assert not early, answered.result()
            writer.write(piece.encode())
    head, _, body = answered.result().partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), json.loads(body)


async def test_web_15_what_narrows_a_token_counts_in_whichever_piece_it_comes(
    api: Client, opened: Opened
) -> None:
    form = f"grant_type=api_key&api_key={opened.texts['admin']}", "&scope=integration%3Aread"

    status, said = await answer_to(api, TOKEN, *form, kind=FORM)

    assert (status, said["scope"]) == (200, "integration:read")


async def test_an_order_is_taken_whole_in_however_many_pieces_it_comes(api: Client, opened: Opened) -> None:
    status, said = await answer_to(
        api, f"{PREFIX}/keys", '{"scopes": ', '["read"]', "}", kind=JSON, key=opened.texts["reader"]
    )

    assert (status, said["permissions"]) == (201, ["integration:read"])


async def test_wh_13_a_body_that_does_not_come_is_not_waited_for_without_end(
    aiohttp_client: Connect,
) -> None:
    async def read(request: web.Request) -> web.Response:
        with pytest.raises(Refused) as no:
            await read_short(request, seconds=0.05)
        return web.Response(text=no.value.code)

    app = web.Application()
    app.router.add_post("/", read)
    client = await aiohttp_client(app)
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(b"POST / HTTP/1.1\r\nHost: bot\r\nConnection: close\r\nContent-Length: 9\r\n\r\n{")

    said = await reader.read()
    writer.close()

    assert said.endswith(b"too_slow")
