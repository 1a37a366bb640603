"""The door for Slack that the bot opens itself (Socket Mode): what comes in is kept, and then answered."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import structlog

from bot.records import Refused
from bot.web.slack import LARGEST_BODY, SlackDoor
from bot.web.slack_bodies import said_in

log = structlog.get_logger()

# What comes in an envelope, and is kept as the same in a request is.
ENVELOPES: Final = frozenset(("events_api", "interactive", "slash_commands"))


@dataclass(frozen=True, kw_only=True)
class SlackSocketDoor:
    """Envelopes go the way of requests. Slack itself is at the other end: none of them is signed."""

    door: SlackDoor

    async def receive(self, text: str) -> str | None:
        """The answer that it is taken; None where it needs none. Raises Unavailable: it will come again."""
        envelope = envelope_in(text)
        if envelope is None:
            return None
        answer: Mapping[str, Any] = {}
        try:
            answer = await self._taken(envelope)
        except Refused as no:
            self.door.metrics.delivery_refused(no.code)
            log.warning("slack_envelope_refused", code=no.code)
        more = {"payload": answer} if answer else {}
        return json.dumps({"envelope_id": envelope["envelope_id"], **more})

    async def _taken(self, envelope: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is answered at once, or nothing where it is kept."""
        body = body_of(envelope)
        if len(body) > LARGEST_BODY:
            raise Refused(413, "too_large", "what Slack sends is smaller")
        said = said_in(body)
        if said is None:
            return {}
        answer = await self.door.at_once(said.kind, body)
        if answer is None:
            signature = f"v0={hashlib.sha256(body).hexdigest()}"
            await self.door.keep(self.door.delivery(said, signature, body, now=self.door.clock.now()))
        return answer or {}


def envelope_in(text: str) -> Mapping[str, Any] | None:
    """What came in, if it is an envelope, and not word of the connection itself."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("type") not in ENVELOPES:
        return None
    is_whole = isinstance(said.get("payload"), dict) and isinstance(said.get("envelope_id"), str)
    return said if is_whole else None


def body_of(envelope: Mapping[str, Any]) -> bytes:
    """The body that a request would have, always the same of the same."""
    payload = envelope["payload"]
    written = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    match envelope["type"]:
        case "events_api":
            return written.encode(errors="replace")
        case "interactive":
            return urlencode({"payload": written}, errors="replace").encode()
        case _:
            fields = {str(name): str(value) for name, value in payload.items() if value is not None}
            return urlencode(fields, errors="replace").encode()
