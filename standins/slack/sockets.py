"""Socket Mode: connections that the app opens, over which it is told what otherwise goes to its door."""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import WSMsgType, web

from standins.slack.state import Delivery

LINK: Final = "/link/"
TYPES: Final = {"event": "events_api", "command": "slash_commands", "interaction": "interactive"}


@dataclass(kw_only=True)
class Sockets:
    """Tickets to connect with, each good once; the connections, and what waits to be answered over them."""

    token: str = field(default_factory=lambda: f"xapp-1-{secrets.token_hex(12)}")
    tickets: set[str] = field(default_factory=set)
    open: list[web.WebSocketResponse] = field(default_factory=list)
    waiting: dict[str, asyncio.Future[str]] = field(default_factory=dict)
    connected: int = 0

    def address(self, url: str) -> str:
        """Where the app connects, once."""
        ticket = secrets.token_hex(16)
        self.tickets.add(ticket)
        return f"{url.replace('http', 'ws', 1)}{LINK}?ticket={ticket}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, until either side ends it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=401)
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.open.append(socket)
        self.connected += 1
        await socket.send_json({"type": "hello", "num_connections": len(self.open), "debug_info": {}})
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._answered(json.loads(message.data))
        finally:
            self.open.remove(socket)
        return socket

    def _answered(self, said: dict[str, Any]) -> None:
        waits = self.waiting.pop(str(said.get("envelope_id")), None)
        if waits is not None and not waits.done():
            waits.set_result(json.dumps(said["payload"]) if "payload" in said else "")

    async def tell(self, delivery: Delivery, *, seconds: float) -> str:
        """What the app answers, over the newest of its connections. Raises TimeoutError."""
        name = secrets.token_hex(8)
        waits = self.waiting[name] = asyncio.get_running_loop().create_future()
        envelope = {
            "type": TYPES[delivery.kind],
            "envelope_id": name,
            "payload": payload_of(delivery),
            "accepts_response_payload": delivery.kind != "event",
            "retry_attempt": len(delivery.attempts),
            "retry_reason": "timeout" if delivery.attempts else "",
        }
        await self.open[-1].send_json(envelope)
        return await asyncio.wait_for(waits, seconds)

    async def refresh(self) -> None:
        """Slack ends every connection now and then, and says so before."""
        for socket in [*self.open]:
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})

    async def cut(self) -> None:
        """They are lost without a word."""
        for socket in [*self.open]:
            if socket._req is not None and socket._req.transport is not None:  # noqa: SLF001  no other way
                socket._req.transport.abort()  # noqa: SLF001  the same


def payload_of(delivery: Delivery) -> dict[str, Any]:
    """What is told, without the form around it."""
    if delivery.kind == "event":
        said: dict[str, Any] = json.loads(delivery.body)
        return said
    fields = dict(parse_qsl(delivery.body.decode(), keep_blank_values=True))
    told: dict[str, Any] = json.loads(fields["payload"]) if "payload" in fields else fields
    return told
