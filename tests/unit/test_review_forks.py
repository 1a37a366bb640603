"""Pull requests from forks reviewed unasked: only of authors somebody asked for, and not too often."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.application.configuration import PATH
from bot.application.review_again import note_check
from bot.application.review_considering import consider
from bot.application.review_forks import admits, note_vouched
from bot.application.review_pausing import FOLLOWS, UNASKED_NONE
from bot.application.reviewing import open_check
from bot.domain import review_forks, reviewing
from bot.domain.review_forks import MOST_OF_ALL, MOST_OF_AUTHOR, counted, has_place, is_vouched, why_full
from bot.domain.reviewing import Ended, Request
from bot.records import Fact
from tests.unit.fake_reviews import OPEN, FakeReviews
from tests.unit.fakes import FakeFiles, FakeSources, Stage
from tests.unit.histories import BASE, DEVELOPER, SHOP
from tests.unit.test_review_pauses import pauses, resumes
from tests.unit.test_reviewing_facts import NOW, recorded

STREAM = "review:7:5"
AUTHOR = 77
FORKS = b"review: {automatic: true, forks: true}\n"
PUSHED = Request(repository=SHOP, number=5, cause="synchronize")
FROM_A_FORK = replace(OPEN, is_from_here=False, author_id=AUTHOR)


def staged(said: bytes = FORKS, **changed: Any) -> Stage:
    files = {BASE: {PATH: said}}
    return Stage(
        reviews=FakeReviews(pull=replace(FROM_A_FORK, **changed)),
        sources=FakeSources(files=files),
        files=FakeFiles(files=files),
    )


async def holds(stage: Stage, stream: str, *facts: Fact) -> None:
    for nth, fact in enumerate(facts):
        meta, after = {"key": f"{stream}-{nth}"}, len(stage.log.streams.get(stream, []))
        await stage.log.append(
            stream, [fact], after=after, key=f"{stream}-{nth}", meta=meta, row={}, follow_ups=[]
        )


async def vouched(stage: Stage, author: int = AUTHOR) -> None:
    await holds(stage, "forks:7", review_forks.vouched(author))


async def is_begun(stage: Stage, key: str = "k") -> bool:
    await consider(PUSHED, is_fork=True, key=key, world=stage.world)
    return bool(stage.log.follow_ups)


def of(*authors: int) -> list[Any]:
    return recorded(*((f"k{nth}", counted(author, 5)) for nth, author in enumerate(authors)))


def test_an_author_is_known_by_who_they_are() -> None:
    known = recorded(("a", review_forks.vouched(AUTHOR)))

    assert is_vouched(known, AUTHOR)
    assert not is_vouched(known, 7)
    assert not is_vouched([], AUTHOR)


def test_a_day_is_full_for_one_author_and_for_all() -> None:
    several = [nth % 5 for nth in range(MOST_OF_ALL)]

    assert why_full(of(*[AUTHOR] * (MOST_OF_AUTHOR - 1)), AUTHOR) is None
    assert why_full(of(*[AUTHOR] * MOST_OF_AUTHOR), AUTHOR) == "author_often"
    assert why_full(of(*[AUTHOR] * MOST_OF_AUTHOR), 8) is None
    assert why_full(of(*several[:-1]), AUTHOR) is None
    assert why_full(of(*several), AUTHOR) == "all_often"


def test_of_two_at_the_same_moment_the_one_that_was_noted_first_has_the_last_place() -> None:
    today = of(*[AUTHOR] * (MOST_OF_AUTHOR + 1))

    assert has_place(today, AUTHOR, f"k{MOST_OF_AUTHOR - 1}")
    assert not has_place(today, AUTHOR, f"k{MOST_OF_AUTHOR}")
    assert not has_place(today, AUTHOR, "another")


def test_each_day_and_each_repository_has_its_own() -> None:
    assert review_forks.vouched_stream(7) == "forks:7"
    assert review_forks.counted_stream(7, NOW) == f"forks:7:{NOW:%Y-%m-%d}"
    assert review_forks.counted_stream(7, NOW + timedelta(days=1)) != review_forks.counted_stream(7, NOW)


async def test_nobodys_first_is_begun_unasked() -> None:
    stage = staged()
    await vouched(stage, author=8)

    assert not await is_begun(stage)


async def test_one_of_an_author_that_somebody_asked_for_is_begun_once_and_reads_a_part() -> None:
    stage = staged()
    await vouched(stage)

    assert await is_begun(stage)
    assert await is_begun(stage)
    assert len(stage.log.follow_ups) == 1
    assert reviewing.request_in(stage.log.streams[STREAM], "k").is_brief


@pytest.mark.parametrize(
    "case",
    [
        {"said": b"review: {automatic: true}\n"},
        {"said": b"review: {forks: true}\n"},
        {"said": b""},
        {"is_open": False},
        {"is_draft": True},
        {"author_id": None},
    ],
)
async def test_what_is_not_wanted_or_cannot_be_is_not(case: dict[str, Any]) -> None:
    stage = staged(**case)
    await vouched(stage)

    assert not await is_begun(stage)
    assert not [name for name in stage.log.streams if name.startswith("forks:7:")]


async def test_what_was_reviewed_is_not_begun_again_by_opening_it_again() -> None:
    stage = staged()
    await vouched(stage)
    await holds(stage, STREAM, reviewing.concluded(Ended(outcome="said", head=OPEN.head)))

    assert not await is_begun(stage)


@pytest.mark.parametrize(("number", "is_so"), [(5, False), (6, True)])
async def test_what_a_person_asked_for_is_not_overtaken_by_a_part_of_it(number: int, *, is_so: bool) -> None:
    stage = staged()
    await vouched(stage)
    await holds(stage, STREAM, reviewing.requested(replace(PUSHED, by=DEVELOPER)))
    await note_check(stage.world, SHOP, OPEN.head, number=number, check=31)

    assert await is_begun(stage) is is_so


async def test_a_full_day_begins_none_and_the_next_one_does() -> None:
    stage = staged()
    await vouched(stage)
    today = review_forks.counted_stream(7, stage.world.clock.now())
    await holds(stage, today, *[counted(AUTHOR, 5)] * MOST_OF_AUTHOR)

    assert not await is_begun(stage)
    assert len(stage.log.streams[today]) == MOST_OF_AUTHOR
    stage.clock.time += timedelta(days=1)
    assert await is_begun(stage, "tomorrow")


async def test_the_pause_ends_for_them_as_for_others() -> None:
    known, unknown = staged(), staged()
    await vouched(known)
    for stage in (known, unknown):
        await pauses(stage)

    assert [await resumes(known), await resumes(unknown)] == [FOLLOWS, UNASKED_NONE]
    assert reviewing.request_in(known.log.streams[STREAM], "r:resumed").is_brief


@pytest.mark.parametrize("by", [None, DEVELOPER])
@pytest.mark.parametrize("pull", [FROM_A_FORK, OPEN, replace(FROM_A_FORK, author_id=None)])
async def test_only_a_person_who_asks_for_a_forks_vouches_for_its_author(by: Any, pull: Any) -> None:
    stage, asked_for = staged(), reviewing.requested(replace(PUSHED, by=by))
    stage.reviews.pull = pull
    await stage.log.append(STREAM, [asked_for], after=0, key="k", meta={"key": "k"}, row={}, follow_ups=[])

    await open_check(stage.world, STREAM, "k", 1, key="s")
    await open_check(stage.world, STREAM, "k", 2, key="s")

    noted = [each.data for each in stage.log.streams.get("forks:7", [])]
    assert noted == ([{"author": AUTHOR}] if by and pull == FROM_A_FORK else [])


async def test_who_is_known_is_not_noted_again() -> None:
    stage = staged()
    await vouched(stage)

    await note_vouched(stage.world, replace(PUSHED, by=DEVELOPER), FROM_A_FORK, key="k")

    assert len(stage.log.streams["forks:7"]) == 1
    assert await admits(SHOP, FROM_A_FORK, key="k", world=stage.world)
