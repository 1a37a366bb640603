"""What was said at lines is said there once, whatever ends the review before it has told all."""

from dataclasses import replace

import pytest

from bot.application.review_posting import say
from bot.application.reviewing import set_aside
from bot.records import Repository, StepFailed
from tests.unit.fake_reviews import OPEN, FakeReviews
from tests.unit.fakes import Died, Stage
from tests.unit.test_reviewing import FINDING, STREAM, asked, kept, staged

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
