"""A run of tests, repeated where it failed by itself: that it did is a fact before the next begins."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.application.ports import World
from bot.application.recording import amend, running
from bot.application.texts import keep_text, load_text, told_in
from bot.application.trial import Tried
from bot.domain import events as e
from bot.domain import flaking
from bot.domain.integration import Integration
from bot.domain.reports import Failing, kept
from bot.records import Recorded


async def always() -> bool:
    """Nothing speaks against another run."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Runs of the same: how one is made, what they are of, how many more there may be, and under which key.

    `may` is asked where one failed; `key` is that of the step that they are part of.
    """

    run: Callable[[], Awaitable[Tried]]
    of: e.RunOf
    most: int
    key: str
    may: Callable[[], Awaitable[bool]] = always


async def repeated(world: World, it: Integration, runs: Runs) -> tuple[Tried, Sequence[Sequence[Failing]]]:
    """The run that decides, and what failed in each before it.

    Each is a run of its own, in a fresh copy. What dies between two of them goes on with the second.
    """
    failed = _failed(await world.log.read(it.id), runs)
    while True:
        ran = await runs.run()
        is_last = len(failed) >= runs.most or not flaking.is_of_the_tests(ran.outcome)
        if is_last or not await runs.may():
            return ran, [await _failing(world, it, report) for report in failed]
        failed.append(await _note(world, it, ran, runs, nth=len(failed)))
        await running(world, it.id)


async def keep_run(
    world: World, it: Integration, ran: Tried, *, earlier: Sequence[Sequence[Failing]] = ()
) -> str:
    """The digest of its report: of the last of several, with what failed in some of them only."""
    is_comparable = bool(earlier) and flaking.is_of_the_tests(ran.outcome)
    told = {"unsteady": flaking.unsteady((*earlier, ran.told.failing))} if is_comparable else {}
    return await keep_text(world, it, json.dumps({**whole_of(ran), **told}))


def whole_of(ran: Tried) -> Mapping[str, Any]:
    """How it ended, and what it says of itself, as a report has it."""
    return {**asdict(ran.outcome), "told": kept(ran.told)}


def _again(runs: Runs) -> str:
    return f"{runs.key}:again:" if runs.of == "change" else f"{runs.key}:{runs.of}:again:"


def _failed(past: Iterable[Recorded], runs: Runs) -> list[str]:
    """The reports of the runs that this very step has seen fail already."""
    noted = (record for record in past if str(record.meta.get("key", "")).startswith(_again(runs)))
    return [str(record.data["report"]) for record in noted]


async def _note(world: World, it: Integration, ran: Tried, runs: Runs, *, nth: int) -> str:
    report, said = await keep_run(world, it, ran), ran.told
    failed = e.TestsRepeated(
        attempt=it.attempt, report=report, passed=said.passed, failed=said.failed, of=runs.of
    )
    await amend(world, it.id, lambda now: flaking.repeat(now, failed), key=f"{_again(runs)}{nth}")
    return report


async def _failing(world: World, it: Integration, digest: str) -> Sequence[Failing]:
    return told_in(json.loads(await load_text(world, it, digest))).failing
