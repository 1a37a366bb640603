"""One call of a method: its arguments, however they were sent, and who asks."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from standins.slack.state import Channel, Installation, Message, Token, User
from standins.slack.world import Refused, World

TRUE = {"1", "true", True}


@dataclass(slots=True, kw_only=True)
class Call:
    """What is asked of a method; `stale` is how old what it is shown may be."""

    world: World
    method: str
    arguments: Mapping[str, Any]
    token: Token | None = None
    stale: timedelta | None = None
    basic: tuple[str, str] | None = None
    accepted: tuple[str, ...] = field(default=())

    @property
    def installation(self) -> Installation:
        """Whose bot asks. Raises Refused."""
        if self.token is None:
            raise Refused("not_authed")
        return self.token.installation

    @property
    def bot(self) -> User:
        return self.installation.bot

    def text(self, name: str, default: str = "") -> str:
        """An argument as words."""
        value = self.arguments.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.arguments.get(name, default)
        return value in TRUE

    def number(self, name: str, default: int) -> int:
        """Raises Refused."""
        try:
            return int(self.arguments.get(name, default))
        except ValueError:
            raise Refused("invalid_limit") from None

    def structure(self, name: str) -> Any:
        """An argument that is JSON, or JSON within a form. Raises Refused."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise Refused("invalid_json") from None

    def seen(self, channel: Channel) -> Channel:
        """The channel as this call is shown it."""
        return channel if self.stale is None else self.world.as_it_was(channel, self.stale)

    def channel(self, name: str = "channel") -> Channel:
        """A channel that the bot can know of. Raises Refused."""
        found = self.world.channel(self.text(name))
        if found.team.id != self.bot.team.id and self.bot.team.id not in found.shared_with:
            raise Refused("channel_not_found")
        if found.kind != "public" and self.bot.id not in found.members:
            raise Refused("channel_not_found")
        return found

    def message(self, channel: Channel, name: str) -> Message:
        return self.world.message(channel, self.text(name))

    def now(self) -> datetime:
        return self.world.now()


async def arguments_of(request: web.Request) -> dict[str, Any]:
    """The query's arguments, and the body's over them: a form or JSON. Raises Refused."""
    given: dict[str, Any] = dict(request.query)
    body = await request.read()
    if not body:
        return given
    if request.content_type == "application/json":
        return given | _json(body)
    if request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return given | {name: str(value) for name, value in (await request.post()).items()}
    raise Refused("missing_post_type")


def _json(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(read, dict):
        raise Refused("json_not_object")
    return read


def basic_of(header: str) -> tuple[str, str] | None:
    """The client's id and secret from an Authorization header."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret


def bearer_of(header: str) -> str | None:
    scheme, _, value = header.partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None
