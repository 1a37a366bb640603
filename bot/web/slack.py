"""The door for Slack: events, commands and what people press. Check it, write it down, say yes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from aiohttp import web

from bot.application.ports import Clock, Inbox
from bot.domain.slack_signatures import is_dated, is_signed, may_sign
from bot.records import Delivery, Refused, Unavailable
from bot.web.measuring import Metrics
from bot.web.reading import Allowance, read_body
from bot.web.slack_bodies import Said, said_in

PATH: Final = "/slack/events"

LARGEST_BODY: Final = 1024 * 1024  # a view may have 250 KB, and what people filled in beside it
READ_SECONDS: Final = 2.0
ANSWER_SECONDS: Final = 2.8  # Slack waits three
_SIGNATURE: Final = "X-Slack-Signature"
_STAMP: Final = "X-Slack-Request-Timestamp"
_NAME_LENGTH: Final = 32


AtOnce = Callable[[str, bytes], Awaitable[Mapping[str, Any] | None]]
"""What is answered here and now, of a kind and its body; None where it is kept, and answered later."""


async def nothing_at_once(_kind: str, _body: bytes) -> None:
    """Everything is answered later."""


class Seals(Protocol):
    """A body as nobody reads it in the database: it holds what acts for whoever has it."""

    def seal(self, body: bytes, *, key: str) -> bytes: ...


@dataclass(frozen=True, kw_only=True)
class SlackDoor:
    """POST /slack/events, for whatever Slack sends. Its answer is empty: what is to be said comes later,
    but for windows: they open here, and what is filled in is looked at here.

    Of what nobody hears nothing but its name is kept.
    """

    inbox: Inbox
    secrets: Sequence[bytes]
    seals: Seals
    hears: Callable[[str], bool]
    clock: Clock
    metrics: Metrics
    at_once: AtOnce = nothing_at_once
    allowance: Allowance = field(default_factory=Allowance)
    patience: float = ANSWER_SECONDS

    async def receive(self, request: web.Request) -> web.Response:
        """Check it, write it down, say yes; a workflow does the rest."""
        try:
            async with asyncio.timeout(self.patience):
                return await self._received(request)
        except TimeoutError:
            self.metrics.delivery_refused("too_late")
            raise Unavailable("too_late", "it is not kept as soon as Slack wants it") from None
        except (Refused, Unavailable) as no:
            self.metrics.delivery_refused(no.code)
            raise

    async def _received(self, request: web.Request) -> web.Response:
        now = self.clock.now()
        check_may_be_signed(request.headers, now=now)
        with self.allowance.share() as share:
            body = await read_body(request, share, seconds=READ_SECONDS, most=LARGEST_BODY)
            check_signed(request.headers, body, secrets=self.secrets)
            said = said_in(body)
            if said is None:
                return web.Response()
            if said.challenge is not None:
                return web.json_response({"challenge": said.challenge})
            if (answer := await self.at_once(said.kind, body)) is not None:
                return web.json_response(answer) if answer else web.Response()
            delivery = self.delivery(said, request.headers[_SIGNATURE], body, now=now)
        await self.keep(delivery)
        return web.Response()

    def delivery(self, said: Said, signature: str, body: bytes, *, now: datetime) -> Delivery:
        """What is to be kept of it, sealed, or without its body where nobody hears it."""
        key = key_of(said, signature)
        kept = self.seals.seal(body, key=key) if self.hears(said.kind) else b""
        return delivery_of(said, signature, key=key, body=kept, now=now)

    async def keep(self, delivery: Delivery) -> None:
        """Keep it durably. Raises Unavailable."""
        self.metrics.delivery_kept(fresh=await self.inbox.keep(delivery))


def check_may_be_signed(headers: Mapping[str, str], *, now: datetime) -> None:
    """Before a byte of the body is read: refuse what was not sent just now, and what has no signature."""
    if not is_dated(headers.get(_STAMP, ""), now):
        raise Refused(401, "bad_timestamp", "say the time, and no other than in these five minutes")
    if not may_sign(headers.get(_SIGNATURE, "")):
        raise _badly_signed()


def check_signed(headers: Mapping[str, str], body: bytes, *, secrets: Sequence[bytes]) -> None:
    """Refuse what the app's secret has not signed, and what cannot have been: Slack signs text."""
    if not is_signed(headers[_STAMP], body, headers[_SIGNATURE], secrets=secrets) or not _is_text(body):
        raise _badly_signed()


def _badly_signed() -> Refused:
    return Refused(401, "bad_signature", "sign v0, time and raw body with the app's signing secret")


def _is_text(body: bytes) -> bool:
    try:
        str(body, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def key_of(said: Said, signature: str) -> str:
    """An event is known by Slack's own id however often it is sent; all else by what was signed."""
    name = said.event or signature.removeprefix("v0=")[:_NAME_LENGTH]
    return f"slack:{name}"


def delivery_of(said: Said, signature: str, *, key: str, body: bytes, now: datetime) -> Delivery:
    """What is kept. An act has a name that Slack gives it once: under another signature it is the same."""
    return Delivery(
        key=key,
        source="slack",
        kind=said.kind,
        meaning=f"{said.kind}:{said.trigger}" if said.trigger else None,
        body=body,
        digest=bytes.fromhex(signature.removeprefix("v0=")),
        received_at=now,
        workspace=said.workspace,
    )
