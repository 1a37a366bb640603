"""The stand-in on a real socket."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Self

from aiohttp import web

from standins.faults import HARMLESS, Fault
from standins.github import contract
from standins.github.call import Answer
from standins.github.calls import Called
from standins.github.conduct import Asked, Conductor, Given, error
from standins.github.control import steer
from standins.github.people import GitHub
from standins.github.signing_in import is_sign_in, sign_in
from standins.github.transport import is_git, serve_git
from standins.github.world import Refused

LARGEST_BODY = 100 * 1024 * 1024
LOGS = "/_logs/"
GIT_ROUTE = "/{owner}/{repo}.git"


class Door:
    """Where requests come in: faults first, then git or REST, then whatever follows."""

    def __init__(self, github: GitHub, conductor: Conductor) -> None:
        self.github = github
        self.conductor = conductor
        self.following: set[asyncio.Task[None]] = set()

    async def open(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/_standin"):
            return await steer(self.github, request)
        if request.path.startswith(LOGS):
            return _log(self.github, request)
        route = GIT_ROUTE if is_git(request.path) else self.conductor.route_of(request.method, request.path)
        faults = self.github.faults.take(request.method, route)
        await asyncio.sleep(sum(each.seconds for each in faults if each.kind == "latency"))
        failure = next((each for each in faults if each.kind not in HARMLESS), None)
        if failure is None or failure.kind in {"lose", "cut_after", "hang_after"}:
            response = await self._play(request, faults)
        else:
            response = _failed(failure)
        if failure is not None:
            response = await self._fail(request, failure)
        self._note(request, route, response, failure)
        return response

    async def _play(self, request: web.Request, faults: Sequence[Fault]) -> web.Response:
        if is_git(request.path):
            return await serve_git(self.github, request)
        if is_sign_in(request.path):
            return await sign_in(self.github, request)
        asked = await _read(request, faults)
        given = self.conductor.take(asked)
        self._follow_up()
        return self._response(request, given)

    async def _fail(self, request: web.Request, failure: Fault) -> web.Response:
        """An error instead of the answer, or no answer at all."""
        if failure.kind.startswith("hang"):
            await asyncio.sleep(failure.seconds)
        if failure.kind not in {"refuse", "lose"} and request.transport:
            request.transport.abort()
        return _failed(failure)

    def _note(self, request: web.Request, route: str, response: web.Response, failure: Fault | None) -> None:
        cut = failure is not None and failure.kind not in {"refuse", "lose"}
        called = Called(
            method=request.method,
            route=route,
            path=request.path,
            status=0 if cut else response.status,
            at=self.github.now(),
        )
        self.github.calls.append(called)

    def _response(self, request: web.Request, given: Given) -> web.Response:
        answer = given.answer
        body = answer.encoded()
        headers = {"Content-Type": "application/json; charset=utf-8"} | answer.headers
        headers |= self._limits(given)
        if request.method != "GET" or answer.status != 200:  # noqa: PLR2004  only what was read can be unchanged
            return web.Response(status=answer.status, body=body, headers=headers)
        headers["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()}"'
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return self._unchanged(given, headers)
        return web.Response(body=body, headers=headers)

    def _unchanged(self, given: Given, headers: dict[str, str]) -> web.Response:
        """304, which does not count towards the limit."""
        if given.token is not None:
            self.conductor.window(given.token).used -= 1
        return web.Response(status=304, headers=headers | self._limits(given))

    def _limits(self, given: Given) -> dict[str, str]:
        if given.token is None:
            return {}
        window, limit = self.conductor.window(given.token), self.github.rate_limit
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - window.used)),
            "X-RateLimit-Used": str(min(window.used, limit)),
            "X-RateLimit-Reset": str(int(window.resets_at.timestamp())),
            "X-RateLimit-Resource": "core",
        }

    def _follow_up(self) -> None:
        """Deployments and webhooks happen after the call, not in it."""
        task = asyncio.create_task(self.github.settle())
        self.following.add(task)
        task.add_done_callback(self.following.discard)

    async def close(self) -> None:
        for task in list(self.following):
            task.cancel()
        await asyncio.gather(*self.following, return_exceptions=True)


def _log(github: GitHub, request: web.Request) -> web.Response:
    """A job's log, from a place where nobody asks who one is, and where no token has any business."""
    if "Authorization" in request.headers:
        github.violations.append(f"{request.path}: a token went where logs lie")
    repository, _, job = request.path.removeprefix(LOGS).partition("/")
    return web.Response(text=github.repositories[int(repository)].jobs[int(job)])


async def _read(request: web.Request, faults: Sequence[Fault]) -> Asked:
    ages = [each.seconds for each in faults if each.kind == "stale"]
    is_read = request.method == "GET"
    return Asked(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        body=await request.read(),
        authorization=request.headers.get("Authorization", ""),
        accept=request.headers.get("Accept", ""),
        stale=timedelta(seconds=max(ages)) if ages and is_read else None,
    )


def _failed(fault: Fault) -> web.Response:
    answer: Answer = error(Refused(fault.status, fault.message))
    headers = {"Content-Type": "application/json; charset=utf-8"} | dict(fault.headers)
    return web.Response(status=fault.status, body=answer.encoded(), headers=headers)


class Server:
    """A running stand-in."""

    def __init__(self, github: GitHub, runner: web.AppRunner, door: Door) -> None:
        self.github = github
        self.url = github.url
        self._runner = runner
        self._door = door

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._door.close()
        await self._runner.cleanup()
        await self.github.close()


async def serve(
    github: GitHub,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    validate: bool = True,
    description: Path = contract.DESCRIPTION,
) -> Server:
    """Listen; port 0 takes a free one. `validate` holds both sides to the published description."""
    door = Door(github, Conductor(github, contract.load(description), validate=validate))
    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_route("*", "/{path:.*}", door.open)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    port = runner.addresses[0][1]
    github.url = f"http://{host}:{port}"
    return Server(github, runner, door)
