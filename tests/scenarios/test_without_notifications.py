"""Telling people takes part in no decision."""

import pytest

from bot.domain.states import State
from tests.story import Team
from tests.story.places import EACH_ONCE


@pytest.mark.parametrize("bent", [{"subscribers": ()}])
async def test_without_anybody_who_tells_it_goes_the_whole_way_all_the_same(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.effects() == EACH_ONCE
    assert issue.statuses() == issue.last_words() == []
