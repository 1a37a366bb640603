"""Reviews by themselves are stopped and let go on: the last word counts, and says what follows from it."""

from dataclasses import replace
from typing import Any

import pytest

from bot.application import review_pause_words as words
from bot.application.asked import PauseReviews, ResumeReviews, Review
from bot.application.configuration import PATH
from bot.application.review_again import note_check
from bot.application.review_asking import ask_for_review
from bot.application.review_considering import consider
from bot.application.review_pausing import (
    FOLLOWS,
    NOT_PAUSED,
    REVIEWED,
    UNASKED_NONE,
    UNDER_WAY,
    pause,
    resume,
)
from bot.application.reviewing import leave, open_check, set_aside
from bot.domain import review_pauses, reviewing
from bot.domain.policy import NotAllowed
from bot.domain.reviewing import Ended, Request
from bot.records import Actor
from tests.unit.fake_reviews import OPEN, FakeReviews
from tests.unit.fakes import FakeFiles, FakeSources, Stage
from tests.unit.histories import BASE, DEVELOPER, SHOP, VIEWER
from tests.unit.test_reviewing_facts import recorded

STREAM = "review:7:5"
WANTED = b"review: {automatic: true}\n"
NOBODY_ASKED = ["ReviewsPaused", "ReviewsResumed"]


def staged(said: bytes = WANTED, **changed: Any) -> Stage:
    files = {BASE: {PATH: said}}
    return Stage(
        reviews=FakeReviews(pull=replace(OPEN, **changed)),
        sources=FakeSources(files=files),
        files=FakeFiles(files=files),
    )


async def pauses(stage: Stage, key: str = "p") -> bool:
    asked = PauseReviews(by=DEVELOPER, repository=SHOP, number=5)
    return await pause(asked, key=key, door="github", world=stage.world)


async def resumes(stage: Stage, key: str = "r", by: Actor = DEVELOPER) -> str:
    asked = ResumeReviews(by=by, repository=SHOP, number=5)
    return await resume(asked, key=key, door="github", world=stage.world)


def pushed(number: int) -> Request:
    return Request(repository=SHOP, number=number, cause="synchronize")


def facts(stage: Stage) -> list[str]:
    return [each.type for each in stage.log.streams.get(STREAM, [])]


def test_the_last_word_counts() -> None:
    stopped, on = review_pauses.paused(DEVELOPER), review_pauses.resumed(DEVELOPER)

    assert not review_pauses.is_paused([])
    assert review_pauses.is_paused(recorded(("a", stopped)))
    assert not review_pauses.is_paused(recorded(("a", stopped), ("b", on)))


def test_what_was_there_before_is_all_where_nothing_is_noted_yet() -> None:
    past = recorded(("a", review_pauses.paused(DEVELOPER)), ("b", review_pauses.resumed(DEVELOPER)))

    assert [list(review_pauses.before(past, key)) for key in "abc"] == [[], past[:1], past]


def test_a_commit_is_reviewed_once_it_was_said() -> None:
    past = recorded(
        ("a", review_pauses.paused(DEVELOPER)), ("b", reviewing.concluded(Ended(outcome="said", head="h")))
    )

    assert review_pauses.is_reviewed(past, "h")
    assert not review_pauses.is_reviewed(past, "i")


async def test_a_pause_is_noted_once_however_often_its_delivery_comes() -> None:
    stage = staged()

    assert [await pauses(stage), await pauses(stage), await pauses(stage, "again")] == [True, True, False]
    assert facts(stage) == ["ReviewsPaused"]


async def test_nothing_follows_by_itself_while_it_is_paused() -> None:
    stage = staged()
    await pauses(stage)

    await consider(pushed(5), key="k", world=stage.world)

    assert facts(stage) == ["ReviewsPaused"]
    await consider(pushed(6), key="k", world=stage.world)
    assert len(stage.log.follow_ups) == 1


async def test_what_was_not_paused_is_not_resumed() -> None:
    stage = staged()

    assert await resumes(stage) == NOT_PAUSED
    assert facts(stage) == []


async def test_what_is_due_follows_once_however_often_the_delivery_comes() -> None:
    stage = staged()
    await pauses(stage)

    assert [await resumes(stage), await resumes(stage)] == [FOLLOWS, FOLLOWS]
    assert facts(stage) == [*NOBODY_ASKED, "ReviewRequested"]
    assert len(stage.log.follow_ups) == 1


async def test_what_is_due_of_the_bots_own_follows_where_that_is_wanted() -> None:
    stage = staged(b"review: {own: true}\n", author="claude-code-bot[bot]")
    await pauses(stage)

    assert await resumes(stage) == FOLLOWS


async def test_what_was_reviewed_is_not_reviewed_again() -> None:
    stage = staged()
    said = reviewing.concluded(Ended(outcome="said", head=OPEN.head))
    await stage.log.append(STREAM, [said], after=0, key="k", meta={"key": "k"}, row={}, follow_ups=[])
    await pauses(stage)

    assert await resumes(stage) == REVIEWED
    assert facts(stage)[1:] == NOBODY_ASKED


@pytest.mark.parametrize(("number", "outcome"), [(5, UNDER_WAY), (6, FOLLOWS)])
async def test_what_is_being_reviewed_is_not_overtaken(number: int, outcome: str) -> None:
    stage = staged()
    await pauses(stage)
    asked = Review(by=DEVELOPER, repository=SHOP, number=5, focus="the locking")
    await ask_for_review(asked, key="k", door="github", world=stage.world)
    await note_check(stage.world, SHOP, OPEN.head, number=number, check=31)

    assert [await resumes(stage), await resumes(stage)] == [outcome] * 2
    assert facts(stage).count("ReviewRequested") == (1 if outcome == UNDER_WAY else 2)


def test_a_resumed_pull_request_is_told_whether_a_review_follows() -> None:
    assert "being reviewed already" in words.resumed(UNDER_WAY, by="ada")
    assert "follows by itself now" in words.resumed(FOLLOWS, by="ada")


@pytest.mark.parametrize(
    "case",
    [
        {"said": b""},
        {"said": b"review: {automatic: false}\n"},
        {"said": b"review: [\n"},
        {"is_draft": True},
        {"is_from_here": False},
        {"author": "claude-code-bot[bot]"},
        {"is_open": False},
    ],
)
async def test_what_is_not_reviewed_by_itself_is_not_when_the_pause_ends(case: dict[str, Any]) -> None:
    stage = staged(**case)
    await pauses(stage)

    assert await resumes(stage) == UNASKED_NONE
    assert facts(stage) == NOBODY_ASKED


async def test_the_bots_own_goes_on_where_the_repository_wants_that() -> None:
    stage = staged(b"review: {own: true}\n", author="claude-code-bot[bot]")
    await pauses(stage)

    assert await resumes(stage) == FOLLOWS


BY_ITSELF = Request(repository=SHOP, number=5, cause="opened")


@pytest.mark.parametrize("by", [None, DEVELOPER])
async def test_what_is_to_be_tried_again_is_left_during_a_pause_unless_somebody_asked(
    by: Actor | None,
) -> None:
    stage, asked_for = staged(), reviewing.requested(replace(BY_ITSELF, by=by))
    await stage.log.append(STREAM, [asked_for], after=0, key="k", meta={"key": "k"}, row={}, follow_ups=[])
    await pauses(stage)

    seconds = await set_aside(stage.world, STREAM, "k", 31, 1, "claude_unavailable", key="s")
    opened = await open_check(stage.world, STREAM, "k", 2, key="s")
    await leave(stage.world, STREAM, "k", 31, key="s")

    assert (seconds > 0, bool(opened)) == (by is not None, by is not None)
    assert stage.review_checks.titled == ("Closed meanwhile" if by else "Paused meanwhile")


async def test_what_was_reviewed_for_the_first_time_is_read_although_it_was_paused_since() -> None:
    stage, asked_for = staged(), reviewing.requested(BY_ITSELF)
    await stage.log.append(STREAM, [asked_for], after=0, key="k", meta={"key": "k"}, row={}, follow_ups=[])
    await pauses(stage)

    assert await open_check(stage.world, STREAM, "k", 1, key="s")


async def test_who_may_only_read_ends_no_pause() -> None:
    stage = staged()
    await pauses(stage)

    with pytest.raises(NotAllowed):
        await resumes(stage, by=VIEWER)

    assert facts(stage) == ["ReviewsPaused"]
