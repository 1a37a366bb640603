"""A review waits for nothing that it does not need: GitHub is asked side by side."""

from collections.abc import Mapping

import pytest

from tests.story import Team
from tests.story.reviews import FOUND, SOURCE, at_lines, has_a_change, reviews
from tests.story.scripts import REPOSITORY
from tests.story.waiting import until

REACTIONS = "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions"


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE}


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_a_slow_reaction_does_not_hold_the_review_back_and_is_given_all_the_same(team: Team) -> None:
    pull = await has_a_change(team)
    team.github.delays("POST", REACTIONS, seconds=30)
    await team.developer.comments("/claude review", on=pull)

    async def said() -> bool:
        return [each.conclusion for each in team.github.checks()] == ["neutral"]

    await until(said, otherwise=team.bot.story_so_far)
    assert (at_lines(pull), pull.reactions()) == ([("count.py", 5)], [])
