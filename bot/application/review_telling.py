"""The one walkthrough of a pull request and how its check ends, said anew when a verdict changes them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from bot.application import reader_words
from bot.application import review_failing_words as failing_words
from bot.application import review_guidance_words as guidance_words
from bot.application import review_pause_words as pause_words
from bot.application import review_tool_words as tool_words
from bot.application import review_words as words
from bot.application.placing import Placed, place
from bot.application.ports import World
from bot.application.review_reading import Read, load_read
from bot.application.verdicts import verdicts_on
from bot.domain.remarks import Sorted, conclusion, sort
from bot.domain.replying import withdrawn_in
from bot.domain.review_pauses import is_paused
from bot.domain.reviewing import Ended, Request, is_under_way, last_said, request_in, stream_of
from bot.domain.verdicts import Verdict, settled_by
from bot.records import Recorded, Repository, Unavailable
from bot.review_records import Reviewable

# So often it is said anew while others go on judging; then whoever asked is told to ask again.
TRIES: Final = 5


class Standing(NamedTuple):
    """What is to be said: how the last review ended that said something, the verdicts that count, and the
    fingerprints of what was withdrawn.
    """

    key: str
    ended: Ended
    verdicts: Mapping[str, Verdict]
    withdrawn: frozenset[str]


async def tell(
    request: Request, check: int, read: Read, found: Sorted, verdicts: Mapping[str, Verdict], world: World
) -> None:
    """The walkthrough, brought up to date, and how the check ends, as the repository wants it to."""
    await _walkthrough(request, read, found, verdicts, world)
    await _conclude(request.repository, check, read, found, world)


async def tell_anew(
    repository: Repository, pull: Reviewable, world: World, *, known: Standing | None = None
) -> str | None:
    """The same of the last review, by the verdicts that count now; how its check ends, None without one.

    What others say meanwhile is looked for afterwards, so that whoever comes last says it all.
    Raises StepFailed, Unavailable.
    """
    ends = None
    for _ in range(TRIES):
        now = await _standing(repository, pull, world)
        if now is None or now == known:
            return ends
        ends = await _tell_anew(repository, pull.number, now, world)
        known = now
    raise Unavailable("stream_busy")


def left(read: Read, past: Sequence[Recorded], verdicts: Mapping[str, Verdict]) -> Read:
    """What was read, without what was withdrawn since; but of what people have settled their word is told."""
    is_settled = settled_by(verdicts)
    theirs = {each.fingerprint for each in read.findings if is_settled(each)}
    withdrawn = withdrawn_in(past)
    lingering = [
        each for each in read.lingering if each.fingerprint not in withdrawn and not is_settled(each)
    ]
    return replace(read.without(withdrawn - theirs), lingering=tuple(lingering))


async def _standing(repository: Repository, pull: Reviewable, world: World) -> Standing | None:
    past = await world.log.read(stream_of(repository.id, pull.number))
    said = last_said(past)
    if said is None:
        return None
    return Standing(*said, await verdicts_on(repository, pull, world), withdrawn_in(past))


async def _tell_anew(repository: Repository, number: int, it: Standing, world: World) -> str | None:
    """A newer review that is under way says the rest itself: its walkthrough is not overwritten."""
    past = await world.log.read(stream_of(repository.id, number))
    read = left(await load_read(world, repository, it.ended.text), past, it.verdicts)
    read = read.with_all_spent(it.ended.micro_usd)
    elsewhere = {each.fingerprint for each in read.findings} - {*it.ended.said}
    is_settled = settled_by(it.verdicts)
    found = sort(read.findings, least=read.confidence, said=elsewhere, is_settled=is_settled)
    if not is_under_way(past):
        await _walkthrough(request_in(past, it.key), read, found, it.verdicts, world)
    return await _conclude(repository, it.ended.check, read, found, world) if it.ended.check else None


async def _walkthrough(
    request: Request, read: Read, found: Sorted, verdicts: Mapping[str, Verdict], world: World
) -> None:
    """The one comment of the pull request."""
    repository, number = request.repository, request.number
    marker = words.walkthrough_marker(repository.id, number)
    past = await world.log.read(stream_of(repository.id, number))
    paused = pause_words.below(is_paused=is_paused(past))
    said = (
        reader_words.below(read.readers),
        guidance_words.below(read.guided),
        tool_words.below(read.tooled),
    )
    below = f"{''.join(said)}{paused}"
    body = f"{marker}\n{words.walkthrough(read, found, request, verdicts)}{below}"
    name = f"walkthrough:{repository.id}:{number}"
    await place(Placed(repository=repository, number=number, name=name, marker=marker), body, world)


async def _conclude(repository: Repository, check: int, read: Read, found: Sorted, world: World) -> str:
    title, summary = words.ended(read, found)
    is_whole = not (read.unread or read.withdrawn or read.unanswered or read.unheard)
    ends = conclusion(found.all, fails_at=read.fails_at, is_whole=is_whole)
    why = f"{tool_words.passes_nothing(read.unanswered, read.unheard)}{failing_words.below(read, found)}"
    await world.review_checks.complete(
        repository, check, conclusion=ends, title=title, summary=f"{summary}{why}"
    )
    return ends
