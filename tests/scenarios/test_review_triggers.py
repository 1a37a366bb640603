"""What has a review begin beside the command: the button of its check."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import Mapping

import pytest
from inline_snapshot import snapshot

from standins.github.people import GitHub
from tests.story import Team
from tests.story.places import PullRequest
from tests.story.reviews import CHANGED, FOUND, SOURCE, at_lines, has_a_change, reviews, walkthrough
from tests.story.scripts import REPOSITORY

SHOP = "acme/shop"


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE}


async def was_reviewed(team: Team) -> PullRequest:
    """A pull request of which something was said."""
    pull = await has_a_change(team)
    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()
    return pull


@pytest.mark.parametrize("button", ["rerun_check", "rerun_suite"])
@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_who_presses_the_button_of_a_check_asks_for_a_review(team: Team, button: str) -> None:
    pull, world = await was_reviewed(team), team.github.world

    await getattr(world, button)("admin", SHOP, team.github.checks()[0].id)
    await team.bot.comes_to_rest()

    assert [each.conclusion for each in team.github.checks()] == ["neutral", "neutral"]
    assert "Asked for by @admin" in walkthrough(pull)
    assert at_lines(pull) == [("count.py", 5)]


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_the_button_of_an_old_commit_has_the_newest_one_reviewed(team: Team) -> None:
    pull = await was_reviewed(team)
    await team.developer.pushes({"count.py": f"import csv\n\n{CHANGED}"}, branch="count")

    await team.github.world.rerun_check("developer", SHOP, team.github.checks()[0].id)
    await team.bot.comes_to_rest()

    assert team.github.checks()[-1].head_sha == pull.head


@pytest.mark.parametrize("button", ["rerun_check", "rerun_suite"])
@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_who_may_not_is_told_at_the_check_which_stays_as_it_is(team: Team, button: str) -> None:
    pull, world = await was_reviewed(team), team.github.world

    await getattr(world, button)("viewer", SHOP, team.github.checks()[0].id)
    await team.bot.comes_to_rest()
    await team.developer.comments("/claude why", on=pull)
    await team.bot.comes_to_rest()

    [check] = team.github.checks()
    assert check.conclusion == "neutral"
    assert check.output == snapshot({
        "title": "Not run again",
        "summary": "Not run again, because: This needs `integration:write`, and you are viewer here. Somebody who is developer or admin could do it. The walkthrough says what was found.",
    })
    [why] = pull.replies()
    assert "viewer" in why


async def test_the_button_of_another_check_of_ours_has_nothing_reviewed(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    [check] = team.github.checks()

    await team.github.world.rerun_check("developer", SHOP, check.id)
    await team.github.world.rerun_suite("developer", SHOP, check.id)
    await team.bot.comes_to_rest()

    assert "Claude review" not in [each.name for each in team.github.checks()]
    assert pull.by_the_bot("walkthrough") == []
