"""Saying what a review found: comments at their lines, then all else, or why nothing is said."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.application import review_spent_words as spent_words
from bot.application import review_words as words
from bot.application import slack_findings
from bot.application.effects import once
from bot.application.frozen import check_not_frozen
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.review_mending import resolve_mended
from bot.application.review_paying import spent_by
from bot.application.review_reading import Read, load_read
from bot.application.review_remarking import REFUSED, Where, comment_of, said_one_by_one
from bot.application.review_said import intend, name_of, said_at_lines, still_said
from bot.application.review_telling import Standing, left, tell, tell_anew
from bot.application.review_unopened import tell_without_check
from bot.application.verdicts import verdicts_on
from bot.domain.remarks import Sorted, blocking, sort
from bot.domain.replying import withdrawn_in
from bot.domain.reviewing import (
    SAID,
    Ended,
    Request,
    concluded,
    ending_key,
    is_overtaken,
    request_in,
    said_before,
)
from bot.domain.verdicts import settled_by
from bot.records import FollowUp, Repository
from bot.review_records import Reviewable


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Which review it is: its stream, the key it was asked under, what was asked, and its check run."""

    stream: str
    key: str
    request: Request
    check: int

    @property
    def repository(self) -> Repository:
        return self.request.repository


async def say(world: World, stream: str, asked_key: str, digest: str, check: int, *, key: str) -> None:
    """Say it, each part once, unless a newer review will or nobody wants it any more. Raises StepFailed."""
    past = await world.log.read(stream)
    at = At(stream=stream, key=asked_key, request=request_in(past, asked_key), check=check)
    if is_overtaken(past, asked_key):
        await end(at, "overtaken", words.overtaken(), world)
        return
    await check_not_frozen(world, at.repository)
    pull = await world.reviews.look(at.repository, at.request.number)
    if not pull.is_open:
        await end(at, "closed", words.closed(), world)
        return
    verdicts = await verdicts_on(at.repository, pull, world)
    read = left(await load_read(world, at.repository, digest), past, verdicts)
    spent = await spent_by(world, at.repository, past, at.key)
    read = read.with_all_spent(spent)
    said = await still_said(at.request, said_before(past, asked_key), world)
    # An earlier try may have said some of it at another commit.
    own = await said_at_lines(at.request, asked_key, world, but=read.head)
    found = sort(read.findings, least=read.confidence, said=said.union(own), is_settled=settled_by(verdicts))
    if found.on_lines and await _posted(at, read, found, world) == REFUSED:
        where = Where(
            repository=at.repository,
            number=at.request.number,
            head=read.head,
            name=name_of(asked_key, read.head),
        )
        found = found.only_on_lines(await said_one_by_one(where, found.on_lines, world))
    await resolve_mended(at.request, read, world)
    await tell(at.request, at.check, read, found, verdicts, world)
    ended = _ended(at, read, found, digest, own)
    await _note(at, ended, world, told_of(at, pull, read, found, world))
    await tell_anew(at.repository, pull, world, known=Standing(at.key, ended, verdicts, withdrawn_in(past)))


async def end(at: At, outcome: str, said: tuple[str, str], world: World) -> None:
    """Nothing is said on the pull request: the check, if there is one, says why, and judges nothing.

    What it cost is told there: no walkthrough does.
    """
    title, why = said
    spent = await spent_by(world, at.repository, await world.log.read(at.stream), at.key)
    if at.check:
        summary = f"{why}{spent_words.below(spent)}"
        await world.review_checks.complete(
            at.repository, at.check, conclusion="skipped", title=title, summary=summary
        )
    there = await said_at_lines(at.request, at.key, world)
    await _note(at, Ended(outcome=outcome, said=there, micro_usd=spent), world)


async def give_up(at: At, code: str, world: World) -> None:
    """It is not tried again: the check says why, or where none could be opened, a comment."""
    said = words.skipped(code, again=None)
    if not at.check:
        await tell_without_check(at.request, code, key=at.key, world=world)
    await end(at, code, said, world)


async def _posted(at: At, read: Read, found: Sorted, world: World) -> str:
    """The one review with its comments; refused where GitHub takes one of them not."""
    name, number = name_of(at.key, read.head), at.request.number
    marker = words.marker(name)

    async def find() -> str | None:
        there = await world.reviews.find(at.repository, number, marker=marker)
        return None if there is None else str(there)

    async def make() -> str:
        body = f"{marker}\n{words.opening(found)}"
        comments = [comment_of(each) for each in found.on_lines]
        made = await world.reviews.post(at.repository, number, head=read.head, body=body, comments=comments)
        return REFUSED if made is None else str(made)

    await intend(at.key, read.head, (each.fingerprint for each in found.on_lines), world)
    return await once(world, f"review:{name}", find=find, make=make)


def _ended(at: At, read: Read, found: Sorted, digest: str, own: tuple[str, ...]) -> Ended:
    return Ended(
        outcome=SAID,
        head=read.head,
        check=at.check,
        findings=len(found.all),
        said=(*(each.fingerprint for each in found.on_lines), *own),
        mended=tuple(each.fingerprint for each in read.mended),
        text=digest,
        tokens=read.cost.tokens,
        micro_usd=read.cost.micro_usd + read.in_vain,
    )


def told_of(at: At, pull: Reviewable, read: Read, found: Sorted, world: World) -> Sequence[FollowUp]:
    """Its author is told once in Slack, where there is one, of what is new and fails the check."""
    failing = blocking(found.on_lines, read.fails_at)
    if not failing or pull.author_id is None or world.slack is None:
        return ()
    return [slack_findings.to_author(pull.author_id, at.repository, pull.number, read.head, len(failing))]


async def _note(at: At, ended: Ended, world: World, follow_ups: Sequence[FollowUp] = ()) -> None:
    own = ending_key(at.key)
    meta = {"key": own}
    await append_beside(world, at.stream, concluded(ended), key=own, meta=meta, follow_ups=follow_ups)
