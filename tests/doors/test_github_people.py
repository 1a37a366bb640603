"""What GitHub says of a sign-in, however it comes over the line."""

import json
from typing import Any

import aiohttp
from aiohttp import web

from bot.infrastructure.clock import UtcClock
from bot.infrastructure.github_people import Client, GitHubPeople
from bot.infrastructure.observing import Nobody
from bot.suppliers import policies
from tests.doors.webapp import Connect


async def test_tokens_that_come_in_pieces_are_read_whole(aiohttp_client: Connect) -> None:
    said = json.dumps({"access_token": "ghu_1", "token_type": "bearer", "refresh_token": "ghr_1"}).encode()

    async def give(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for each in said:
            await response.write(bytes([each]))
        return response

    app = web.Application()
    app.router.add_post("/login/oauth/access_token", give)
    server = await aiohttp_client(app)
    github = str(server.make_url("")).rstrip("/")
    client = Client(id="id", secret="secret", github_url=github, api_url=github, comes_back_to="")
    unasked: Any = None
    async with aiohttp.ClientSession() as session:
        people = GitHubPeople(session, unasked, client, policies(Nobody())["github"], UtcClock())
        pair = await people.exchange("code", verifier="verifier")

    assert (pair.access, pair.refresh) == ("ghu_1", "ghr_1")
