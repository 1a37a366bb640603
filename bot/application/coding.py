"""Job: the model's turns, one turn one step, until it says that it is finished."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.application.asking import ask, load_answer
from bot.application.benches import bench_of, runs_tests
from bot.application.check_reports import failing_shown, judged_shown
from bot.application.conflicts import conflict_shown
from bot.application.flaking import repeated_shown
from bot.application.own_checks import seen_on
from bot.application.ports import World
from bot.application.prompting import noting, render
from bot.application.recording import amend, load, running, was_recorded
from bot.application.remark_words import remarks
from bot.application.setup_words import ended as how_it_ended
from bot.application.showing import (
    fenced_command,
    instructions_text,
    judge_shown,
    request_text,
    seen_of,
    shown_paths,
)
from bot.application.spec import files_likely_touched
from bot.application.steps import Standing, standing
from bot.application.suite_words import failing_for_the_model
from bot.application.texts import keep_change, keep_text, load_change, load_text, remarks_in, told_in
from bot.application.tool_inputs import tools_for
from bot.application.tools import Worked, run_tools
from bot.application.watching import stoppable, watched
from bot.application.workbench import open_tree
from bot.domain import checks, deciding
from bot.domain import events as e
from bot.domain.compacting import FEWEST_ENTRIES, KEPT_ENTRIES, compacted_to, is_full, without_content
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
from bot.domain.fencing import fence, nonce_of
from bot.domain.integration import Integration
from bot.domain.secrecy import without_secrets
from bot.domain.trust import Remark
from bot.domain.verbose import without_those_that_passed
from bot.records import Answer, Question, StepFailed, Usage

MAX_TOKENS: Final = 16_000
REPORT_CHARACTERS: Final = 12_000


async def generate_code(world: World, integration_id: str) -> Standing:
    """The job, as the engine runs it: ask, run the tools, ask again."""
    while (move := await stoppable(take_turn, world, integration_id)) != "finished":
        if move == "tools":
            await stoppable(use_tools, world, integration_id)
    return await stoppable(finish_code, world, integration_id)


async def take_turn(world: World, integration_id: str, *, key: str) -> str:
    """Ask the model once, and say what its answer calls for: tools, again or finished."""
    if was_recorded(await world.log.read(integration_id), key):
        return await _move(world, await load(world, integration_id))
    it = await running(world, integration_id)
    if (move := await _left_over(world, it)) is not None:
        return move
    if is_full(it):
        it = await _make_room(world, it, kept=KEPT_ENTRIES, key=key) or it
    await _ask(world, it, key=key)
    return await _move(world, await load(world, integration_id))


async def _ask(world: World, it: Integration, *, key: str) -> None:
    """Once more with as little as can be where the model cannot read so much; that was not paid."""
    question = await watched(world, it.id, coding_question(world, it))
    try:
        await ask(world, it, question, step="generate_code", key=key)
    except StepFailed as failure:
        if failure.code != "context_exceeded":
            raise
        shorter = await _make_room(world, it, kept=FEWEST_ENTRIES, key=f"{key}:again")
        if shorter is None:
            raise
        question = await watched(world, it.id, coding_question(world, shorter))
        await ask(world, shorter, question, step="generate_code", key=key)


async def _make_room(world: World, it: Integration, *, kept: int, key: str) -> Integration | None:
    """Leave out what earlier tools said; None where there is no more of it."""
    upto = compacted_to(it, kept=kept)
    if upto is None:
        return None
    compacted = e.ContextCompacted(upto=upto, tokens=it.context_tokens)
    return await amend(world, it.id, lambda _: [compacted], key=f"{key}:room")


async def _left_over(world: World, it: Integration) -> str | None:
    """What an answer still calls for that was paid for before the run rested; None where that is done."""
    if it.cuts or not it.talk or it.talk[-1][0] != "answer":
        return None
    move = await _move(world, it)
    return None if move == "again" else move


async def _move(world: World, it: Integration) -> str:
    """What follows from the newest answer. Raises StepFailed where nothing more can come of it."""
    if it.cuts:
        answer = _cut()
    else:
        answer = await load_answer(world, it, it.talk[-1][1])
    move = next_move(answer, max_tokens=_max_tokens(it), enlarged=it.cuts > 1, pauses=max(it.pauses - 1, 0))
    match move:
        case Finished():
            return "finished"
        case RunTools():
            return "tools"
        case GoOn() | AskAgain():
            return "again"
        case _:
            raise StepFailed(move.code)


async def coding_question(world: World, it: Integration) -> Question:
    """The task, and the conversation so far."""
    answers = [await load_answer(world, it, digest) for kind, digest in it.talk if kind == "answer"]
    if is_stuck(answers):
        raise StepFailed("no_progress")
    with noting() as prompts:
        system = render("code")
        messages = (await _task(world, it), *await _talk(world, it, answers))
    return Question(
        model=world.rules.model,
        system=system,
        messages=messages,
        tools=tools_for(runs_tests=runs_tests(it)),
        max_tokens=_max_tokens(it),
        prompts=tuple(prompts),
    )


def _max_tokens(it: Integration) -> int:
    return larger(MAX_TOKENS) if it.cuts else MAX_TOKENS


async def _task(world: World, it: Integration) -> Message:
    nonce = nonce_of(it.id)
    listing = await world.sources.listing(it.repository, it.base_commit)
    spec = await load_text(world, it, it.spec)
    return asked(
        render(
            "code_request",
            repository=it.repository.full_name,
            judge=judge_shown(it.tester, it.tests, it.id),
            request=await request_text(world, it),
            spec=fence(spec, "spec", nonce),
            instructions=await instructions_text(world, it, it.base_commit, files_likely_touched(spec)),
            listing=fence(shown_paths(list(listing)), "paths", nonce),
        )
    )


async def _talk(world: World, it: Integration, answers: Sequence[Answer]) -> list[Message]:
    given = iter(answers)
    return [
        said(next(given))
        if kind == "answer"
        else await _reply(world, it, kind, digest, is_old=place < it.compacted)
        for place, (kind, digest) in enumerate(it.talk)
    ]


async def _reply(  # noqa: PLR0911  a table
    world: World, it: Integration, kind: str, digest: str, *, is_old: bool
) -> Message:
    text = await load_text(world, it, digest)
    if kind == "results":
        results = json.loads(text)
        return replied([without_content(each) for each in results] if is_old else results)
    report = json.loads(text)
    if kind == "changes":
        return asked(await _change(it, report))
    if kind == "checks":
        return asked(await failing_shown(it, report))
    if kind == "conflict":
        return asked(conflict_shown(it, report))
    if kind == "again":
        seen = [await seen_of(part) for part in report["parts"]]
        reason = fence("\n\n".join(seen), "why it came to nothing", nonce_of(it.id))
        return asked(render("again", reason=reason))
    found = remarks_in(report)
    if not found and "checks" in report:
        return asked(await judged_shown(it, report))
    return asked(_reconsider(it, report, found) if found else _repair(it, report))


async def _change(it: Integration, wish: Mapping[str, Any]) -> str:
    nonce = nonce_of(it.id)
    seen = [fence(await seen_of(part), "what the reviewer wants", nonce) for part in wish["parts"]]
    if not wish["others"]:
        return render("changes", wish="\n\n".join(seen), others="")
    paths = fence(shown_paths(wish["others"]), "paths", nonce)
    return render("changes", wish="\n\n".join(seen), others=render("others", paths=paths))


def _repair(it: Integration, report: Mapping[str, Any]) -> str:
    ended = how_it_ended(report["status"], report["ended"], during=report.get("during", "tests"))
    output = _last_printed(it, report["output"])
    names = without_secrets(failing_for_the_model(told_in(report)))
    return render(
        "repair",
        test_command=fenced_command(it.tests, it.id),
        how_it_ended=ended,
        failing=f"{fence(names, 'tests that failed', nonce_of(it.id))}\n\n" if names else "",
        repeated=repeated_shown(it, report),
        report=output,
    )


def _reconsider(it: Integration, report: Mapping[str, Any], found: Sequence[Remark]) -> str:
    told = fence(remarks(found), "remarks on the test run", nonce_of(it.id))
    by_checks = it.tester == "checks"
    return render(
        "reconsider",
        judge=render("judged_checks") if by_checks else judge_shown(it.tester, it.tests, it.id),
        remarks=told,
        # A report of an earlier version does not have it.
        bent=fence(report.get("bent", ""), "diff of the tests", nonce_of(it.id)),
        report=_last_printed(it, report["old_tests"]),
    )


def _last_printed(it: Integration, output: str) -> str:
    printed = without_those_that_passed(without_secrets(output))
    return fence(printed[-REPORT_CHARACTERS:], "test output", nonce_of(it.id))


async def use_tools(world: World, integration_id: str, *, key: str) -> None:
    """Run the tools of the newest answer on the change so far, and keep what it has become."""
    if was_recorded(await world.log.read(integration_id), key):
        return
    it = await running(world, integration_id)
    answer = await load_answer(world, it, it.talk[-1][1])
    worked = await watched(world, it.id, _worked(world, it, answer))
    ran = e.ToolsRun(
        attempt=it.attempt,
        turn=it.turns,
        results=await keep_text(world, it, json.dumps([dict(result) for result in worked.results])),
        change=await keep_change(world, it, list(worked.tree.change())),
        tools=worked.tools,
    )
    await amend(world, it.id, lambda _: [ran], key=key)


async def _worked(world: World, it: Integration, answer: Answer) -> Worked:
    bench = bench_of(world, it)
    tree = await open_tree(bench, await load_change(world, it, it.change))
    return await run_tools(answer.content, tree=tree, bench=bench)


async def finish_code(world: World, integration_id: str, *, key: str) -> Standing:
    """Take the change to the tests. Raises StepFailed("nothing_to_do") where no file differs."""
    it = await running(world, integration_id)
    answer = await load_answer(world, it, it.talk[-1][1])
    summary = await keep_text(world, it, text_of(answer))
    files, known = len(await load_change(world, it, it.change)), await _known_remarks(world, it)
    failed = checks.ids_of((await seen_on(it, world)).failed) if checks.is_left_failing(it) else ()

    def decide(now: Integration) -> list[e.Event]:
        said = now.reports[-1] if now.reports else ""
        if left := checks.leave(now, files=files, summary=summary, failed=failed, said=said):
            return left
        written = deciding.generate(now, files=files, summary=summary)
        return [*written, *checks.dispute(now, remarks=known)]

    return standing(await amend(world, it.id, decide, key=key))


async def _known_remarks(world: World, it: Integration) -> tuple[str, ...]:
    """What was remarked when it passed, where it goes back to its gate as it was."""
    if not checks.is_disputed(it):
        return ()
    return tuple(each.code for each in remarks_in(json.loads(await load_text(world, it, it.reports[-1]))))


def _cut() -> Answer:
    """An answer that was cut at its limit is not kept in the conversation; only that it was cut counts."""
    usage = Usage(input_tokens=0, output_tokens=0, cache_read_tokens=0, cache_write_tokens=0)
    return Answer(content=(), stop_reason="max_tokens", usage=usage, model="")
