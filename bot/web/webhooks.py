"""The doors for events: check it, write it down, say yes; all work comes later."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from aiohttp import web
from multidict import CIMultiDict

from bot.application.ports import Clock, Inbox
from bot.domain.signatures import is_signed
from bot.records import Delivery, Refused, Unavailable
from bot.web import families, meanings
from bot.web.families import check_family
from bot.web.meanings import meaning_of
from bot.web.measuring import Metrics
from bot.web.payload import Payload, Reader, at
from bot.web.reading import Allowance, read_body

PATH: Final = "/webhooks/github"

_FAMILY: Final = re.compile(r"[a-z0-9_]{1,64}")
_DELIVERY_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_REPOSITORY: Final = ("repository", "id")
_FULL_NAME: Final = ("repository", "full_name")
PAYLOADS: Final = Reader(
    values=["action", "installation.id", "repository.id", "repository.full_name", *meanings.VALUES],
    names=families.NAMES,
)
_ANSWERS: Final = {fresh: json.dumps({"fresh": fresh}).encode() for fresh in (True, False)}
_JSON: Final = CIMultiDict({"Content-Type": "application/json"})
_INSTALLATION: Final = ("installation", "id")
_LARGEST_NUMBER: Final = 2**63 - 1
_LONGEST_NAME: Final = 300
_LONGEST_ACTION: Final = 100  # GitHub's limit for the event type of a repository_dispatch


@dataclass(frozen=True, kw_only=True)
class GitHubDoor:
    """POST /webhooks/github. Without a secret it is in set-up mode: it answers 503 and keeps nothing."""

    inbox: Inbox
    secrets: Sequence[bytes]
    app_id: str | None
    clock: Clock
    metrics: Metrics
    allowance: Allowance = field(default_factory=Allowance)

    async def receive(self, request: web.Request) -> web.Response:
        """Check it, write it down, say yes; a workflow does the rest."""
        try:
            delivery = await self._read(request)
            fresh = await self.inbox.keep(delivery)
        except (Refused, Unavailable) as no:
            self.metrics.delivery_refused(no.code)
            raise
        self.metrics.delivery_kept(fresh=fresh)
        return web.Response(body=_ANSWERS[fresh], headers=_JSON, status=202)

    async def _read(self, request: web.Request) -> Delivery:
        check_can_receive(request.headers, secrets=self.secrets, app_id=self.app_id)
        with self.allowance.share() as share:
            body = await read_body(request, share)
            return read_github(request.headers, body, secrets=self.secrets, now=self.clock.now())


def check_can_receive(headers: Mapping[str, str], *, secrets: Sequence[bytes], app_id: str | None) -> None:
    """Before a byte of the body is read: refuse in set-up mode, a compressed body, another App's hook."""
    if not secrets:
        raise Unavailable("setup_mode", "no GitHub App is set up here yet: open /setup", retry_after=60)
    if "Content-Encoding" in headers:
        raise Refused(415, "encoded_body", "send the body as it is, without Content-Encoding")
    if headers.get("X-GitHub-Hook-Installation-Target-Type") != "integration" or app_id is None:
        return
    if headers.get("X-GitHub-Hook-Installation-Target-ID") != app_id:
        raise Refused(401, "other_app", "this delivery was made for another GitHub App")


def read_github(
    headers: Mapping[str, str], body: bytes, *, secrets: Sequence[bytes], now: datetime
) -> Delivery:
    """The delivery in these headers and raw bytes; only what is signed is looked into. Raises Refused."""
    signature = headers.get("X-Hub-Signature-256", "")
    if not is_signed(body, signature, secrets=secrets):
        raise Refused(401, "bad_signature", "sign the raw body with the webhook secret, as SHA-256")
    check_is_json(headers.get("Content-Type", ""))
    family = _header(headers, "X-GitHub-Event", _FAMILY)
    key = _header(headers, "X-GitHub-Delivery", _DELIVERY_ID)
    payload = PAYLOADS.read(body)
    check_family(family, payload)
    kind = kind_of(family, at(payload, ("action",)))
    return Delivery(
        key=key,
        source="github",
        kind=kind,
        meaning=meaning_of(kind, payload, body),
        body=body,
        digest=bytes.fromhex(signature.removeprefix("sha256=")),
        received_at=now,
        installation=number_at(payload, _INSTALLATION),
        repository=number_at(payload, _REPOSITORY),
        repository_name=_name_at(payload, _FULL_NAME),
    )


def number_at(payload: Payload, path: Sequence[str]) -> int | None:
    """The number of an installation or a repository; None where none is named, or none that can be."""
    number = at(payload, path)
    return number if type(number) is int and 0 < number <= _LARGEST_NUMBER else None


def _name_at(payload: Payload, path: Sequence[str]) -> str | None:
    name = at(payload, path)
    return name if isinstance(name, str) and name.isprintable() and len(name) <= _LONGEST_NAME else None


def check_is_json(content_type: str) -> None:
    """Refuse anything but application/json; parameters such as a charset do not matter, JSON is UTF-8."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "not_json", "set the webhook's content type to application/json")


def kind_of(family: str, action: object) -> str:
    """ "event.action", or "event" where the family has no action."""
    if action is None:
        return family
    if not isinstance(action, str) or not action.isprintable() or not 0 < len(action) <= _LONGEST_ACTION:
        raise Refused(400, "invalid_action", "the action must be a short text")
    return f"{family}.{action}"


def _header(headers: Mapping[str, str], name: str, form: re.Pattern[str]) -> str:
    value = headers.get(name, "")
    if not form.fullmatch(value):
        raise Refused(400, "invalid_header", f"{name} is missing or malformed")
    return value
