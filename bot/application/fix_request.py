"""What the model is shown of a fix at first: what is meant, who said it, what the pull request changes."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

from bot.application.check_reports import filled
from bot.application.conflicts import sides_shown
from bot.application.diffs import diff_of
from bot.application.fix_draft import At
from bot.application.ports import World
from bot.application.prompting import render
from bot.application.question_request import NO_DIFF, Change, diff_shown
from bot.application.showing import fenced_command, instructions_of, seen_of, shown_paths
from bot.domain.fencing import fence, nonce_of
from bot.domain.paths import kept_back
from bot.domain.remarks import Finding
from bot.domain.secrecy import without_secrets
from bot.review_records import Remark

LONGEST_DESCRIPTION: Final = 8_000
LONGEST_WORDS: Final = 12_000
LONGEST_REMARK: Final = 4_000
NOTHING: Final = "(nothing)"
NOT_SHOWN: Final = "(not shown: the file is named like one of credentials)"


def nonce(it: At) -> str:
    """The delimiter of all that is shown for it."""
    return nonce_of(it.name)


async def request_text(it: At, world: World) -> str:
    """The first turn: everything in it that people or programs wrote is data."""
    seen, own = it.seen, nonce(it)
    change = await _change(it, world)
    listing = await world.sources.listing(it.repository, seen.commit)
    return render(
        "fix_request",
        repository=it.repository.full_name,
        number=str(it.wish.number),
        commit=seen.commit,
        judge=_judge(it),
        what=await _what(it, world),
        title=fence(await seen_of(seen.pull.title), "title of the pull request", own),
        description=fence(
            (await seen_of(seen.pull.body))[:LONGEST_DESCRIPTION], "text of the pull request", own
        ),
        diff=change.shown,
        instructions=await instructions_of(world, it.repository, seen.onto, change.touched, own),
        listing=fence(shown_paths(list(listing)), "paths", own),
    )


def _judge(it: At) -> str:
    if it.seen.tests:
        return render("judge_command", test_command=fenced_command(it.seen.tests, it.name))
    return render("fix_untested")


async def _what(it: At, world: World) -> str:
    words = await _words(it, world)
    match it.wish.kind:
        case "checks":
            return render("fix_checks", **await filled(json.loads(it.seen.subject.report), nonce(it)))
        case "conflict":
            report = json.loads(it.seen.subject.report)
            sides = sides_shown(report, nonce(it), ours="the pull request")
            return render("fix_conflict", **sides)
        case "finding":
            return render("fix_finding", finding=await _finding(it), thread=await _thread(it), words=words)
        case "line":
            return render("fix_line", thread=await _thread(it), words=words)
        case _:
            return render("fix_words", words=words)


async def _words(it: At, world: World) -> str:
    if not it.wish.text:
        return NOTHING
    said = (await world.blobs.get(it.repository.id, it.wish.text)).decode()
    return fence((await seen_of(said))[:LONGEST_WORDS], f"the words of @{it.wish.by.login}", nonce(it))


async def _finding(it: At) -> str:
    """As a review found it; what that does not know any more, its thread says."""
    found = it.seen.subject.finding
    return NOTHING if found is None else fence(await _told(found, it), "a finding of a review", nonce(it))


async def _told(found: Finding, it: At) -> str:
    hidden = kept_back([found.anchor.path], not_secret=it.seen.not_secret)
    lines = NOT_SHOWN if hidden else b"\n".join(found.code).decode(errors="replace")
    said = [
        f"{found.severity}: {found.title}",
        f"{found.anchor.path}, lines {found.anchor.begins} to {found.anchor.line}",
        found.text,
        f"These lines:\n{lines}" if found.code else "",
        f"Suggested in their place:\n{found.suggestion}" if found.suggestion is not None else "",
    ]
    return without_secrets("\n\n".join(filter(None, said)))


async def _thread(it: At) -> str:
    """The diff up to the line, how the thread begins, and what was said there since."""
    if not it.seen.subject.thread:
        return NOTHING
    first = it.seen.subject.thread[0]
    hidden = kept_back([first.path], not_secret=it.seen.not_secret)
    hunk = NOT_SHOWN if hidden else without_secrets(first.hunk)[-LONGEST_REMARK:]
    told = [await _remark(each, it) for each in it.seen.subject.thread if each.body]
    return "\n\n".join([fence(hunk, f"the diff up to that line of {first.path}", nonce(it)), *told])


async def _remark(said: Remark, it: At) -> str:
    by = "you said" if said.is_ours else f"@{said.by or 'ghost'} said"
    return fence((await seen_of(said.body))[:LONGEST_REMARK], by, nonce(it))


async def _change(it: At, world: World) -> Change:
    pull = it.seen.pull
    diff = await diff_of(it.repository, pull, world)
    if diff is None:
        return Change(shown=NO_DIFF)
    # In a thread: a large diff takes longer than the others can wait.
    return await asyncio.to_thread(diff_shown, diff, it.seen.not_secret, nonce(it))


async def repair_text(it: At, report: Mapping[str, Any]) -> str:
    """What the tests said of the change, and how they were before it."""
    own = nonce(it)
    return render(
        "fix_repair",
        how_it_ended=str(report["how"]),
        test_command=fence(" ".join(it.seen.tests), "test command", own),
        before=str(report["was"]),
        were=fence("\n".join(report["were"]) or NOTHING, "tests that failed before your change", own),
        failing=fence(report["failing"] or NOTHING, "tests that failed", own),
        report=fence(report["printed"], "test output", own),
    )
