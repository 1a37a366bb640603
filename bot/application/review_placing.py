"""What the model found, put at its lines, and with a suggestion only where the file takes it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.application.ports import World
from bot.application.review_answers import Found
from bot.domain.anchors import as_it_stands, between
from bot.domain.diff import FileDiff
from bot.domain.places import place_of
from bot.domain.remarks import Finding
from bot.domain.suggesting import is_fit
from bot.records import Repository, StepFailed


def placed(
    found: Sequence[Found], diff: bytes, group: Sequence[FileDiff], readers: Sequence[str]
) -> list[Finding]:
    """Those of these files, each at its lines; where a remark cannot stand on them, it has none.

    A lens that none of the readers has is none.
    """
    files = {file.path: file for file in group}
    return [_finding(each, diff, files[each.path], readers) for each in found if each.path in files]


def _finding(it: Found, diff: bytes, file: FileDiff, readers: Sequence[str]) -> Finding:
    meant = between(it.path, it.side, it.line, it.start_line)
    anchor = as_it_stands(file, meant)
    place, code = place_of(diff, file, anchor) or (None, ())
    return Finding(
        rule=it.rule,
        severity=it.severity,
        confidence=it.confidence,
        anchor=anchor,
        title=it.title,
        text=it.text,
        code=code,
        suggestion=it.suggestion if code and anchor == meant else None,
        place=place,
        lenses=(it.lens,) if it.lens in readers else (),
    )


async def with_fit_suggestion(it: Finding, repository: Repository, head: str, world: World) -> Finding:
    """Its suggestion only where the file takes it: one that breaks the file is worse than none."""
    if it.suggestion is None:
        return it
    try:
        content = await world.sources.read(repository, head, it.anchor.path)
    except StepFailed:
        content = None
    is_text = content is not None and b"\0" not in content
    before = content.decode(errors="replace") if content is not None and is_text else ""
    code = [line.decode(errors="replace").removesuffix("\r") for line in it.code]
    fits = is_text and await asyncio.to_thread(is_fit, before, it.anchor, code, it.suggestion)
    return it if fits else replace(it, suggestion=None)
