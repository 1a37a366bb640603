"""Reading one group of files: what a first reader finds, and what a second one can reproduce."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NamedTuple

from bot.application.ports import World
from bot.application.review_answers import MOST_FINDINGS, Findings, Verdicts, answered
from bot.application.review_changes import Changed
from bot.application.review_doubts import Doubted, Settled, settle
from bot.application.review_looking import Ask, looked, open_sight, with_looks
from bot.application.review_paying import Cost
from bot.application.review_placing import placed, with_fit_suggestion
from bot.application.review_questions import Asking, Claims, finding_question, verifying_question
from bot.application.review_surroundings import texts_around
from bot.domain.diff import FileDiff
from bot.domain.diff_shown import hunks_around, tokens_of
from bot.domain.following import digest_of
from bot.domain.lenses import folded, is_unwanted
from bot.domain.remarks import Finding, judged, numbers_of, still_so

# Of a change of so much the second reader sees all: what is claimed of one hunk may hang on another.
WHOLE_TOKENS: Final = 12_000
# A group of so much is told that it may look elsewhere: of a small one the telling would be a large part.
LEAST_TO_LOOK: Final = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What came of it: what is found there now, what is so no more, and what it took."""

    said: Findings
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    findings: tuple[Finding, ...]
    mended: tuple[Finding, ...]
    unproven: int
    cost: Cost
    looked_at: tuple[str, ...]


async def read_group(
    asking: Asking, changed: Changed, group: Sequence[FileDiff], ask: Ask, world: World
) -> Group:
    """Ask twice; once where nothing is found, and nothing was before. Raises StepFailed."""
    repository, paths = asking.request.repository, {file.path for file in group}
    asking = replace(asking, texts=await texts_around(repository, asking.pull.head, group, world))
    # Of the same commit another diff may be shown by the next try: it may go to another branch by then.
    key = f"{asking.nth}:{digest_of(changed.diff, group)}"
    doubtful = [each for each in changed.followed.doubtful if each.anchor.path in paths]
    earlier, unasked = doubtful[:MOST_FINDINGS], doubtful[MOST_FINDINGS:]
    sight = await open_sight(asking, world) if sum(map(tokens_of, group)) >= LEAST_TO_LOOK else None
    question = await asyncio.to_thread(
        finding_question, asking, changed.diff, group, earlier, world.rules.model, looks=sight is not None
    )
    question = question if sight is None else with_looks(question)
    first = await looked(question, f"{asking.key}:find:{key}", sight, ask)
    said = answered(first.answer, Findings)
    found, known = await _found(said, asking, changed, group)
    claims = Claims(found=found, earlier=earlier)
    second = await _judged(_Part(asking, changed, group, key), claims, ask, world)
    weighed = _weighed(claims, second)
    kept = [
        await with_fit_suggestion(each, repository, asking.pull.head, world)
        for each in (*weighed.stays, *weighed.confirmed, *unasked)
    ]
    named = [(each.what, tuple(path for path in each.files if path in paths)) for each in said.groups]
    return Group(
        said=said,
        groups=tuple(each for each in named if each[1]),
        findings=tuple(kept),
        mended=tuple(weighed.mended),
        unproven=known - len(weighed.confirmed),
        cost=first.cost.plus_all(second.cost),
        looked_at=tuple(sorted(path for path, seen in [*first.lines.items(), *second.lines.items()] if seen)),
    )


class _Part(NamedTuple):
    """One group, as it is asked about."""

    asking: Asking
    changed: Changed
    group: Sequence[FileDiff]
    key: str


async def _judged(it: _Part, claims: Claims, ask: Ask, world: World) -> Settled:
    """What the second reader makes of them; for what it leaves open it looks further."""
    if not claims.all:
        return Settled(verdicts=())
    asking, diff, around = it.asking, it.changed.diff, partial(_around, it.group, it.changed)
    question = await asyncio.to_thread(
        verifying_question, asking, diff, around(claims.all), claims, world.rules.model
    )
    answer = await ask(question, f"{asking.key}:verify:{it.key}")
    doubted = Doubted(
        asking=asking,
        diff=diff,
        around=around,
        claims=claims,
        verdicts=answered(answer, Verdicts).verdicts,
        key=f"{asking.key}:look:{it.key}",
    )
    settled = await settle(doubted, ask, world)
    return replace(settled, cost=Cost().plus(answer).plus_all(settled.cost))


async def _found(
    said: Findings, asking: Asking, changed: Changed, group: Sequence[FileDiff]
) -> tuple[Sequence[Finding], int]:
    """What one of the readers found, each thing once, and how many claims that were, placed here or not."""
    readers = asking.readers.names
    theirs = [each for each in said.findings if not is_unwanted(each.lens, readers)]
    there = await asyncio.to_thread(placed, theirs[:MOST_FINDINGS], changed.diff, group, readers)
    found = folded(there)
    return found, len(theirs) - len(there) + len(found)


class _Weighed(NamedTuple):
    """What the second reader lets stand of what was found now, and of what was said before."""

    confirmed: Sequence[Finding]
    stays: Sequence[Finding]
    mended: Sequence[Finding]


def _weighed(claims: Claims, second: Settled) -> _Weighed:
    """Of what was said before nothing is mended unless that is seen."""
    verdicts = second.verdicts
    real = {each.number: each.confidence for each in verdicts if each.is_real}
    unsettled = {each.number for each in verdicts if each.is_open}
    gone = {each.number for each in verdicts} - real.keys() - unsettled
    earlier = list(enumerate(claims.earlier, len(claims.found)))
    stays = [(nth, each) for nth, each in earlier if nth not in gone]
    return _Weighed(
        confirmed=judged(claims.found, real, unsettled, second.numbers),
        stays=still_so([each for _, each in stays], [real.get(nth) for nth, _ in stays]),
        mended=[each for nth, each in earlier if nth in gone],
    )


def _around(group: Sequence[FileDiff], changed: Changed, claims: Sequence[Finding]) -> Sequence[FileDiff]:
    """What is to be seen to look again: all of it, or, of much, where something is claimed of each file."""
    if sum(tokens_of(changed.files[file.path]) for each in changed.groups for file in each) <= WHOLE_TOKENS:
        return [changed.files[file.path] for file in group]
    return [_at_claims(file, claims, changed) for file in group]


def _at_claims(file: FileDiff, claims: Sequence[Finding], changed: Changed) -> FileDiff:
    """Its hunks where something is claimed, or all that is new."""
    return hunks_around(changed.files[file.path], numbers_of(claims, file.path), file.hunks)
