"""What both sides of a conflict did to a file: gathered within bounds, without secrets, shown as data."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.application.ports import World
from bot.application.prompting import render
from bot.application.showing import shown_paths
from bot.domain.branch import kind_of_change, paths_between
from bot.domain.comparing import compared
from bot.domain.fencing import fence, nonce_of
from bot.domain.integration import Integration
from bot.domain.tree import LARGEST_FILE_BYTES
from bot.landing_records import Merging
from bot.records import FileEdit, Repository

MOST_FILES: Final = 10
MOST_BESIDE: Final = 200
SIDE_CHARACTERS: Final = 6_000
DELETED: Final = "{path} was deleted\n"
UNSHOWN: Final = "{path} was changed; it is too long to be shown, or no plain file\n"

Report = Mapping[str, Any]


async def report_of(
    repository: Repository, world: World, put: Merging, *, began: str, head: str, onto: str
) -> str:
    """What each side did to each file since they parted, as it is kept; of many files the first are told."""
    came = await _came_beside(repository, world, put, began=began, onto=onto)
    told = []
    for path in put.conflicts[:MOST_FILES]:
        ours, theirs = [
            await _did(repository, world, path, began=began, now=commit) for commit in (head, onto)
        ]
        told.append({"path": path, "ours": ours, "theirs": theirs})
    more = list(put.conflicts[MOST_FILES:])
    return json.dumps({"files": told, "more": more, "came": came}, ensure_ascii=False)


async def _came_beside(
    repository: Repository, world: World, put: Merging, *, began: str, onto: str
) -> Sequence[str]:
    """Which other files came to the base, changed there or went, with A, M or D; of very many the first."""
    then = await world.sources.listing(repository, began)
    now = await world.sources.listing(repository, onto)
    differ = await asyncio.to_thread(paths_between, then, now)
    beside = sorted({*differ}.difference(put.conflicts))[:MOST_BESIDE]
    return [f"{kind_of_change(path, then, now)} {path}" for path in beside]


async def _at(repository: Repository, world: World, commit: str, path: str) -> bytes | None:
    """What stands there; of what is too long for a change nothing is shown."""
    entry = (await world.sources.listing(repository, commit)).get(path)
    if entry is None or entry.size > LARGEST_FILE_BYTES:
        return None
    return await world.sources.read(repository, commit, path)


async def _did(repository: Repository, world: World, path: str, *, began: str, now: str) -> str:
    """What one side did to it; nothing where it left it as it was."""
    then, there = [(await world.sources.listing(repository, at)).get(path) for at in (began, now)]
    if then == there:
        return ""
    if there is None:
        return DELETED.format(path=path)
    before, after = [await _at(repository, world, commit, path) for commit in (began, now)]
    if after is None or (before is None) is not (then is None):
        return UNSHOWN.format(path=path)
    return await asyncio.to_thread(_diff, path, before, after)


def _diff(path: str, before: bytes | None, now: bytes) -> str:
    diff = compared([FileEdit(path=path, content=now)], {path: before})
    return diff if len(diff) <= SIDE_CHARACTERS else f"{diff[:SIDE_CHARACTERS]}\n[... cut ...]"


def conflict_shown(it: Integration, report: Report) -> str:
    """The report as the model is shown it: every word of it is the repository's."""
    return render("conflict", **sides_shown(report, nonce_of(it.id), ours="your pull request"))


def sides_shown(report: Report, nonce: str, *, ours: str) -> Mapping[str, str]:
    """The parts of it: files in conflict, more of them, and what else came; `ours` is the one side."""
    shown = "\n\n".join(_shown(each, nonce, ours) for each in report["files"])
    paths = fence(shown_paths(report["more"]), "paths", nonce) if report["more"] else ""
    more = f"More files with both sides in them:\n{paths}\n" if paths else ""
    # A report of an earlier version does not have it.
    beside = report.get("came")
    listed = fence(shown_paths(beside), "paths", nonce) if beside else ""
    came = (
        f"\nOther files that came to the base (A), have changed there (M) or are gone (D):\n{listed}\n"
        if listed
        else ""
    )
    return {"files": shown, "more": more, "came": came}


def _shown(file: Report, nonce: str, ours: str) -> str:
    parts = (
        (file["path"], "a file in conflict"),
        (file["ours"], f"what {ours} did to it"),
        (file["theirs"], "what came to the base"),
    )
    return "\n".join(fence(text, source, nonce) for text, source in parts if text)
