"""A bot that nothing can reach from outside: it is heard over a connection that it opens (Socket Mode)."""

from collections.abc import Mapping
from functools import partial

import pytest

from bot.domain.slack_acts import Act
from bot.domain.states import State
from standins.slack.people import Slack
from tests.scenarios.test_slack_thread import binds, first_messages, offers, offers_just
from tests.story import Team
from tests.story.waiting import until

pytestmark = pytest.mark.slack


@pytest.fixture
def environment(slack: Slack) -> Mapping[str, str]:
    return {"SLACK_APP_TOKEN": slack.sockets.token}


async def is_connected(team: Team, *, times: int) -> None:
    """Wait until it is so for the so manieth time, and by that alone."""
    sockets = team.slack.world.sockets

    async def so_often() -> bool:
        return sockets.connected >= times and bool(sockets.open)

    await until(so_often, otherwise=partial(team.bot.story_so_far, f"not connected {times} times"))
    team.slack.world.door_url = None


async def test_what_is_asked_for_over_the_socket_goes_on_however_often_that_is_opened_anew(
    team: Team,
) -> None:
    team.slack.world.postman.twice = True
    await is_connected(team, times=1)
    await binds(team)
    await team.slack.requester.types("integrate send every paid invoice to the ERP")

    await team.slack.world.sockets.refresh()
    await is_connected(team, times=2)
    first = await offers(team, Act.APPROVE)
    await team.slack.world.sockets.cut()
    await is_connected(team, times=3)
    await team.slack.admin.clicks("run-approve", on=first)
    await team.bot.reaches(State.ACTIVE)
    await offers_just(team, Act.ROLLBACK)
    await team.bot.comes_to_rest()

    assert len(await team.bot.stored.integrations.find()) == 1
    assert len(first_messages(team)) == 1
    assert len(team.slack.by_the_bot(thread=first.ts)) == 1
    assert [len(team.slack.whispers(name)) for name in ("requester", "admin")] == [1, 2]


async def test_a_window_opens_over_the_socket_and_shows_there_what_is_wrong(team: Team) -> None:
    await is_connected(team, times=1)
    await binds(team)

    modal = await team.slack.requester.opens()
    said = await team.slack.requester.submits(modal, {})

    assert "errors" in said.reply


async def test_a_bot_that_starts_again_is_heard_over_the_socket_again(team: Team) -> None:
    await is_connected(team, times=1)
    await binds(team)

    await team.bot.restarts()
    await is_connected(team, times=2)

    assert "acme/shop" in await team.slack.requester.types("default")
