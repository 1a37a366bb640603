"""Texts and changes that facts hold only the digest of: put into blobs, and read back."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from bot.application.ports import World
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.removal import ShownRemoval
from bot.domain.reports import Told, read_back
from bot.domain.trust import Remark, Tested
from bot.records import FileEdit, Recorded, StepFailed

FAILED: Final = (e.TestsFailed.__name__, e.TestsRepeated.__name__)
VERDICTS: Final = (e.TestsPassed.__name__, *FAILED)


async def keep_text(world: World, it: Integration, text: str) -> str:
    """The digest under which the text is kept."""
    return await world.blobs.put(it.repository.id, text.encode())


async def load_text(world: World, it: Integration, digest: str) -> str:
    """The text that was kept."""
    return (await world.blobs.get(it.repository.id, digest)).decode()


async def keep_change(world: World, it: Integration, edits: list[FileEdit]) -> str:
    """The digest of the change: its paths, and the digests of what they hold."""
    files = {edit.path: await _kept(world, it, edit) for edit in edits}
    return await keep_text(world, it, json.dumps({"base": it.base_commit, "files": files}, sort_keys=True))


async def load_change(world: World, it: Integration, digest: str) -> list[FileEdit]:
    """The change that was kept; no edits where there is none yet."""
    if not digest:
        return []
    files = json.loads(await load_text(world, it, digest))["files"]
    return [await _edit(world, it, path, kept) for path, kept in files.items()]


async def load_tested(world: World, it: Integration) -> Tested:
    """What came of its newest test run; where the report has expired, only which remarks there were."""
    if it.remarks:
        with suppress(StepFailed):
            report = json.loads(await load_text(world, it, it.reports[-1]))
            return replace(it.tested, remarks=remarks_in(report))
    return it.tested


async def load_told(world: World, it: Integration, records: Sequence[Recorded]) -> Told | None:
    """What the newest run says of tests that failed; None where none did, or that is known no more."""
    before = (it.detail,) if it.reason == "tests_red" else ()
    verdicts = [record for record in records if record.type in VERDICTS and _is_of_the_change(record)]
    failed = [str(each.data["report"]) for each in verdicts[-1:] if each.type in FAILED]
    for report in (*before, *failed):
        with suppress(StepFailed):
            return told_in(json.loads(await load_text(world, it, report)))
    return None


def _is_of_the_change(record: Recorded) -> bool:
    """Other runs that failed, and were repeated, are told of in the history alone."""
    return str(record.data.get("of", "change")) == "change"


def told_in(report: Mapping[str, Any]) -> Told:
    """What a test run said of itself, as its report has it."""
    return read_back(report.get("told"))


def remarks_in(report: Mapping[str, Any]) -> tuple[Remark, ...]:
    """What was remarked on a test run, as its report tells."""
    return tuple(
        Remark(**{**each, "paths": tuple(each["paths"]), "names": tuple(each.get("names", ()))})
        for each in report.get("remarks", ())
    )


async def load_kept_back(world: World, it: Integration) -> tuple[str, ...]:
    """The files that were shown to nobody, as far as that is still known."""
    if not it.kept_back:
        return ()
    with suppress(StepFailed):
        return tuple(json.loads(await load_text(world, it, it.kept_back)))
    return ()


async def load_removal(world: World, it: Integration) -> ShownRemoval | None:
    """How far it has come to take it out, as far as that is still known."""
    if it.removal is None:
        return None
    of = it.removal.given_up or it.removal.opened
    said = await still_kept(world, it, it.removal.asked.why or "")
    left = json.loads(await still_kept(world, it, of.left if of is not None else "") or "[]")
    return ShownRemoval(removal=it.removal, said=said, left=tuple(left))


async def still_kept(world: World, it: Integration, digest: str) -> str:
    """A text that goes in time; "" where there was none, or none is left."""
    if digest:
        with suppress(StepFailed):
            return await load_text(world, it, digest)
    return ""


async def _kept(world: World, it: Integration, edit: FileEdit) -> list[str | bool] | None:
    if edit.content is None:
        return None
    return [await world.blobs.put(it.repository.id, edit.content), edit.executable]


async def _edit(world: World, it: Integration, path: str, kept: list[str] | None) -> FileEdit:
    if kept is None:
        return FileEdit(path=path, content=None)
    content = await world.blobs.get(it.repository.id, kept[0])
    return FileEdit(path=path, content=content, executable=bool(kept[1]))
