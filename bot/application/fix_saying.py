"""Saying what comes of a fix: one comment where it was asked for, edited as it goes on."""

from functools import partial
from typing import Final

from bot.application import fix_words as words
from bot.application.fix_draft import At, Draft, at, load, load_draft, load_edits, paid_so_far
from bot.application.fix_judging import UNTESTED, remarks_in
from bot.application.fix_publishing import OFFERED, said
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.talking import Spot, keep_there
from bot.domain.branch import by_path, differing, kind_of_change
from bot.domain.comparing import MOST_CHARACTERS, compared
from bot.domain.fixing import Concluded, Wish, concluded, ending_key, same_before, stream_of
from bot.domain.paths import kept_back
from bot.domain.trust import Tested
from bot.records import StepFailed

# A comment holds 65,536 characters; what else is said takes less than the rest.
MOST_OFFERED: Final = 40_000


async def begin(world: World, wish: Wish, asked_key: str) -> None:
    """It is taken up."""
    await tell(world, wish, asked_key, words.begun(wish))


async def tell(world: World, wish: Wish, asked_key: str, text: str) -> None:
    """The one comment of this fix says this now, where it was asked for."""
    marker = words.marker(asked_key)
    spot = Spot(repository=wish.repository, number=wish.number, thread=wish.thread)
    await keep_there(world, spot, f"{marker}\n{text}", marker=marker, name=f"fix-said:{asked_key}")


async def say(world: World, stream: str, asked_key: str, seen: str, *, key: str) -> None:
    """Say where it is, what it changes, and how it was tested. Raises StepFailed, Unavailable."""
    it = await at(world, stream, asked_key, seen)
    await _said(it, await load_draft(it, world), world)


async def _said(it: At, draft: Draft, world: World) -> None:
    report, is_offered = await load(world, it.repository, draft.report), draft.put == OFFERED
    patch = await _patch(it, draft, world, most=MOST_OFFERED) if is_offered else ""
    text = words.fixed(
        it.wish,
        await said(it, draft, world),
        where=_where(it, draft, patch),
        files=await _files(it, draft, world),
        tests="" if draft.verdict == UNTESTED else " ".join(it.seen.tests),
        tested=Tested(passed=report.get("passed"), remarks=remarks_in(report)),
        patch=patch,
        cost=draft.cost,
    )
    await tell(world, it.wish, it.key, text)
    await note(it.wish, it.key, "offered" if is_offered else "fixed", world, draft)


def _where(it: At, draft: Draft, patch: str) -> str:
    commit, number = draft.put or OFFERED
    if number:
        return words.opened(number)
    return words.pushed(it.seen.page, commit) if commit else words.offered(patch)


async def give_up(world: World, wish: Wish, asked_key: str, seen: str, code: str) -> None:
    """Nothing more comes of it: whoever asked is told why, with the change so far."""
    if not seen:
        cost = await paid_so_far(world, wish.repository, asked_key)
        text = words.given_up(wish, code, names=(), said="", patch="", cost=cost)
        await tell(world, wish, asked_key, text)
        await note(wish, asked_key, code, world, Draft(cost=cost))
        return
    it = await at(world, stream_of(wish.repository.id, wish.number), asked_key, seen)
    draft = await load_draft(it, world)
    if draft.put is not None:  # only the words for it could not be had
        await _said(it, draft, world)
        return
    report = await load(world, wish.repository, draft.report) if draft.report else {}
    text = words.given_up(
        wish,
        code,
        names=report.get("names", ()),
        said=await said(it, draft, world) if draft.said else "",
        patch=await _patch(it, draft, world),
        cost=draft.cost,
        merges=bool(it.seen.merges),
    )
    await tell(world, wish, asked_key, text)
    await note(wish, asked_key, code, world, draft)


async def link(world: World, wish: Wish, asked_key: str) -> None:
    """The same is under way: whoever asked is told where."""
    repository = wish.repository
    stream = stream_of(repository.id, wish.number)
    earlier = same_before(await world.log.read(stream), asked_key) or wish
    page = (await world.repositories.describe(repository)).page
    anchor = f"issuecomment-{earlier.comment}" if earlier.thread is None else f"discussion_r{earlier.comment}"
    await tell(world, wish, asked_key, words.duplicate(wish, f"{page}/pull/{wish.number}#{anchor}"))
    await note(wish, asked_key, "duplicate", world, Draft())


async def note(wish: Wish, asked_key: str, outcome: str, world: World, draft: Draft) -> None:
    """That it has ended is a fact."""
    own = ending_key(asked_key)
    commit, number = draft.put or OFFERED
    ended = Concluded(
        outcome=outcome,
        commit=commit,
        pull_request=number,
        calls=draft.cost.calls,
        tokens=draft.cost.tokens,
        micro_usd=draft.cost.micro_usd,
    )
    stream = stream_of(wish.repository.id, wish.number)
    await append_beside(world, stream, concluded(ended), key=own, meta={"key": own})


async def _files(it: At, draft: Draft, world: World) -> list[str]:
    """What it changed of the commit that it was made for, each with A, M or D."""
    edits = await load_edits(world, it.repository, draft.change)
    begun = await load_edits(world, it.repository, it.seen.begins)
    there = await world.sources.listing(it.repository, it.seen.commit)
    before = {*there, *(each.path for each in begun if each.content is not None)}
    now = before.union(each.path for each in edits if each.content is not None)
    now -= {each.path for each in edits if each.content is None}
    paths = {*differing(begun, edits)}
    return [f"{kind_of_change(path, before, now)} {path}" for path in sorted(paths)]


async def _patch(it: At, draft: Draft, world: World, *, most: int = MOST_CHARACTERS) -> str:
    """The change so far, without secrets and cut where it is long; nothing where a file of it is gone."""
    try:
        edits = await load_edits(world, it.repository, draft.change)
        hidden = kept_back([edit.path for edit in edits], not_secret=it.seen.not_secret)
        mine = by_path(edits)
        begun = await load_edits(world, it.repository, it.seen.begins)
        wanted = [mine[path] for path in differing(begun, edits) if path in mine and path not in hidden]
        read = partial(world.sources.read, it.repository, it.seen.commit)
        return compared(wanted, {edit.path: await read(edit.path) for edit in wanted}, most=most)
    except StepFailed:
        return ""
