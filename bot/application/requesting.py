"""Asked for: an integration of its own, or another version of what runs on that issue already."""

import hashlib
import json
from base64 import b32encode
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from bot.application.asked import RequestIntegration
from bot.application.duplicates import check_is_new
from bot.application.frozen import check_may_move
from bot.application.ports import World
from bot.application.recording import TRIES, amend, was_recorded
from bot.domain import deciding
from bot.domain import events as e
from bot.domain.integration import Integration, fold
from bot.domain.policy import NothingWaits, TooManyUnderWay
from bot.domain.states import State
from bot.domain.timing import seconds_worked
from bot.issue_records import Issue
from bot.records import Actor, Conflict, Recorded, Unavailable

ID_LENGTH: Final = 10
AT_REST: Final = frozenset((State.ACTIVE, State.FAILED, State.DEPRECATED))


async def requested(
    asked: RequestIntegration, *, key: str, meta: dict[str, Any], world: World
) -> Integration:
    """Another version where one runs and none is under way there, else an integration of its own.

    What is asked for on another branch is its own as well. Where something else was asked for meanwhile, it
    is looked again whether that is the same. Raises Denied, Unavailable.
    """
    for _ in range(TRIES):
        with suppress(Conflict):
            return await _taken(asked, key=key, meta=meta, world=world)
    raise Unavailable("stream_busy")


async def _taken(asked: RequestIntegration, *, key: str, meta: dict[str, Any], world: World) -> Integration:
    known = [(fold(row["id"], e.decode(past)), past) for row, past in await _here(asked, world)]
    if said := next((it for it, past in known if was_recorded(past, key)), None):
        return said
    if not await world.log.read(new_id(key)):
        await check_may_move(asked.repository, world)
    among = await check_is_new(asked, new_id(key), world)
    running = next(((it, past) for it, past in known if it.state is State.ACTIVE), None)
    is_under_way = any(it.state not in AT_REST for it, _ in known)
    if running is None or is_under_way or asked.base not in {None, running[0].base}:
        return await _anew(asked, among, key=key, meta=meta, world=world)
    try:
        return await _version(asked, *running, key=key, meta=meta, world=world)
    except NothingWaits as fault:  # somebody else was faster
        raise Conflict(running[0].id) from fault


async def _here(asked: RequestIntegration, world: World) -> list[tuple[dict[str, Any], list[Recorded]]]:
    """What was asked for on that issue, or has that pull request; newest first, with its facts."""
    find = world.integrations.find
    rows = [
        *await find(repository_id=asked.repository.id, issue=asked.issue),
        *await find(repository_id=asked.repository.id, pull_request=asked.issue),
    ]
    return [(dict(row), await world.log.read(row["id"])) for row in rows]


async def _version(
    asked: RequestIntegration,
    it: Integration,
    past: Sequence[Recorded],
    *,
    key: str,
    meta: dict[str, Any],
    world: World,
) -> Integration:
    await check_share(asked.repository.id, asked.by, it.id, world)
    request = await world.blobs.put(asked.repository.id, asked.request.encode())
    rules, worked = world.rules, seconds_worked(it, past, now=world.clock.now())
    wish = e.VersionRequested(
        by=asked.by,
        request=request,
        turns=it.turns + rules.turns,
        tokens=it.tokens + rules.tokens,
        micro_usd=it.micro_usd + min(asked.micro_usd or rules.micro_usd, rules.micro_usd),
        minutes=-(-int(worked) // 60) + rules.minutes,
        plan_first=asked.plan_first,
    )
    return await amend(world, it.id, lambda now: deciding.renew(now, wish), key=key, meta=meta)


def request_text(what: str, issue: Issue) -> str:
    """What was asked, with the issue as it was at that moment."""
    author = issue.author
    said = {
        "request": what,
        "issue_title": issue.title,
        "issue_body": issue.body,
        "issue_author": [author.id, author.login] if author else None,
    }
    return json.dumps(said, ensure_ascii=False)


def new_id(key: str) -> str:
    """An integration's id, made from the key of the request: the same request has the same id."""
    return b32encode(hashlib.sha256(key.encode()).digest()).decode().lower()[:ID_LENGTH]


async def _anew(
    asked: RequestIntegration, among: int | None, *, key: str, meta: dict[str, Any], world: World
) -> Integration:
    await check_share(asked.repository.id, asked.by, new_id(key), world)
    request = await world.blobs.put(asked.repository.id, asked.request.encode())
    rules = world.rules
    event = e.IntegrationRequested(
        by=asked.by,
        repository_id=asked.repository.id,
        repository=asked.repository.full_name,
        installation_id=asked.repository.installation_id,
        issue=asked.issue,
        request=request,
        base=asked.base,
        turns=rules.turns,
        tokens=rules.tokens,
        micro_usd=min(asked.micro_usd or rules.micro_usd, rules.micro_usd),
        minutes=rules.minutes,
        plan_first=asked.plan_first,
    )
    own = new_id(key)
    return await amend(world, own, lambda it: [] if it.version else [event], key=key, meta=meta, among=among)


async def check_share(repository_id: int, person: Actor, integration_id: str, world: World) -> None:
    """One person's requests do not queue up before everybody else's. Raises TooManyUnderWay."""
    theirs = await world.integrations.find(repository_id=repository_id, requested_by_id=person.id)
    under_way = {row["id"] for row in theirs if State(row["state"]) not in AT_REST}
    if integration_id not in under_way and len(under_way) >= world.rules.under_way:
        raise TooManyUnderWay(world.rules.under_way)
