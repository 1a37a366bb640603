"""What has a review begin beside the command: the button of its check, a label, a request for one."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import Mapping

import pytest
from inline_snapshot import snapshot

from bot.application.configuration import PATH
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
def configured() -> str:
    return ""


@pytest.fixture
def files(configured: str) -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE, PATH: REPOSITORY[PATH] + configured}


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

    old, new = team.github.checks()
    assert (new.head_sha, new.conclusion, old.conclusion) == (pull.head, "neutral", "neutral")
    assert old.output["title"] == "Run again for a newer commit"


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


SIGNS = "review: {label: please review, reviewer: acme/readers}\n"


async def is_a_draft(team: Team) -> PullRequest:
    """A draft, which is reviewed only if somebody asks."""
    team.github.world.team("acme/readers", "admin")
    await team.developer.pushes({"count.py": CHANGED}, branch="count")
    number = await team.github.world.open_pull("developer", SHOP, head="count", title="Count", draft=True)
    return team.github.pull(number)


@pytest.mark.parametrize("configured", [SIGNS])
@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_a_label_that_the_repository_names_asks_by_whoever_put_it_on(team: Team) -> None:
    pull, world = await is_a_draft(team), team.github.world

    await world.label("developer", SHOP, pull.number, "another")
    await team.bot.comes_to_rest()
    meanwhile = team.github.checks()
    await world.label("developer", SHOP, pull.number, "Please Review")
    await team.bot.comes_to_rest()

    assert meanwhile == []
    assert at_lines(pull) == [("count.py", 5)]
    assert "Asked for by @developer" in walkthrough(pull)


@pytest.mark.parametrize("configured", [SIGNS])
@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_so_does_a_request_for_a_review_to_whom_it_names(team: Team) -> None:
    pull, world = await is_a_draft(team), team.github.world

    await world.ask_for_review("developer", SHOP, pull.number, "admin")
    await team.bot.comes_to_rest()
    meanwhile = team.github.checks()
    await world.ask_for_review("admin", SHOP, pull.number, "acme/readers")
    await team.bot.comes_to_rest()

    assert meanwhile == []
    assert at_lines(pull) == [("count.py", 5)]
    assert "Asked for by @admin" in walkthrough(pull)


@pytest.mark.parametrize("configured", [SIGNS])
async def test_who_may_label_and_not_ask_is_told_so_once(team: Team) -> None:
    pull, world = await is_a_draft(team), team.github.world
    world.repository(SHOP).roles["viewer"] = "triage"

    await world.label("viewer", SHOP, pull.number, "please review")
    await world.ask_for_review("stranger", SHOP, pull.number, "acme/readers")
    await team.bot.comes_to_rest()

    assert (team.github.checks(), team.claude.requests) == ([], [])
    assert pull.replies() == snapshot([
        "The label `please review` asks me for a review here, by your word, viewer. This needs `integration:write`, and you are viewer here. Somebody who is developer or admin could do it."
    ])


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_where_nothing_is_named_neither_asks(team: Team) -> None:
    pull, world = await is_a_draft(team), team.github.world

    await world.label("developer", SHOP, pull.number, "please review")
    await world.ask_for_review("developer", SHOP, pull.number, "acme/readers")
    await team.bot.comes_to_rest()

    assert (team.github.checks(), team.claude.requests, pull.replies()) == ([], [], [])
