"""Writing a fix: the model's turns, one turn one step, until it says that it is finished."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from typing import Any, Final

from bot.application.fix_draft import (
    ASK,
    TOOLS,
    WRITTEN,
    At,
    Draft,
    at,
    keep,
    keep_answer,
    keep_draft,
    keep_edits,
    load,
    load_answer,
    load_draft,
    load_edits,
)
from bot.application.fix_request import repair_text, request_text
from bot.application.fix_seeing import check_stands, place_of
from bot.application.frozen import check_not_frozen
from bot.application.installations import Furnished
from bot.application.ports import World
from bot.application.prompting import noting, render
from bot.application.review_paying import ask_once
from bot.application.setting_up import furnished
from bot.application.tool_inputs import tools_for
from bot.application.tools import Worked, run_tools
from bot.application.trial import Tried, run_there
from bot.application.watching import looked_after
from bot.application.workbench import Workbench, open_tree
from bot.domain.compacting import FEWEST_ENTRIES, FULL_TOKENS, KEPT_ENTRIES, without_content
from bot.domain.conversation import (
    AskAgain,
    Finished,
    GoOn,
    Message,
    RunTools,
    asked,
    is_stuck,
    larger,
    next_move,
    replied,
    said,
    text_of,
)
from bot.domain.fixing import is_stopped
from bot.domain.tree import Tree, lay
from bot.records import STOPPED, Answer, FileEdit, Question, SandboxLimits, StepFailed

MAX_TOKENS: Final = 16_000


async def think(world: World, stream: str, asked_key: str, seen: str, *, key: str) -> str:
    """Ask the model once, unless what it said last still waits: what follows from that.

    Raises StepFailed at a ceiling, where it is stopped, frozen, closed or moved by others, and where nothing
    more can come of it.
    """
    it = await at(world, stream, asked_key, seen)
    draft = await load_draft(it, world)
    if draft.move != ASK:
        return draft.move
    await check_goes_on(it, world)
    await check_stands(it.wish, it.seen, world)
    if reached := draft.ceiling(world.rules):
        raise StepFailed("budget", reached)
    draft = await _asked(it, draft, world)
    await keep_draft(it, draft, world)
    return draft.move


async def use_tools(world: World, stream: str, asked_key: str, seen: str, *, key: str) -> None:
    """Run the tools of the newest answer on the change so far, and keep what it has become."""
    it = await at(world, stream, asked_key, seen)
    draft = await load_draft(it, world)
    if draft.move != TOOLS:
        return
    await check_goes_on(it, world)
    answer = await load_answer(world, it.repository, draft.talk[-1][1])
    worked = await looked_after(partial(check_goes_on, it, world), _worked(it, draft, answer, world))
    results = await keep(world, it.repository, [dict(each) for each in worked.results])
    change = await keep_edits(world, it.repository, await _telling(it, worked.tree, world))
    talk = (*draft.talk, ("results", results))
    await keep_draft(it, replace(draft, talk=talk, move=ASK, change=change), world)


async def check_goes_on(it: At, world: World) -> None:
    """Raise StepFailed where somebody stopped it, or nothing is to be moved on here."""
    if is_stopped(await world.log.read(it.stream), it.key):
        raise StepFailed(STOPPED)
    await check_not_frozen(world, it.repository)


async def _asked(it: At, draft: Draft, world: World) -> Draft:
    """With the model's next answer; where it cannot read so much, once more with as little as can be."""
    if draft.context > FULL_TOKENS:
        draft = _shorter(draft, kept=KEPT_ENTRIES)
    try:
        return await _answered(it, draft, world)
    except StepFailed as failure:
        shorter = _shorter(draft, kept=FEWEST_ENTRIES)
        if failure.code != "context_exceeded" or shorter == draft:
            raise
        return await _answered(it, shorter, world, again=":shorter")


def _shorter(draft: Draft, *, kept: int) -> Draft:
    """What tools said before the last entries is left out from now on."""
    return replace(draft, kept_from=max(draft.kept_from, len(draft.talk) - kept))


async def _answered(it: At, draft: Draft, world: World, *, again: str = "") -> Draft:
    question = await _question(it, draft, world)
    cut = ":again" if draft.is_cut else ""
    asking = ask_once(world, it.repository, question, key=f"{it.name}:turn:{draft.turns}{cut}{again}")
    answer = await looked_after(partial(check_goes_on, it, world), asking)
    move = next_move(answer, max_tokens=question.max_tokens, enlarged=draft.is_cut, pauses=draft.pauses)
    draft = draft.paid(answer)
    if isinstance(move, AskAgain):
        return replace(draft, is_cut=True)
    kept = await keep_answer(world, it.repository, answer)
    on = replace(draft, talk=(*draft.talk, ("answer", kept)), turns=draft.turns + 1, is_cut=False)
    match move:
        case Finished():
            words = await world.blobs.put(it.repository.id, text_of(answer).encode())
            return replace(on, move=WRITTEN, said=words, pauses=0)
        case RunTools():
            return replace(on, move=TOOLS, pauses=0)
        case GoOn():
            return replace(on, pauses=draft.pauses + 1)
        case _:
            raise StepFailed(move.code)


async def _question(it: At, draft: Draft, world: World) -> Question:
    answers = [await load_answer(world, it.repository, each) for kind, each in draft.talk if kind == "answer"]
    if is_stuck(answers):
        raise StepFailed("no_progress")
    given = iter(answers)
    with noting() as prompts:
        system, first = render("fix"), await request_text(it, world)
        told = [
            said(next(given)) if kind == "answer" else await _told(it, draft, nth, world)
            for nth, (kind, _) in enumerate(draft.talk)
        ]
    return Question(
        model=world.rules.model,
        system=system,
        messages=(asked(first), *told),
        tools=tools_for(runs_tests=bool(it.seen.tests)),
        max_tokens=larger(MAX_TOKENS) if draft.is_cut else MAX_TOKENS,
        prompts=tuple(prompts),
    )


async def _told(it: At, draft: Draft, nth: int, world: World) -> Message:
    """What was said to the model there: by its tools, or of its tests."""
    kind, digest = draft.talk[nth]
    kept: Any = await load(world, it.repository, digest)
    if kind == "results":
        results: Sequence[Mapping[str, Any]] = kept
        return replied([without_content(each) for each in results] if nth < draft.kept_from else results)
    return asked(await repair_text(it, kept))


async def _worked(it: At, draft: Draft, answer: Answer, world: World) -> Worked:
    bench = bench_of(it, world)
    tree = await open_tree(bench, await load_edits(world, it.repository, draft.change))
    return await run_tools(answer.content, tree=tree, bench=bench)


async def _telling(it: At, tree: Tree, world: World) -> list[FileEdit]:
    """The edits that leave something else than the commit has: a file that is as it was is no change."""
    was, told = lay(tree.listing, ()), list[FileEdit]()
    for edit in tree.change():
        before = await world.sources.read(it.repository, it.seen.commit, edit.path)
        if before != edit.content or was.is_executable(edit.path) != edit.executable:
            told.append(edit)
    return told


def bench_of(it: At, world: World) -> Workbench:
    """Where the tools work: on the head as it was seen, or on both sides of a conflict."""
    return Workbench(
        repository=it.repository,
        commit=it.seen.commit,
        sources=world.sources,
        sandbox=world.sandbox,
        limits=world.rules.sandbox,
        not_secret=it.seen.not_secret,
        furnish=partial(furnish, it, world),
        does_without=not it.seen.tests,
        tests=partial(_tests, it, world) if it.seen.tests else None,
    )


def furnish(it: At, world: World, edits: Sequence[FileEdit]) -> AbstractAsyncContextManager[Furnished]:
    """What its head asks for; of a head from elsewhere what the base asks for, and nothing more."""
    place = place_of(it.repository, it.seen)
    if it.seen.pull.is_from_here:
        return furnished(world, place, edits)
    return furnished(world, replace(place, commit=it.seen.onto))


async def run_tests(
    it: At, world: World, edits: Sequence[FileEdit], limits: SandboxLimits | None = None
) -> Tried:
    """The repository's tests on the change, until it is stopped."""
    running = run_there(
        world,
        place_of(it.repository, it.seen),
        it.seen.tests,
        edits,
        limits=limits,
        furnish=partial(furnish, it, world),
    )
    return await looked_after(partial(check_goes_on, it, world), running)


async def _tests(it: At, world: World, edits: Sequence[FileEdit], limits: SandboxLimits) -> Tried:
    return await run_tests(it, world, edits, limits)
