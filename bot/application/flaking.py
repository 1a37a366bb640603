"""Tests that fail are run again on the very same content, before anything comes of it: are they flaky?"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import structlog

from bot.application.doubting import is_bent
from bot.application.ports import World
from bot.application.prompting import render
from bot.application.recording import amend, running
from bot.application.setting_up import Place
from bot.application.texts import keep_text, load_text, told_in
from bot.application.trial import Tried, tried
from bot.domain import flaking
from bot.domain.fencing import fence, nonce_of
from bot.domain.integration import Integration
from bot.domain.reports import Failing, kept
from bot.domain.secrecy import without_secrets
from bot.records import FileEdit, Recorded

log = structlog.get_logger()


async def run_and_repeat(
    world: World, it: Integration, edits: Sequence[FileEdit], *, key: str
) -> tuple[Tried, Sequence[Sequence[Failing]]]:
    """The run that decides, and what failed in each before it on the very same change.

    Each is a run of its own, in a fresh copy. That one failed is a fact before the next begins: what dies
    between them goes on with the next.
    """
    failed = _failed(await world.log.read(it.id), key)
    while True:
        ran = await tried(world, it, it.tests, edits=edits)
        if not await _is_repeated(world, it, edits, ran, nth=len(failed)):
            return ran, [await _failing(world, it, report) for report in failed]
        failed.append(await _note(world, it, ran, key=f"{_again(key)}{len(failed)}"))
        await running(world, it.id)


async def run_before(
    world: World, it: Integration, command: Sequence[str], *, at: Place, again: int
) -> Tried:
    """The run that decides before anything is changed. No run of it is a fact: who dies runs them anew."""
    for _ in range(flaking.reruns(again, seconds=world.rules.sandbox.seconds)):
        ran = await tried(world, it, command, at=at)
        if not flaking.is_of_the_tests(ran.outcome):
            return ran
        log.info("tests_run_again", status=ran.outcome.status)
        await running(world, it.id)
    return await tried(world, it, command, at=at)


def names_in(earlier: Sequence[Sequence[Failing]]) -> tuple[str, ...] | None:
    """The names of all that failed in these runs; None where there was none."""
    names = dict.fromkeys(each.full_name for run in earlier for each in run)
    return tuple(names) if earlier else None


async def keep_run(
    world: World, it: Integration, ran: Tried, *, earlier: Sequence[Sequence[Failing]] = ()
) -> str:
    """The digest of its report: of the last of several, with what failed in some of them only."""
    is_comparable = bool(earlier) and flaking.is_of_the_tests(ran.outcome)
    told = {"unsteady": flaking.unsteady((*earlier, ran.told.failing))} if is_comparable else {}
    return await keep_text(world, it, json.dumps({**whole_of(ran), **told}))


def repeated_shown(it: Integration, report: Mapping[str, Any]) -> str:
    """That they were run again and failed again, and what differed; nothing where they were run once."""
    if "unsteady" not in report:
        return ""
    names = without_secrets("\n".join(f"- {each}" for each in report["unsteady"]))
    shown = fence(names, "tests that failed in some runs only", nonce_of(it.id))
    return f"{render('repeated', unsteady=shown)}\n"


def whole_of(ran: Tried) -> Mapping[str, Any]:
    """How it ended, and what it says of itself, as a report has it."""
    return {**asdict(ran.outcome), "told": kept(ran.told)}


def _again(key: str) -> str:
    return f"{key}:again:"


def _failed(past: Iterable[Recorded], key: str) -> list[str]:
    """The reports of the runs that this very step has seen fail already."""
    noted = (record for record in past if str(record.meta.get("key", "")).startswith(_again(key)))
    return [str(record.data["report"]) for record in noted]


async def _is_repeated(
    world: World, it: Integration, edits: Sequence[FileEdit], ran: Tried, *, nth: int
) -> bool:
    """Whether it is worth another run; whose tests were weakened gets no second chance."""
    most = flaking.reruns(it.test_reruns, seconds=world.rules.sandbox.seconds)
    if nth >= most or not flaking.is_of_the_tests(ran.outcome):
        return False
    return not await is_bent(world, it, edits)


async def _note(world: World, it: Integration, ran: Tried, *, key: str) -> str:
    report = await keep_run(world, it, ran)
    said = ran.told
    await amend(
        world,
        it.id,
        lambda now: flaking.repeat(now, report=report, passed=said.passed, failed=said.failed),
        key=key,
    )
    return report


async def _failing(world: World, it: Integration, digest: str) -> Sequence[Failing]:
    return told_in(json.loads(await load_text(world, it, digest))).failing
