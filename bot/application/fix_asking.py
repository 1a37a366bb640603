"""Asking for a fix on a pull request, or for none of those that are under way there: whoever may write."""

from itertools import takewhile
from typing import Final

from bot.application.asked_fixes import Fix, StopFixing
from bot.application.frozen import check_may_move
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.rights import check_right
from bot.application.verdicts import findings_of
from bot.domain.fixing import (
    Meant,
    OfAnIntegration,
    Wish,
    asked,
    meant,
    stopped,
    stream_of,
    under_way,
)
from bot.domain.verdicts import named, subject_of
from bot.records import Start, Wake

WORKFLOW: Final = "fix.run_v1"
# On which those hear that wait.
TOPIC: Final = "fix"


async def ask_for_fix(it: Fix, *, key: str, door: str, world: World) -> bool:
    """Note it, and begin; the same key again begins nothing. False where the words say nothing of what.

    Raises Denied, also where the pull request is an integration's, Unavailable.
    """
    await check_right(it, world)
    await check_may_move(it.repository, world)
    what = meant(it.text, finding=it.finding, thread=it.thread)
    if what is None:
        return False
    rows = await world.integrations.find(repository_id=it.repository.id, pull_request=it.number)
    if rows:
        raise OfAnIntegration(str(rows[0]["id"]))
    wish = await _wish(it, await _known(what, it, world), world)
    stream = stream_of(it.repository.id, it.number)
    args = (stream, key, str(it.repository.id), it.repository.account)
    start = Start(queue="saga", workflow=WORKFLOW, id=_workflow_id(key), args=args)
    meta = {"by": it.by.id, "login": it.by.login, "door": door, "key": key}
    await append_beside(world, stream, asked(wish), key=key, meta=meta, follow_ups=[start])
    return True


async def stop_fixing(it: StopFixing, *, key: str, door: str, world: World) -> int:
    """How many were under way that nothing more comes of. A freeze does not keep that away. Raises Denied."""
    await check_right(it, world)
    stream = stream_of(it.repository.id, it.number)
    past = await world.log.read(stream)
    before = list(takewhile(lambda each: each.meta["key"] != key, past))  # as it was when it was said
    keys = under_way(before)
    if keys:
        meta = {"by": it.by.id, "login": it.by.login, "door": door, "key": key}
        wakes = [Wake(workflow_id=_workflow_id(each), topic=TOPIC, key=f"{key}:{each}") for each in keys]
        await append_beside(world, stream, stopped(it.by), key=key, meta=meta, follow_ups=wakes)
    return len(keys)


def _workflow_id(asked_key: str) -> str:
    return f"fix-{asked_key}"


async def _known(what: Meant, it: Fix, world: World) -> Meant:
    """A finding by its whole name. Raises NoSuchFinding; the thread of one says itself which it is."""
    if what.kind != "finding" or what.name == it.finding:
        return what
    found = await findings_of(it.repository, it.number, world)
    of = named(what.name, map(subject_of, found))
    return Meant(kind=what.kind, name=of.fingerprint, words=what.words)


async def _wish(it: Fix, what: Meant, world: World) -> Wish:
    return Wish(
        repository=it.repository,
        number=it.number,
        by=it.by,
        kind=what.kind,
        name=what.name,
        subject=what.subject,
        text=await world.blobs.put(it.repository.id, what.words.encode()) if what.words else "",
        comment=it.comment,
        said_at=it.said_at,
        thread=it.thread,
    )
