"""Asked for in a comment on somebody's pull request: seen, answered and stopped there, as on an issue."""

import re

import pytest

from bot.domain.states import State
from tests.story import Team, Thread
from tests.story.scripts import asks
from tests.story.team import REQUEST


@pytest.fixture
async def pull(team: Team) -> Thread:
    """The requester's own pull request."""
    await team.requester.pushes({"notes.txt": "notes\n"}, branch="notes")
    number = await team.github.world.open_pull("requester", "acme/shop", head="notes", title="Notes")
    return team.github.pull(number)


@pytest.mark.parametrize("script", [asks("Which ERP?", until=1)])
async def test_it_is_answered_there_and_says_there_where_it_stands(team: Team, pull: Thread) -> None:
    await team.requester.comments(REQUEST, on=pull)
    await team.bot.has_asked(times=1)

    await team.requester.comments("/claude status", on=pull)
    await team.is_told("waiting for answer", on=pull, times=1)
    await team.requester.comments("/claude answer the new one", on=pull)

    opened = await team.bot.has_a_pull_request(on=pull)
    await team.bot.comes_to_rest()
    assert opened.number != pull.number
    assert [re.sub(r"\$.*", "$", reply) for reply in pull.replies()] == [
        "- <id>: **validating**, waiting for answer; <cost> so far",
        "Thank you, @requester. I am looking at the request again.",
    ]


async def test_it_is_stopped_there_and_the_pull_request_itself_stays(team: Team, pull: Thread) -> None:
    team.claude.fail("stall", where="You are the engineer")
    await team.requester.comments(REQUEST, on=pull)
    await team.claude_is_asked(times=2)

    await team.requester.comments("/claude cancel", on=pull)

    await team.bot.reaches(State.FAILED, because="cancelled", on=pull)
    assert pull.is_open
