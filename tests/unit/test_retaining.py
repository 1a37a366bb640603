"""Which texts may go, and which a run still needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from bot.application.retaining import Transcripts, contents_of, named_in
from bot.domain import events as e
from tests.unit.fakes import FakeBlobs, FakeIntegrations, FakeLog
from tests.unit.histories import (
    ACTIVE,
    ASKED,
    BEGAN,
    CHANGE,
    CONTENT,
    MERGED_FOR_A_DEVELOPER,
    QUESTION,
    REQUEST,
    REQUESTED,
    SHOP,
    SUMMARY,
    TEXTS,
    UP_FOR_REVIEW,
    History,
    failed,
    kept,
    recorded,
)

UNDONE = e.StepUndone(step="deploy", outcome="nothing", what="")
SETTLED = (*failed(*UP_FOR_REVIEW), UNDONE, e.UndoFinished())


@dataclass
class Ledger(FakeIntegrations):
    """The rows, and the facts beside them."""

    log: FakeLog = field(default_factory=FakeLog)

    async def lacking(self, fact: str, **columns: str | int) -> list[Mapping[str, Any]]:
        rows = await self.find(**columns)
        return [row for row in rows if fact not in {it.type for it in self.log.streams[row["id"]]}]


@dataclass
class Keeper(FakeBlobs):
    """Remembers what was to be kept, and of which repository, before it deletes."""

    kept: set[str] = field(default_factory=set)
    repositories: set[int] = field(default_factory=set)

    async def keep(self, repository_id: int, digests: Sequence[str]) -> None:
        self.repositories.add(repository_id)
        self.kept |= set(digests)

    async def expire(self, before: datetime) -> int:
        return len(self.contents.keys() - self.kept)


async def kept_of(history: History, *, without: str = "") -> Keeper:
    """What a night keeps, where this is all that ever happened."""
    log, blobs = FakeLog(), Keeper(contents={name: it for name, it in TEXTS.items() if name != without})
    log.holds(history)
    transcripts = Transcripts(log=log, integrations=Ledger(rows=log.rows, log=log), blobs=blobs)
    await transcripts.expire(BEGAN)
    return blobs


@pytest.mark.parametrize(
    "history",
    [UP_FOR_REVIEW, MERGED_FOR_A_DEVELOPER, failed(*UP_FOR_REVIEW), (*failed(*UP_FOR_REVIEW), UNDONE)],
    ids=["at the gate", "merged", "failed", "half undone"],
)
async def test_all_that_an_unfinished_run_names_is_kept_with_the_files_of_its_change(
    history: History,
) -> None:
    blobs = await kept_of(history)

    assert {CHANGE, SUMMARY, kept(CONTENT), REQUEST.request, kept("{}")} <= blobs.kept
    assert blobs.repositories == {SHOP.id}


async def test_the_question_of_a_run_that_waits_for_its_answer_is_kept() -> None:
    assert QUESTION in (await kept_of(ASKED)).kept


@pytest.mark.parametrize("history", [ACTIVE, SETTLED], ids=["active", "settled"])
async def test_of_what_has_ended_nothing_is_kept(history: History) -> None:
    assert (await kept_of(history)).kept == set()


async def test_a_change_that_was_destroyed_holds_nothing_up() -> None:
    blobs = await kept_of(UP_FOR_REVIEW, without=CHANGE)

    assert SUMMARY in blobs.kept
    assert kept(CONTENT) not in blobs.kept


def test_only_what_has_the_form_of_a_digest_is_one() -> None:
    named = named_in(recorded(failed(*REQUESTED, reason="refused", detail=SUMMARY)))

    assert named == {REQUEST.request, SUMMARY}


def test_a_file_that_a_change_deletes_holds_nothing() -> None:
    assert contents_of(b'{"base": "c0de", "files": {"a": null, "b": ["b0", false]}}') == {"b0"}
