"""The stand-in on a real socket."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self

from aiohttp import web

from standins.faults import HARMLESS, Fault
from standins.slack import contract, installing
from standins.slack.call import arguments_of, basic_of, bearer_of
from standins.slack.conduct import Asked, Conductor, Given
from standins.slack.control import steer
from standins.slack.people import Slack
from standins.slack.responding import is_response, respond
from standins.slack.sockets import LINK
from standins.slack.state import Called
from standins.slack.world import Refused

API: Final = "/api/"
FILES: Final = "/files-pri/"
LARGEST_BODY: Final = 2 * 1024 * 1024
HIDDEN: Final = frozenset(("token", "client_secret", "code", "refresh_token"))
TICK_SECONDS: Final = 0.2


class Door:
    """Where requests come in: faults first, then pages, files, answers or methods."""

    def __init__(self, slack: Slack, conductor: Conductor) -> None:
        self.slack = slack
        self.conductor = conductor
        self.following: set[asyncio.Task[None]] = set()
        self.repeating: asyncio.Task[None] | None = None

    async def open(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/_standin"):
            return await steer(self.slack, request)
        faults = self.slack.faults.take(request.method, _route(request))
        await asyncio.sleep(sum(each.seconds for each in faults if each.kind == "latency"))
        failure = next((each for each in faults if each.kind not in HARMLESS), None)
        if failure is None or failure.kind in {"lose", "cut_after", "hang_after"}:
            response = await self._play(request, faults, failure)
        else:
            response = self._refused(request, failure)
        if failure is not None:
            response = await self._fail(request, failure)
        return response

    async def _play(
        self, request: web.Request, faults: Sequence[Fault], failure: Fault | None
    ) -> web.StreamResponse:
        if request.path == LINK:
            return await self.slack.sockets.serve(request)
        if is_response(request.path):
            answer = await respond(self.slack, request)
            self._follow_up()
            return answer
        if request.path == installing.AUTHORIZE:
            return installing.authorize(self.slack, request.query)
        if request.path.startswith(FILES):
            return _file(self.slack, request)
        if not request.path.startswith(API):
            return web.Response(status=404)
        return await self._method(request, faults, failure)

    async def _method(
        self, request: web.Request, faults: Sequence[Fault], failure: Fault | None
    ) -> web.Response:
        method = request.path.removeprefix(API)
        try:
            asked = await _read(request, method, faults)
        except Refused as no:
            self.slack.violations.append(f"{method}: {no.error}")
            return web.json_response({"ok": False, "error": no.error})
        given = self.conductor.take(asked)
        self._note(request, asked, given, failure)
        self._follow_up()
        return web.json_response(given.body, status=given.status, headers=given.headers)

    def _refused(self, request: web.Request, failure: Fault) -> web.Response:
        method = request.path.removeprefix(API)
        given = Given(body={"error": failure.message}, status=failure.status)
        self._note(request, Asked(method=method, arguments={}), given, failure)
        return _failed(failure)

    async def _fail(self, request: web.Request, failure: Fault) -> web.Response:
        """An error instead of the answer, or no answer at all."""
        if failure.kind.startswith("hang"):
            await asyncio.sleep(failure.seconds)
        if failure.kind not in {"refuse", "lose"} and request.transport:
            request.transport.abort()
        return _failed(failure)

    def _note(self, request: web.Request, asked: Asked, given: Given, failure: Fault | None) -> None:
        cut = failure is not None and failure.kind not in {"refuse", "lose"}
        shown = {name: value for name, value in asked.arguments.items() if name not in HIDDEN}
        called = Called(
            method=asked.method,
            http=request.method,
            status=0 if cut else given.status,
            error=str(given.body.get("error", "")),
            arguments=shown,
            at=self.slack.now(),
        )
        self.slack.calls.append(called)

    def _follow_up(self) -> None:
        """Events happen after the call, not in it."""
        task = asyncio.create_task(self.slack.settle())
        self.following.add(task)
        task.add_done_callback(self.following.discard)

    async def repeat(self) -> None:
        """What was not taken is sent again when its time has come."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            if self.slack.postman.next_due_seconds() == 0:
                await self.slack.settle()

    async def close(self) -> None:
        tasks = [*self.following, *([self.repeating] if self.repeating else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _route(request: web.Request) -> str:
    """A method's path; for a response_url and a file how it begins."""
    if is_response(request.path) or request.path.startswith(FILES):
        return f"/{request.path.split('/')[1]}"
    return request.path


def _file(slack: Slack, request: web.Request) -> web.Response:
    """A file's bytes for a token that may read files; anybody else is shown where to sign in."""
    token = slack.tokens.get(bearer_of(request.headers.get("Authorization", "")) or "")
    name = request.path.removeprefix(FILES).split("/")[0].partition("-")[2]
    file = slack.files.get(name)
    if token is None or token.revoked or file is None or "files:read" not in token.installation.scopes:
        return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
    return web.Response(body=file.content, content_type=file.mimetype)


async def _read(request: web.Request, method: str, faults: Sequence[Fault]) -> Asked:
    ages = [each.seconds for each in faults if each.kind == "stale"]
    header = request.headers.get("Authorization", "")
    return Asked(
        method=method,
        arguments=await arguments_of(request),
        bearer=bearer_of(header),
        basic=basic_of(header),
        stale=timedelta(seconds=max(ages)) if ages else None,
    )


def _failed(fault: Fault) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error": fault.message}
    return web.json_response(body, status=fault.status, headers=dict(fault.headers))


class Server:
    """A running stand-in."""

    def __init__(self, slack: Slack, runner: web.AppRunner, door: Door) -> None:
        self.slack = slack
        self.url = slack.url
        self._runner = runner
        self._door = door

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._door.close()
        await self._runner.cleanup()
        await self.slack.close()


async def serve(
    slack: Slack,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    validate: bool = True,
    description: Path = contract.DESCRIPTION,
) -> Server:
    """Listen; port 0 takes a free one. `validate` holds both sides to the published description."""
    door = Door(slack, Conductor(slack, contract.load(description), validate=validate))
    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_route("*", "/{path:.*}", door.open)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    slack.url = f"http://{host}:{runner.addresses[0][1]}"
    door.repeating = asyncio.create_task(door.repeat())
    return Server(slack, runner, door)
