"""The app leaves a workspace while a run is told of there: the run goes on, and GitHub says so once."""

from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Final

import pytest

from bot.domain.slack_acts import Act
from bot.domain.states import State
from standins.faults import Fault
from standins.slack.people import Slack
from tests.scenarios.test_slack_installed import acme, installs, is_gone, may_be_installed
from tests.scenarios.test_slack_thread import binds, first_messages, offers
from tests.story import Team
from tests.story.places import ROLES, Thread
from tests.story.slack import CHANNEL, Window
from tests.story.waiting import until

UNTOLD: Final = "This cannot be followed in Slack: the app is not installed in that workspace, or no more"
LEFT: Final = ("tokens_revoked", "app_uninstalled")


@pytest.fixture
async def outside() -> AsyncIterator[Slack]:
    async with acme("admin", *(name for name in ROLES if name != "admin")) as slack:
        yield slack


@pytest.fixture
def environment(outside: Slack) -> Mapping[str, str]:
    return may_be_installed(outside)


async def told_of(team: Team, slack: Slack) -> tuple[Team, Thread]:
    """The app is installed, and a run waits at its gate, with a thread in Slack."""
    slack.door_url = f"http://127.0.0.1:{team.bot.port}/slack/events"
    await installs(team, slack, "admin")
    acme = slack.named("admin").team
    slack.create_channel(CHANNEL, acme, members=["claude", *ROLES])
    both = Team(
        github=team.github, claude=team.claude, bot=team.bot, window=Window(world=slack, bot=team.bot)
    )
    for login in ROLES:
        await both.slack.links(login, login)
    await binds(both)
    issue, _ = await both.has_a_pull_request()
    await offers(both, Act.APPROVE)
    await both.bot.comes_to_rest()
    return both, issue


async def goes_on(team: Team, slack: Slack, issue: Thread) -> None:
    """To its end, by what is said on GitHub; which says once that Slack shows it no more."""
    await team.admin.comments("/claude approve", on=issue)
    await team.bot.reaches(State.ACTIVE)
    await team.is_told(UNTOLD, on=issue, times=1)
    await team.bot.comes_to_rest()
    await team.is_told(UNTOLD, on=issue, times=1)
    assert await is_gone(team, slack)


@pytest.mark.parametrize("code", ["account_inactive", "token_revoked", "invalid_auth"])
async def test_f52_a_token_that_is_void_in_the_middle_of_a_run_ends_no_run(
    team: Team, outside: Slack, code: str
) -> None:
    both, issue = await told_of(team, outside)
    outside.faults.add(Fault(route="/api/*", kind="refuse", status=200, message=code, times=None))

    await goes_on(both, outside, issue)

    assert len(first_messages(both)) == 1


@pytest.mark.parametrize(
    "order", [("tokens_revoked", "app_uninstalled"), ("app_uninstalled", "tokens_revoked")]
)
async def test_f50_an_app_that_leaves_in_the_middle_of_a_run_ends_no_run(
    team: Team, outside: Slack, order: tuple[str, str]
) -> None:
    both, issue = await told_of(team, outside)
    outside.postman.holding = True
    await outside.uninstall(outside.named("admin").team, by="admin")
    held = {each.type: each.key for each in outside.outbox}
    outside.postman.holding = False

    await outside.postman.release([held[each] for each in order])
    await until(partial(is_gone, team, outside), otherwise=partial(team.bot.story_so_far, "it is there"))
    await goes_on(both, outside, issue)


async def test_f50_where_the_app_comes_back_in_the_middle_of_a_run_its_thread_goes_on(
    team: Team, outside: Slack
) -> None:
    both, issue = await told_of(team, outside)
    acme = outside.named("admin").team
    await outside.revoke_tokens(acme)
    await until(partial(is_gone, team, outside), otherwise=partial(team.bot.story_so_far, "it is there"))
    await both.developer.comments("/claude changes one at a time", on=issue)
    await both.is_told(UNTOLD, on=issue, times=1)

    await installs(team, outside, "admin")
    await both.bot.waits_for("approval", on=issue)
    await both.admin.comments("/claude approve", on=issue)
    await both.bot.reaches(State.ACTIVE)
    await offers(both, Act.ROLLBACK)

    assert len(first_messages(both)) == 1
