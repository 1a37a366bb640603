"""What a review sees is seen at once, kept, and never asked for twice."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import pytest

from bot.application.asked import Review
from bot.application.review_asking import ask_for_review
from bot.application.review_seen import diff_seen, load_seen
from bot.application.reviewing import open_check
from bot.domain.policy import NotAllowed
from bot.records import Actor, Repository, RepositoryFacts, Start, StepFailed, Unavailable
from bot.review_records import Reviewable
from tests.unit.fake_reviews import OPEN, FakeReviews
from tests.unit.fakes import Stage
from tests.unit.histories import SHOP

STREAM: Final = "review:7:5"
HOME: Final = RepositoryFacts(
    id=7, full_name="acme/shop", default_branch="main", private=True, archived=False
)


@dataclass
class Counting(FakeReviews):
    """How often it was looked at and compared; `trouble` is what the next comparison raises."""

    looked: int = 0
    compared: int = 0
    trouble: Unavailable | None = None

    async def look(self, repository: Repository, number: int) -> Reviewable:
        self.looked += 1
        return await super().look(repository, number)

    async def diff(self, repository: Repository, *, base: str, head: str) -> bytes | None:
        self.compared += 1
        if trouble := self.trouble:
            self.trouble = None
            raise trouble
        return await super().diff(repository, base=base, head=head)


async def asked(reviews: Counting, login: str = "requester") -> tuple[Stage, str]:
    """It was asked for; with what was seen meanwhile."""
    stage = Stage(reviews=reviews)
    by = Actor(id=4 if login == "viewer" else 1, login=login)
    review = Review(by=by, repository=SHOP, number=5)
    await ask_for_review(review, key="k", door="github", world=stage.world)
    [start] = [each for each in stage.log.follow_ups if isinstance(each, Start)]
    return stage, str(start.args[-1])


async def opened(stage: Stage, early: str, nth: int = 1) -> str:
    return (await open_check(stage.world, STREAM, "k", nth, early, key="step"))[0]


async def test_what_was_seen_while_the_right_was_asked_for_is_not_asked_for_again() -> None:
    reviews = Counting(pull=replace(OPEN, home=HOME), text=b"diff")
    stage, early = await asked(reviews)

    seen = await load_seen(stage.world, SHOP, await opened(stage, early))

    assert (await diff_seen(stage.world, SHOP, seen), seen.head) == (b"diff", OPEN.head)
    assert seen.commit == (await stage.branches.head(SHOP, "main")).sha  # type: ignore[union-attr]
    assert (reviews.looked, reviews.compared) == (1, 1)


async def test_who_may_not_ask_has_nothing_begun_by_what_was_seen_meanwhile() -> None:
    with pytest.raises(NotAllowed):
        await asked(Counting(), login="viewer")


@pytest.mark.parametrize(("later", "nth"), [(timedelta(seconds=11), 1), (timedelta(0), 2)])
async def test_a_later_look_is_made_anew(later: timedelta, nth: int) -> None:
    stage, early = await asked(Counting())
    stage.clock.time += later
    stage.reviews.pull = replace(OPEN, head="n" * 40)

    seen = await load_seen(stage.world, SHOP, await opened(stage, early, nth))

    assert seen.head == "n" * 40


async def test_what_cannot_be_seen_ahead_holds_nothing_up_and_is_asked_for_when_it_is_read() -> None:
    reviews = Counting(text=b"diff", trouble=Unavailable("github_unreachable"))
    stage, early = await asked(reviews)

    seen = await load_seen(stage.world, SHOP, await opened(stage, early))

    assert (seen.diff, seen.commit) == ("", "")
    assert await diff_seen(stage.world, SHOP, seen) == b"diff"


async def test_a_pull_request_that_is_not_seen_is_looked_for_once_more_when_its_check_is_opened() -> None:
    stage, early = await asked(Counting(pull=None))

    assert early == ""
    with pytest.raises(StepFailed, match="pull_request_gone"):
        await opened(stage, early)


async def test_what_github_does_not_give_is_not_asked_for_twice() -> None:
    reviews = Counting(text=None)
    stage, early = await asked(reviews)

    seen = await load_seen(stage.world, SHOP, await opened(stage, early))

    assert (await diff_seen(stage.world, SHOP, seen), reviews.compared) == (None, 1)


async def test_what_was_kept_and_is_forgotten_is_asked_for_again() -> None:
    reviews = Counting(text=b"diff")
    stage, early = await asked(reviews)
    seen = await load_seen(stage.world, SHOP, await opened(stage, early))
    del stage.blobs.contents[str(seen.diff)]

    assert await diff_seen(stage.world, SHOP, seen) == b"diff"
