"""Who wrote a pull request is told in Slack that a review fails it: once for a commit."""

from collections.abc import Mapping
from functools import partial

import pytest

from bot.application.configuration import PATH
from standins.github.people import GitHub
from tests.story import Team
from tests.story.reviews import FOUND, SOURCE, has_a_change, reviews
from tests.story.scripts import REPOSITORY
from tests.story.waiting import until

pytestmark = [pytest.mark.slack, pytest.mark.parametrize("script", [reviews(FOUND)])]


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def fails_at() -> str:
    return "  fails_at: major\n"


@pytest.fixture
def files(fails_at: str) -> Mapping[str, str]:
    return {
        **REPOSITORY,
        "count.py": SOURCE,
        PATH: f"{REPOSITORY[PATH]}review:\n  automatic: false\n{fails_at}",
    }


async def test_the_author_alone_is_told_once_however_often_it_is_reviewed(team: Team) -> None:
    pull = await has_a_change(team)
    for words in ("/claude review", "/claude review full"):
        await team.requester.comments(words, on=pull)
        await team.bot.comes_to_rest()

    async def told() -> list[str] | None:
        return team.slack.told_directly("developer") or None

    found = await until(told, otherwise=partial(team.bot.story_so_far, "the author was not told"))

    assert len(found) == 1
    assert "a finding that its check fails for" in found[0]
    assert team.slack.told_directly("requester") == []


@pytest.mark.parametrize("fails_at", [""])
async def test_what_fails_nothing_is_told_to_nobody(team: Team) -> None:
    pull = await has_a_change(team)
    await team.requester.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert team.slack.told_directly("developer") == []
