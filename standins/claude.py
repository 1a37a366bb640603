"""A local Claude: the Messages API on a real socket, answered by a script, with faults on demand.

`python -m standins.claude --port 0 --script standins.stories:invoices` runs one as a process; its
address is the first line it prints.
"""

import argparse
import asyncio
import contextlib
import hashlib
import importlib
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler

from standins import claude_batches, claude_checks, claude_stream
from standins.claude_batches import Batches
from standins.claude_faults import BROKEN, ENDINGS, REFUSALS, Fault, bent
from standins.claude_replies import Asked, Raw, Reply, Script, error, headers_of, model_info
from standins.claude_usage import PromptCache, counted

MODELS: Final = frozenset(("claude-opus-5-5", "claude-haiku-5-5"))
MOST_BYTES: Final = 32 * 1024 * 1024


class NotAdmitted(Exception):
    """The request does not get as far as a script."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(status)
        self.status, self.body = status, body


@dataclass
class Claude:
    """The stand-in: what it was asked, what it answered, and what is switched on."""

    script: Script
    api_key: str | None = None
    delay_seconds: float = 0
    models: frozenset[str] = MODELS
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    unexpected: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    turns_served: Counter[str] = field(default_factory=Counter)
    used: Counter[str] = field(default_factory=Counter)
    url: str = ""
    batches: Batches = field(init=False)
    _cache: PromptCache = field(default_factory=PromptCache)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.batches = Batches(read=self._read_batch, answers=self._answer_later, url=lambda: self.url)

    @contextlib.asynccontextmanager
    async def running(self, *, port: int = 0) -> AsyncIterator["Claude"]:
        """Listens on the loopback until the block ends."""
        runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            self._released.set()
            await runner.cleanup()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MOST_BYTES, middlewares=[self._admitted])
        app.router.add_post("/v1/messages", self._messages)
        app.router.add_post("/v1/messages/count_tokens", self._count_tokens)
        app.router.add_get("/v1/models/{model}", self._model)
        self.batches.add_routes(app.router)
        app.router.add_get("/_standin/state", self._state)
        app.router.add_post("/_standin/faults", self._add_fault)
        app.router.add_delete("/_standin/faults", self._clear_faults)
        return app

    def fail(self, kind: str, **how: Any) -> None:
        """Let the next request (or `times` of them) meet this fault."""
        self.faults.append(Fault(kind=kind, **how))

    @property
    def cached_share(self) -> float:
        """How much of all input tokens it counted as read from the cache, from 0 to 1."""
        given = sum(self.used[f"{kind}input_tokens"] for kind in ("", "cache_read_", "cache_creation_"))
        return self.used["cache_read_input_tokens"] / given if given else 0.0

    @property
    def paid_twice(self) -> dict[str, int]:
        """Identical requests that were answered to the end more than once, by their digest."""
        return {digest: times for digest, times in self.turns_served.items() if times > 1}

    @web.middleware
    async def _admitted(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotAdmitted as refused:
            return self._refusal(refused.status, refused.body)

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        body = await self._read(request)
        asked = Asked(body=body)
        fault = self._take_fault(asked)
        if fault is not None and fault.kind in REFUSALS:
            return self._refusal(*REFUSALS[fault.kind], retry_after=fault.retry_after)
        reply = self.script(asked)
        if reply is None:
            self.unexpected.append(body)
            return self._refusal(400, error("invalid_request_error", "the script expects no such request"))
        if isinstance(reply, Raw):
            return web.Response(body=reply.body, status=reply.status, headers=reply.headers)
        await asyncio.sleep(self.delay_seconds)
        if fault is not None and fault.kind in ENDINGS:
            reply = bent(reply, fault.kind)
        message = self._message(body, reply)
        broken = fault if fault is not None and fault.kind in BROKEN else None
        if body.get("stream"):
            return await self._stream(request, body, message, broken)
        self._served(body)
        return web.json_response(message, headers=self._response_headers())

    async def _read_batch(self, request: web.Request) -> Any:
        """What is handed in, each request checked as any other."""
        self._check_headers(request.headers)
        if request.method != "POST" or not request.can_read_body:
            return None
        body = json.loads(await request.read())
        if faults := claude_batches.faults_of(body):
            self.unexpected.append({"fault": faults[0], "body": body})
            raise NotAdmitted(400, error("invalid_request_error", faults[0]))
        self.requests.extend(each["params"] for each in body["requests"])
        return body

    def _answer_later(self, body: dict[str, Any]) -> Mapping[str, Any] | None:
        """The whole message; None where the script expects no such request."""
        reply = self.script(Asked(body=body))
        if not isinstance(reply, Reply):
            self.unexpected.append(body)
            return None
        self._served(body)
        return self._message(body, reply)

    async def _count_tokens(self, request: web.Request) -> web.Response:
        body = await self._read(request)
        return web.json_response({"input_tokens": counted(body)}, headers=self._response_headers())

    async def _model(self, request: web.Request) -> web.Response:
        self._check_headers(request.headers)
        model = request.match_info["model"]
        if model not in self.models:
            raise NotAdmitted(404, error("not_found_error", f"model: {model}"))
        return web.json_response(model_info(model), headers=self._response_headers())

    async def _read(self, request: web.Request) -> dict[str, Any]:
        """The body of an admitted request, kept. Raises what the API answers otherwise."""
        self._check_headers(request.headers)
        try:
            body = json.loads(await request.read())
        except ValueError:
            raise NotAdmitted(400, error("invalid_request_error", "the body is not JSON")) from None
        checked = {"max_tokens": 1, **body} if request.path.endswith("count_tokens") else body
        if fault := claude_checks.fault_of(checked):
            self.unexpected.append({"fault": fault, "body": body})
            raise NotAdmitted(400, error("invalid_request_error", fault))
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        read: dict[str, Any] = body
        return read

    def _check_headers(self, headers: Mapping[str, str]) -> None:
        given = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
        if not given or (self.api_key is not None and given != self.api_key):
            raise NotAdmitted(*REFUSALS["bad_key"])
        if not headers.get("anthropic-version"):
            raise NotAdmitted(400, error("invalid_request_error", "anthropic-version: header is required"))

    def _take_fault(self, asked: Asked) -> Fault | None:
        fault = next((each for each in self.faults if each.where in asked.system), None)
        if fault is not None:
            fault.times -= 1
            self.faults = [each for each in self.faults if each.times > 0]
        return fault

    def _message(self, body: Mapping[str, Any], reply: Reply) -> dict[str, Any]:
        content = [dict(block) for block in reply.content]
        usage = reply.usage or self._cache.usage(body, output=content)
        self.used.update(usage)
        return {
            "id": f"msg_standin{len(self.requests):08}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": content,
            "stop_reason": reply.stop_reason,
            "stop_sequence": None,
            "usage": usage,
        }

    async def _stream(
        self, request: web.Request, body: dict[str, Any], message: dict[str, Any], broken: Fault | None
    ) -> web.StreamResponse:
        headers = {**self._response_headers(), "content-type": "text/event-stream; charset=utf-8"}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        stream = b"".join(map(claude_stream.encoded, claude_stream.events_of(message)))
        if broken is not None:
            return await self._break(request, response, stream, broken)
        for chunk in claude_stream.chunks(stream):
            await response.write(chunk)
        await response.write_eof()
        self._served(body)
        return response

    async def _break(
        self, request: web.Request, response: web.StreamResponse, stream: bytes, fault: Fault
    ) -> web.StreamResponse:
        events = stream[: fault.after_bytes].rpartition(b"\n\n")[0] + b"\n\n"
        await response.write(events)
        match fault.kind:
            case "error_event":
                overloaded = REFUSALS["overloaded"][1]
                await response.write(claude_stream.encoded(("error", overloaded)))
            case "garbled":
                await response.write(b"event: content_block_delta\ndata: {not json\n\n")
            case "reset" if request.transport is not None:
                request.transport.abort()
            case "stall":
                await self._released.wait()
        return response

    def _served(self, body: Mapping[str, Any]) -> None:
        canonical = json.dumps(body, sort_keys=True).encode()
        self.turns_served[hashlib.sha256(canonical).hexdigest()] += 1

    def _refusal(
        self, status: int, body: Mapping[str, Any], *, retry_after: float | None = None
    ) -> web.Response:
        headers = self._response_headers()
        if retry_after is not None:
            headers["retry-after"] = f"{retry_after:g}"
        return web.json_response(
            {**body, "request_id": headers["request-id"]}, status=status, headers=headers
        )

    def _response_headers(self) -> dict[str, str]:
        return headers_of(len(self.requests))

    async def _state(self, _request: web.Request) -> web.Response:
        return web.json_response({
            "requests": self.requests,
            "unexpected": self.unexpected,
            "turns_served": self.turns_served,
            "faults": [asdict(fault) for fault in self.faults],
        })

    async def _add_fault(self, request: web.Request) -> web.Response:
        self.fail(**await request.json())
        return web.json_response({"faults": len(self.faults)})

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self.faults.clear()
        return web.json_response({"faults": 0})


def script_named(name: str) -> Script:
    """The script `module:function`."""
    module, _, function = name.partition(":")
    script: Script = getattr(importlib.import_module(module), function)
    return script


async def serve(port: int, script: str, delay_seconds: float) -> None:
    """Run until the process is ended."""
    async with Claude(script_named(script), delay_seconds=delay_seconds).running(port=port) as claude:
        sys.stdout.write(json.dumps({"url": claude.url}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m standins.claude")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--script", default="standins.stories:invoices")
    parser.add_argument("--delay-seconds", type=float, default=0)
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(given.port, given.script, given.delay_seconds))


if __name__ == "__main__":
    main()
