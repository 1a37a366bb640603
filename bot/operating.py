"""What an operator does by hand: deliver a webhook, hand one back, read a history, verify, rebuild."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import datetime
from typing import Any
from uuid import uuid4

import aiohttp
from msgspec import to_builtins

import handlers
from bot.application.projections import row_of
from bot.credentials import AppCredentials
from bot.domain import events as e
from bot.domain.integration import Integration, fold
from bot.domain.passport import passport_of
from bot.domain.streams import is_integrations
from bot.infrastructure.database import alone
from bot.infrastructure.observing import Nobody
from bot.records import Recorded, StepFailed
from bot.settings import Settings
from bot.storage import Storage, check_is_there, storage
from bot.troubles import Mistaken, NotThere, Unanswered


def _nothing(_kind: str) -> bool:
    """By hand no delivery is taken in."""
    return False


@asynccontextmanager
async def kept(settings: Settings, *, by_itself: bool = False) -> AsyncIterator[Storage]:
    """What a bot has kept, `by_itself` where none may be at work on it meanwhile; nothing is made anew.

    Raises Misconfigured, AlreadyRunning.
    """
    await check_is_there(settings.database_url)
    with alone(settings.database_url) if by_itself else nullcontext():
        async with storage(settings, Nobody(), _nothing) as stored:
            yield stored


async def receive(
    settings: Settings, credentials: AppCredentials, event: str, body: bytes, *, key: str | None = None
) -> str:
    """Deliver a payload to the running bot's own door, signed; what the door answered. Raises Unanswered."""
    url = f"http://{settings.listen_host}:{settings.port}/webhooks/github"
    headers = headers_of(credentials, event.partition(".")[0], body, key=key or str(uuid4()))
    try:
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as door:
            return f"{door.status} {await door.text()}"
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unanswered(f"no bot answers at {url} ({str(error) or type(error).__name__})") from error


def kind_of(event: str, body: bytes) -> str:
    """The event with its action, as the body has it. Raises Mistaken where the name says something else."""
    family, _, named = event.partition(".")
    try:
        data = json.loads(body)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise Mistaken("the file holds no JSON object; give a payload as GitHub sends it")
    action = data.get("action")
    kind = f"{family}.{action}" if action else family
    if named and named != action:
        has = f"the action {action}" if action else "no action"
        raise Mistaken(f"the payload has {has}, and not {named}; say {kind}")
    return kind


def is_heard(kind: str) -> bool:
    """Whether anything follows from such an event."""
    return kind in handlers.GITHUB


def headers_of(credentials: AppCredentials, event: str, body: bytes, *, key: str) -> Mapping[str, str]:
    """The headers of GitHub's own deliveries."""
    signature = hmac.new(credentials.webhook_secrets[0], body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/by-hand",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": key,
        "X-GitHub-Hook-ID": "0",
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        "X-GitHub-Hook-Installation-Target-ID": credentials.app_id,
        "X-Hub-Signature-256": f"sha256={signature}",
    }


async def deliveries(settings: Settings) -> str:
    """What was set aside, oldest first: when it came, its id, what it is, and why."""
    async with kept(settings) as stored:
        rows = await stored.aside.listed()
    return "\n".join(map(_set_aside, rows)) or "none is set aside"


def _set_aside(row: Mapping[str, Any]) -> str:
    at = datetime.fromisoformat(row["received_at"])
    return f"{at:%Y-%m-%d %H:%M:%S} {row['key']} {row['kind']}: {row['why']}"


async def hand_back(settings: Settings, key: str) -> None:
    """Hand a delivery that was set aside to the intake once more. Raises NotThere."""
    async with kept(settings) as stored:
        if not await stored.aside.again(key):
            raise NotThere(f"no delivery {key} is set aside; `python -m bot deliveries` lists those that are")


async def history(settings: Settings, integration_id: str, *, at: datetime | None) -> str:
    """Every fact of an integration, up to a moment, and what it was then. Raises NotThere."""
    async with kept(settings) as stored:
        records = await stored.log.read(integration_id, until=at)
    if not records or not is_integrations(integration_id):
        raise NotThere(f"there is no integration {integration_id} at that time")
    it = fold(integration_id, e.decode(records))
    return "\n".join([*(_line(record) for record in records), "", _as_it_was(it)])


async def passport(settings: Settings, integration_id: str) -> str:
    """By what an integration came about, as JSON: its facts alone, and the spec while that is kept.

    Raises NotThere.
    """
    async with kept(settings) as stored:
        records = await stored.log.read(integration_id)
        if not records or not is_integrations(integration_id):
            raise NotThere(f"there is no integration {integration_id}")
        it = fold(integration_id, e.decode(records))
        it = it.newer or it
        told = {**to_builtins(passport_of(it, records)), "spec_text": await _spec_text(it, stored)}
    return json.dumps(told, indent=2, ensure_ascii=False)


async def _spec_text(it: Integration, stored: Storage) -> Any:
    """The spec, in the model's words; None where there is none, or it was deleted after its time."""
    if it.spec:
        with suppress(StepFailed):
            return json.loads(await stored.blobs.get(it.repository.id, it.spec))
    return None


def _line(record: Recorded) -> str:
    data = json.dumps(record.data, ensure_ascii=False)
    who = record.meta.get("login", "the bot")
    return f"{record.at:%Y-%m-%d %H:%M:%S.%f} {record.version:>4} {record.type:<22} by {who}: {data}"


def _as_it_was(it: Integration) -> str:
    waits = f", waiting for {it.waiting_for}" if it.waiting_for else ""
    why = f" ({it.reason})" if it.reason else ""
    return f"{it.id} is {it.state}{why}{waits}; version {it.version}, ${it.micro_usd / 1e6:.4f}"


async def verify(settings: Settings, *, head: tuple[int, str] | None) -> str | None:
    """What is wrong with the chain, None where nothing is."""
    async with kept(settings) as stored:
        broken = await stored.log.verify(head)
    return None if broken is None else f"event {broken.seq}: {broken.why}"


async def head_of(settings: Settings) -> str:
    """The head of the chain, as `verify --head` takes it."""
    async with kept(settings) as stored:
        seq, digest = await stored.log.head()
    return f"{seq}:{digest}"


async def rebuild(settings: Settings) -> int:
    """Make the read models anew from the log; how many rows there are. Raises AlreadyRunning, Conflict."""
    async with kept(settings, by_itself=True) as stored:
        seq, _ = await stored.log.head()
        rows = await rows_of(stored)
        await stored.log.replace_rows(rows, as_of=seq)
    return len(rows)


async def rows_of(stored: Storage) -> list[Mapping[str, Any]]:
    """The read model as the log alone makes it."""
    return [
        dated_row(stream, await stored.log.read(stream))
        async for stream in stored.log.streams()
        if is_integrations(stream)
    ]


def dated_row(stream: str, records: Iterable[Recorded]) -> Mapping[str, Any]:
    """One row, dated by its first and its newest fact."""
    past = list(records)
    return {
        **row_of(fold(stream, e.decode(past))),
        "requested_at": past[0].at.isoformat(timespec="microseconds"),
        "updated_at": past[-1].at.isoformat(timespec="microseconds"),
    }
