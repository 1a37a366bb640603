"""Verdicts on findings, noted and looked up: one fact for each, in the stream of the repository."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.application.asked import Judge
from bot.application.frozen import check_may_move
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.review_reading import load_read
from bot.application.rights import check_right
from bot.domain.remarks import Finding, sort
from bot.domain.reviewing import last_said
from bot.domain.reviewing import stream_of as reviews_of
from bot.domain.verdicts import (
    OwnPullRequest,
    Subject,
    Verdict,
    by_others,
    in_force,
    judged,
    named,
    stream_of,
    subject_of,
    verdict_of,
)
from bot.records import Recorded, Repository, StepFailed
from bot.review_records import Reviewable


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was noted; how the last review's check ends by it, where it has one, or what kept that back."""

    verdict: Verdict
    ends: str | None = None
    trouble: str = ""


async def verdicts_in_force(repository: Repository, world: World) -> Mapping[str, Verdict]:
    """What holds in that repository now, by the fingerprint of the finding."""
    return in_force(await world.log.read(stream_of(repository.id)), world.clock.now())


async def verdicts_on(repository: Repository, pull: Reviewable, world: World) -> Mapping[str, Verdict]:
    """What of it counts on that pull request: nobody's own word on what they wrote or asked for."""
    records = await world.log.read(stream_of(repository.id))
    writers = await _writers(repository, pull, world) if records else ()
    return in_force(by_others(records, writers), world.clock.now())


async def judge(asked: Judge, *, key: str, door: str, world: World) -> Verdict:
    """Note what somebody says of a finding; the same key again notes nothing.

    Raises Denied, Unavailable, StepFailed.
    """
    await check_right(asked, world)
    stream = stream_of(asked.repository.id)
    if (known := _under(key, await world.log.read(stream))) is not None:
        return known
    await check_may_move(asked.repository, world)
    of = named(asked.finding, await _candidates(asked, world))
    fact = judged(asked.kind, of, by=asked.by, number=asked.number, why=asked.why, until=asked.until)
    meta = {"by": asked.by.id, "login": asked.by.login, "door": door, "key": key}
    await append_beside(world, stream, fact, key=key, meta=meta)
    return verdict_of(next(each for each in await world.log.read(stream) if each.meta["key"] == key))


def _under(key: str, past: Sequence[Recorded]) -> Verdict | None:
    """What was noted under that key."""
    return next((verdict_of(each) for each in past if each.meta["key"] == key), None)


async def _candidates(asked: Judge, world: World) -> list[Subject]:
    """What can be meant: what holds, where it is to be lifted; else what was found here by the last review.

    Raises OwnPullRequest.
    """
    if asked.kind == "lifted":
        return [each.of for each in (await verdicts_in_force(asked.repository, world)).values()]
    pull = await world.reviews.look(asked.repository, asked.number)
    if asked.by.id in await _writers(asked.repository, pull, world):
        raise OwnPullRequest
    return await _found(asked.repository, asked.number, world)


async def _found(repository: Repository, number: int, world: World) -> list[Subject]:
    return [subject_of(each) for each in await findings_of(repository, number, world)]


async def findings_of(repository: Repository, number: int, world: World) -> Sequence[Finding]:
    """What the last review of a pull request found, as far as it is still known."""
    past = last_said(await world.log.read(reviews_of(repository.id, number)))
    if past is None:
        return []
    try:
        read = await load_read(world, repository, past[1].text)
    except StepFailed as gone:
        if gone.code != "forgotten":
            raise
        return []
    return sort(read.findings, least=read.confidence).all


async def _writers(repository: Repository, pull: Reviewable, world: World) -> Collection[int]:
    """Whose work it is: who opened it, and who asked for it where the bot did. Nobody's, where one may be."""
    if world.rules.self_approval:
        return ()
    rows = await world.integrations.find(repository_id=repository.id, pull_request=pull.number)
    return {pull.author_id, *(row["requested_by_id"] for row in rows)} - {None}
