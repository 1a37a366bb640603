"""Somebody's Home in Slack: what is theirs and waits for them, as GitHub lets them see it."""

import json
from functools import partial
from typing import Any

import pytest

from bot.application.slack_home_blocks import CALLBACK, CHANGE
from bot.application.slack_wishing import wishes_of
from bot.domain.slack_notifying import Quiet
from bot.slack_link_records import SlackUser
from tests.story import Team
from tests.story.waiting import until

pytestmark = pytest.mark.slack


async def home_of(team: Team, name: str, *words: str) -> str:
    """What their Home shows once they open it and all of these words stand there."""
    await team.slack.world.opens_home(name)
    return await shown(team, name, *words)


async def shown(team: Team, name: str, *words: str) -> str:
    """What their Home shows, once all of these words stand there."""
    user = team.slack.world.named(name).id

    async def there() -> str | None:
        view = team.slack.world.homes.get(user)
        text = str(view.view) if view else ""
        return text if view and all(each in text for each in words) else None

    return await until(there, otherwise=partial(team.bot.story_so_far, f"the Home of {name} lacks {words}"))


def user_of(team: Team, name: str) -> SlackUser:
    user = team.slack.world.named(name)
    return SlackUser(team=user.team.id, id=user.id)


async def test_a_home_shows_ones_runs_and_what_waits_and_the_money_of_who_manages_it(team: Team) -> None:
    await team.has_a_pull_request()
    row = await team.bot.row()
    assert row is not None

    mine = await home_of(team, "requester", "Your runs", row["id"])
    theirs = await home_of(team, "developer", "Waits for you", row["id"])
    money = await home_of(team, "admin", "Budgets this month", "acme/shop")

    assert mine.index("Nothing.") < mine.index("Your runs") < mine.index(row["id"])
    assert "Budgets" not in mine
    assert theirs.index(row["id"]) < theirs.index("Your runs")
    assert "$" in money


async def test_who_is_not_linked_is_shown_a_button_for_them_alone(team: Team) -> None:
    home = await home_of(team, "newcomer", "Link my GitHub account")

    assert "/slack/link?ticket=" in home


async def test_sl_15_a_home_shows_nothing_of_what_github_does_not_let_them_read(team: Team) -> None:
    await team.has_a_pull_request()
    row = await team.bot.row()
    assert row is not None

    home = await home_of(team, "stranger", "Waits for you")

    assert row["id"] not in home
    assert "acme/shop" not in home


async def test_sl_09_a_guest_is_shown_nothing(team: Team) -> None:
    home = await home_of(team, "guest", "You are a guest")

    assert "Your runs" not in home


async def test_a_home_that_was_looked_at_follows_what_happens(team: Team) -> None:
    await home_of(team, "requester", "None yet")

    await team.has_a_pull_request()

    await shown(team, "requester", "*reviewing*, waiting for approval")


async def presses(team: Team, name: str, action: str) -> Any:
    """The window that opens."""
    slack = team.slack.world
    await slack.clicks_in_view(name, slack.homes[slack.named(name).id].id, action)

    async def there() -> Any:
        modals = team.slack.person(name).modals
        return next((each for each in modals if each.view["type"] == "modal"), None)

    return await until(there, otherwise=partial(team.bot.story_so_far, f"no window opens for {name}"))


async def test_what_one_is_told_is_set_in_a_window_and_shown(team: Team) -> None:
    await home_of(team, "requester", "What I tell you")
    modal = await presses(team, "requester", CHANGE)
    assert modal.view["callback_id"] == CALLBACK

    await team.slack.requester.submits(
        modal,
        {
            "way.ended": {"ended": {"type": "static_select", "selected_option": {"value": "none"}}},
            "digest": {"digest": {"type": "static_select", "selected_option": {"value": "weekly"}}},
            "quiet": {"quiet": {"type": "static_select", "selected_option": {"value": "on"}}},
            "begins": {"begins": {"type": "timepicker", "selected_time": "21:30"}},
            "ends": {"ends": {"type": "timepicker", "selected_time": "08:00"}},
        },
    )

    home = await shown(team, "requester", "21:30 to 08:00", "every Monday")
    wishes = await wishes_of(user_of(team, "requester"), team.bot.stored)
    assert "Europe/Amsterdam" in home
    assert (wishes.way("ended", 7), wishes.way("question", 7)) == ("none", "direct")
    assert isinstance(wishes.quiet, Quiet)


async def test_hours_that_are_switched_on_have_times(team: Team) -> None:
    await home_of(team, "requester", "What I tell you")
    modal = await presses(team, "requester", CHANGE)
    on: dict[str, Any] = {"quiet": {"quiet": {"type": "static_select", "selected_option": {"value": "on"}}}}
    half = {**on, "begins": {"begins": {"type": "timepicker", "selected_time": "21:30"}}}
    none = {**half, "ends": {"ends": {"type": "timepicker", "selected_time": "21:30"}}}

    said = [(await team.slack.requester.submits(modal, each)).reply for each in (on, half, none)]

    assert [sorted(json.loads(each)["errors"]) for each in said] == [["begins", "ends"], ["ends"], ["ends"]]
    assert (await wishes_of(user_of(team, "requester"), team.bot.stored)).since is None
