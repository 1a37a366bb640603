"""Requests as Slack sends them, signed; and all those that were recorded."""

import hmac
import itertools
import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from tests.doors.webapp import NOON, SECRET

DOOR: Final = "/slack/events"
RECORDED: Final = sorted(
    path
    for path in (Path(__file__).parents[1] / "contracts/data/slack/requests").rglob("*.*")
    if path.is_file() and path.name != "index.json"
)
ACTS: Final = frozenset({
    "block_actions",
    "block_suggestion",
    "dialog_submission",
    "interactive_message",
    "message_action",
    "shortcut",
    "view_closed",
    "view_submission",
})
"""What a person presses or fills in: on the wire it is the field `payload` of a form."""

_numbers = itertools.count(1)


def stamp(seconds: int = 0) -> str:
    """The test's noon, or so many seconds later."""
    return str(int(NOON.timestamp()) + seconds)


def sign(body: bytes, at: str, *, secret: bytes = SECRET) -> str:
    return "v0=" + hmac.new(secret, b"v0:" + at.encode() + b":" + body, "sha256").hexdigest()


def headers_for(body: bytes, at: str = stamp(), **more: str) -> dict[str, str]:
    """The headers of a good request with this body."""
    is_json = body.startswith(b"{")
    return {
        "Content-Type": "application/json" if is_json else "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": sign(body, at),
    } | {name.replace("_", "-"): value for name, value in more.items()}


def event(event_id: str | None = None, /, **inner: Any) -> bytes:
    """An event callback."""
    it = {"type": "app_mention", "user": "U1", "text": "<@UBOT> hello", "channel": "C1", "ts": "1.2"} | inner
    return json.dumps({
        "token": "canary-token",
        "team_id": "T1",
        "api_app_id": "A1",
        "event": it,
        "type": "event_callback",
        "event_id": event_id or f"Ev{next(_numbers)}",
    }).encode()


def command(text: str = "help", **fields: str) -> bytes:
    """A slash command."""
    return urlencode(
        {
            "token": "canary-token",
            "team_id": "T1",
            "channel_id": "C1",
            "user_id": "U1",
            "command": "/claude",
            "text": text,
            "response_url": "https://hooks.slack.com/commands/T1/1/canary-address",
            "trigger_id": f"1.1.{next(_numbers)}",
        }
        | fields
    ).encode()


def pressed(**changes: Any) -> bytes:
    """A button that somebody pressed."""
    act = {
        "type": "block_actions",
        "user": {"id": "U1", "team_id": "T1"},
        "team": {"id": "T1"},
        "trigger_id": f"2.1.{next(_numbers)}",
        "actions": [{"action_id": "approve", "value": "int1"}],
    }
    return urlencode({"payload": json.dumps(act | changes)}).encode()


def on_the_wire(recorded: Path) -> bytes:
    """A recorded payload as Slack would send it."""
    body = recorded.read_bytes()
    if recorded.suffix == ".json" and recorded.parent.name in ACTS:
        return urlencode({"payload": body.decode()}).encode()
    return body
