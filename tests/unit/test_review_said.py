"""What was said at lines is said there once, whatever ends the review before it has told all."""

from dataclasses import replace

import pytest

from bot.application.asked import Review
from bot.application.review_asking import ask_for_review
from bot.application.review_posting import say
from bot.application.reviewing import set_aside
from bot.records import Repository, StepFailed
from bot.review_records import Thread
from tests.unit.fake_reviews import OPEN, FakeReviews
from tests.unit.fakes import Died, Stage
from tests.unit.histories import SHOP
from tests.unit.test_reviewing import DEVELOPER, FINDING, STREAM, asked, kept, staged

OTHER = replace(FINDING, code=(b"    return 3",), rule="other")


async def killed_after_posting() -> tuple[Stage, str]:
    stage = await staged()
    digest, stage.effects.dies_at = await kept(stage), "review:"
    with pytest.raises(Died):
        await say(stage.world, STREAM, "k", digest, 31, key="step")
    return stage, digest


@pytest.mark.parametrize("ended", ["overtaken", "closed", "given up"])
async def test_killed_in_between_and_ended_otherwise_it_is_not_said_again(ended: str) -> None:
    stage, digest = await killed_after_posting()
    if ended == "overtaken":
        await asked(stage, "newer")
    if ended == "given up":
        await set_aside(stage.world, STREAM, "k", 31, 1, "github_forbidden", key="step")
    stage.reviews.pull = replace(OPEN, is_open=ended != "closed")
    await say(stage.world, STREAM, "k", digest, 31, key="step")
    stage.reviews.pull = OPEN
    if ended != "overtaken":
        await asked(stage, "newer")

    await say(stage.world, STREAM, "newer", digest, 32, key="step")

    assert len(stage.reviews.posted) == 1
    assert "Said here only, or at their lines before" in stage.comments.on(5)[-1]


async def test_tried_again_at_a_newer_commit_only_what_is_new_is_said_there() -> None:
    stage, _ = await killed_after_posting()
    newer = await kept(stage, head="n" * 40, findings=(FINDING, OTHER))

    for _ in range(2):
        await say(stage.world, STREAM, "k", newer, 31, key="step")

    assert [(head, len(comments)) for head, _, comments in stage.reviews.posted] == [
        (OPEN.head, 1),
        ("n" * 40, 1),
    ]
    assert stage.log.streams[STREAM][-1].data["said"] == [OTHER.fingerprint, FINDING.fingerprint]


async def test_what_was_refused_or_never_sent_may_still_be_said() -> None:
    stage = await staged()
    digest, stage.reviews.refuses = await kept(stage), True
    stage.effects.dies_at = "walkthrough:"
    with pytest.raises(Died):
        await say(stage.world, STREAM, "k", digest, 31, key="step")
    stage.reviews.refuses = False
    await set_aside(stage.world, STREAM, "k", 31, 1, "internal", key="step")
    await asked(stage, "newer")

    await say(stage.world, STREAM, "newer", digest, 32, key="step")

    assert len(stage.reviews.posted) == 1


class Silent(FakeReviews):
    """A GitHub that shows no reviews."""

    async def find(self, repository: Repository, number: int, *, marker: str) -> int | None:
        raise StepFailed("github_forbidden", "find_review")


async def test_where_github_does_not_show_whether_it_is_there_it_is_not_risked() -> None:
    stage, digest = await killed_after_posting()
    stage.reviews = Silent()
    await set_aside(stage.world, STREAM, "k", 31, 1, "internal", key="step")
    await asked(stage, "newer")

    await say(stage.world, STREAM, "newer", digest, 32, key="step")

    assert stage.reviews.posted == []


async def asked_in_full(stage: Stage) -> str:
    """A second review, of all of it, which finds the same; the digest of what it read."""
    digest = await kept(stage)
    await say(stage.world, STREAM, "k", digest, 31, key="step")
    it = Review(by=DEVELOPER, repository=SHOP, number=5, full=True)
    await ask_for_review(it, key="full", door="github", world=stage.world)
    return digest


def thread(*, is_resolved: bool) -> Thread:
    return Thread(
        id="T",
        comment=100,
        fingerprint=FINDING.fingerprint,
        is_resolved=is_resolved,
        resolved_by="ann" if is_resolved else None,
        is_outdated=True,
    )


@pytest.mark.parametrize(
    ("there", "posts"),
    [([thread(is_resolved=False)], 1), ([thread(is_resolved=True)], 2), ([], 2)],
)
async def test_where_all_is_read_again_only_what_stands_open_no_more_is_said_at_its_line_again(
    there: list[Thread], posts: int
) -> None:
    stage = await staged()
    digest = await asked_in_full(stage)
    stage.review_threads.threads = there

    await say(stage.world, STREAM, "full", digest, 32, key="step")

    assert len(stage.reviews.posted) == posts


async def test_where_github_does_not_show_threads_nothing_is_said_twice() -> None:
    stage = await staged()
    digest = await asked_in_full(stage)
    stage.review_threads.lists = StepFailed("github_forbidden", "list_threads")

    await say(stage.world, STREAM, "full", digest, 32, key="step")

    assert len(stage.reviews.posted) == 1
