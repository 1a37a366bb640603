"""What people are told in Slack without having asked: to whom it concerns, by their way, in their hours."""

from datetime import timedelta
from functools import partial

import pytest
from dbos import DBOS

from bot.application import slack_digesting
from bot.application.slack_wishing import local, wish
from bot.domain.slack_notifying import Quiet, Wishes
from bot.domain.states import State
from bot.infrastructure.engine import start
from bot.records import Start
from bot.slack_link_records import SlackUser
from tests.story import Team
from tests.story.clock import Ahead
from tests.story.waiting import until

pytestmark = pytest.mark.slack


def user_of(team: Team, name: str) -> SlackUser:
    user = team.slack.world.named(name)
    return SlackUser(team=user.team.id, id=user.id)


async def sets(team: Team, name: str, wishes: Wishes, *, key: str = "set") -> None:
    user = user_of(team, name)
    await wish(user, wishes, key=f"{key}:{user.id}", kept=team.bot.stored)


async def is_written(team: Team, name: str, words: str, *, times: int = 1) -> list[str]:
    """Wait until so many of what the bot wrote to them alone have these words; all of it."""

    async def written() -> list[str] | None:
        found = shown(team, name)
        return found if sum(words in each for each in found) == times else None

    return await until(written, otherwise=partial(team.bot.story_so_far, f"{name} was not told {words}"))


def shown(team: Team, name: str) -> list[str]:
    window = team.slack
    place = window.world.direct(window.bot_user, window.world.named(name))
    return [str(each.blocks) for each in window.world.said_in(place) if each.by.id == window.bot_user.id]


async def test_who_asked_is_told_of_the_end_once_and_nobody_else_is(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.admin.reviews(pull)
    await team.bot.reaches(State.ACTIVE, on=issue)

    [told] = await is_written(team, "requester", "is *active*")

    assert "|acme/shop#1>" in told
    assert [shown(team, name) for name in ("developer", "admin", "viewer", "stranger")] == [[]] * 4


async def test_who_wants_nothing_of_a_repository_is_told_nothing_of_it(team: Team) -> None:
    await sets(team, "requester", Wishes(repositories={_shop(team): {"ended": "none"}}))
    issue, pull = await team.has_a_pull_request()
    await team.admin.reviews(pull)
    await team.bot.reaches(State.ACTIVE, on=issue)
    await team.bot.comes_to_rest()

    assert shown(team, "requester") == []


async def test_who_wants_to_hear_of_gates_hears_of_those_that_they_could_open(team: Team) -> None:
    for name in ("requester", "developer", "viewer", "stranger"):
        await sets(team, name, Wishes(ways={"gate": "direct"}))

    await team.has_a_pull_request()

    await is_written(team, "developer", "Waits for an approval")
    await team.bot.comes_to_rest()
    assert [shown(team, name) for name in ("requester", "viewer", "stranger")] == [[]] * 3


async def test_who_wants_it_in_the_channel_is_called_there_and_where_there_is_none_written_to(
    team: Team,
) -> None:
    await team.slack.admin.types("default acme/shop")
    await sets(team, "developer", Wishes(ways={"gate": "channel"}))
    await sets(team, "requester", Wishes(ways={"ended": "channel"}))

    issue, pull = await team.has_a_pull_request()
    called = await team.slack.shows(f"<@{team.slack.developer.user.id}>")
    await team.slack.admin.types("default none")
    await team.admin.reviews(pull)
    await team.bot.reaches(State.ACTIVE, on=issue)
    await is_written(team, "requester", "is *active*")
    await team.bot.comes_to_rest()

    assert "Waits for an approval" in str(called.blocks)
    assert shown(team, "developer") == []
    assert [each.ts for each in team.slack.messages() if "<@" in each.text] == [called.ts]


def _shop(team: Team) -> int:
    return next(each.id for each in team.github.world.repositories.values() if each.full_name == "acme/shop")


async def due(team: Team, *, nth: int) -> None:
    """The schedule comes round."""
    name = f"due-{nth}"
    await start(Start(queue="ops", workflow=slack_digesting.WORKFLOW, id=name, args=("", "")))
    await (await DBOS.retrieve_workflow_async(name)).get_result()


async def test_what_happens_in_quiet_hours_is_told_once_after_them(team: Team, clock: Ahead) -> None:
    now = local(clock.now(), "Europe/Amsterdam")
    quiet = Quiet((now - timedelta(hours=1)).time(), (now + timedelta(hours=2)).time())
    await sets(team, "requester", Wishes(quiet=quiet, zone="Europe/Amsterdam"))
    issue, pull = await team.has_a_pull_request()
    await team.admin.reviews(pull)
    await team.bot.reaches(State.ACTIVE, on=issue)
    await team.bot.comes_to_rest()
    await due(team, nth=1)
    assert shown(team, "requester") == []

    clock.ahead += timedelta(hours=3)
    await due(team, nth=2)
    await due(team, nth=3)

    [told] = shown(team, "requester")
    assert "While your quiet hours lasted" in told
    assert "is *active*" in told


async def test_a_digest_comes_once_a_day_with_what_waits_and_what_moved(team: Team, clock: Ahead) -> None:
    await sets(team, "developer", Wishes(digest="daily", zone="Europe/Amsterdam"))
    await team.has_a_pull_request()
    nine = local(clock.now(), "Europe/Amsterdam").replace(hour=9, minute=5) + timedelta(days=1)
    clock.ahead += nine - clock.now()

    await due(team, nth=1)
    await due(team, nth=2)

    [told] = shown(team, "developer")
    assert "Waits for you" in told
    assert "waiting for approval" in told


async def test_who_could_open_a_gate_is_reminded_by_the_same_reminder_as_on_github(
    team: Team, clock: Ahead
) -> None:
    _, pull = await team.has_a_pull_request()
    clock.ahead += timedelta(hours=25)

    await team.bot.looks_whom_to_remind()

    await is_written(team, "developer", "a reminder of")
    await is_written(team, "admin", "a reminder of")
    await team.bot.comes_to_rest()
    assert [shown(team, name) for name in ("requester", "viewer", "stranger")] == [[]] * 3
    assert sum("a reminder of" in each.body for each in pull.comments()) == 1
