"""Reviews that follow by themselves are stopped on one pull request, and let go on."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import Mapping

import pytest
from inline_snapshot import snapshot

from bot.application.configuration import PATH
from standins.github.people import GitHub
from tests.story import Team
from tests.story.places import PullRequest
from tests.story.reviews import CHANGED, SOURCE, has_a_change, reviews, walkthrough
from tests.story.scripts import REPOSITORY

WANTED = "review:\n  automatic: true\n"


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def configured() -> str:
    return WANTED


@pytest.fixture
def files(configured: str) -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE, PATH: REPOSITORY[PATH] + configured}


async def is_paused(team: Team) -> PullRequest:
    """A pull request that was reviewed once, then paused, and pushed to."""
    pull = await has_a_change(team)
    await team.bot.comes_to_rest()
    await team.developer.comments("/claude pause", on=pull)
    await team.bot.comes_to_rest()
    await team.developer.pushes({"count.py": f"import csv\n\n{CHANGED}"}, branch="count")
    await team.bot.comes_to_rest()
    return pull


@pytest.mark.parametrize("script", [reviews()])
async def test_what_is_pushed_during_a_pause_is_reviewed_once_it_is_over(team: Team) -> None:
    pull = await is_paused(team)
    meanwhile = len(team.github.checks())

    await team.developer.comments("/claude resume", on=pull)
    await team.bot.comes_to_rest()

    assert meanwhile == 1
    assert [each.head_sha for each in team.github.checks()][1:] == [pull.head]
    assert pull.replies() == snapshot([
        "Paused by developer: no review of this pull request follows by itself from now on. One that is being read comes to its end, `/claude review` asks for one all the same, and `/claude resume` ends the pause.",
        "The pause is over, by developer. Its newest commit was not reviewed yet: that follows by itself now.",
    ])


@pytest.mark.parametrize("script", [reviews()])
async def test_who_asks_during_a_pause_gets_a_review_and_its_end_says_so(team: Team) -> None:
    pull = await is_paused(team)

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()
    shown = walkthrough(pull)
    await team.developer.comments("/claude pause", on=pull)
    await team.bot.comes_to_rest()
    await team.developer.comments("/claude resume", on=pull)
    await team.bot.comes_to_rest()

    assert [each.head_sha for each in team.github.checks()][1:] == [pull.head]
    assert shown.splitlines()[-1] == snapshot(
        "<sub>When this was said, reviews by themselves were paused here: `/claude resume` lets them follow again.</sub>"
    )
    assert pull.replies()[1:] == snapshot([
        "Paused already: no review of this pull request follows by itself from now on. One that is being read comes to its end, `/claude review` asks for one all the same, and `/claude resume` ends the pause.",
        "The pause is over, by developer. Its newest commit was reviewed already, the next push is again by itself. `/claude review` asks for one.",
    ])


@pytest.mark.parametrize("configured", [""])
async def test_where_none_follows_by_itself_the_end_of_a_pause_says_how_to_ask(team: Team) -> None:
    pull = await is_paused(team)

    await team.developer.comments("/claude resume", on=pull)
    await team.bot.comes_to_rest()
    await team.developer.comments("/claude resume", on=pull)
    await team.bot.comes_to_rest()

    assert team.github.checks() == []
    assert pull.replies()[1:] == snapshot([
        "The pause is over, by developer. None follows by itself all the same: this repository wants none or stands still, or this is a draft, a fork's, closed, or one of mine. `/claude review` asks for one.",
        "Reviews of this pull request are not paused. `/claude review` asks for one.",
    ])


@pytest.mark.parametrize("configured", [""])
async def test_who_may_only_read_pauses_nothing(team: Team) -> None:
    pull = await has_a_change(team)
    issue = await team.requester.opens_an_issue()

    await team.viewer.comments("/claude pause", on=pull)
    await team.developer.comments("/claude pause", on=issue)
    await team.bot.comes_to_rest()

    assert [*pull.replies(), *issue.replies()] == snapshot([
        "This needs `integration:write`, and you are viewer here. Somebody who is developer or admin could do it.",
        "Nothing is reviewed on an issue. Say `/claude pause` or `/claude resume` on a pull request.",
    ])
