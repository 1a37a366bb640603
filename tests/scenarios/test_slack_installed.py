"""The app comes into a workspace and leaves it, through the real doors on both sides."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import aiohttp
import pytest
from aiohttp import CookieJar
from yarl import URL

from bot.slack_records import Workspace
from standins.slack.app import new_app
from standins.slack.people import Slack
from standins.slack.server import serve
from tests.story import Team
from tests.story.waiting import until

SIGNING: Final = "slack-signing-canary-" + "s" * 32
CLIENT: Final = "slack-client-canary-" + "c" * 32


@asynccontextmanager
async def acme(*names: str) -> AsyncIterator[Slack]:
    """The workspace of these, which the first administers; the app is not there yet."""
    it = Slack(app=new_app(signing_secret=SIGNING, client_secret=CLIENT))
    place = it.workspace("Acme")
    for name in names:
        it.person(name, place, kind="admin" if name == names[0] else "member")
    async with await serve(it):
        yield it
        assert it.violations == []


def may_be_installed(slack: Slack) -> Mapping[str, str]:
    """What the bot is told of its app."""
    return {
        "SLACK_SIGNING_SECRET": SIGNING,
        "SLACK_CLIENT_ID": slack.app.client_id,
        "SLACK_CLIENT_SECRET": CLIENT,
        "SLACK_API_URL": f"{slack.url}/api/",
    }


@pytest.fixture
async def outside() -> AsyncIterator[Slack]:
    async with acme("boss") as slack:
        yield slack


@pytest.fixture
def environment(outside: Slack) -> Mapping[str, str]:
    return may_be_installed(outside)


async def installs(team: Team, slack: Slack, name: str) -> str:
    """Somebody does so in a browser; what they read at the end."""
    bot = f"http://127.0.0.1:{team.bot.port}"
    async with aiohttp.ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{bot}/slack/install", allow_redirects=False) as answer:
            page = URL(answer.headers["Location"])
        slack.app.redirect_urls.add(page.query["redirect_uri"])
        slack.authorizations.at_the_browser = name
        async with browser.get(page, allow_redirects=False) as answer:
            back = URL(answer.headers["Location"])
        async with browser.get(f"{bot}{back.path_qs}") as answer:
            return await answer.text()


async def is_gone(team: Team, slack: Slack) -> bool:
    """Whether nothing of Acme's is kept."""
    working = team.bot.working
    assert working is not None
    assert working.slack is not None
    assert working.slack.installations is not None
    [acme] = slack.teams
    return await working.slack.installations.get(Workspace(team=acme)) is None


@pytest.mark.parametrize("ends", ["uninstalled", "revoked"])
async def test_f50_an_app_that_leaves_is_forgotten_at_once_and_can_come_again(
    team: Team, outside: Slack, ends: str
) -> None:
    outside.door_url = f"http://127.0.0.1:{team.bot.port}/slack/events"
    acme = outside.named("boss").team
    gone = partial(is_gone, team, outside)
    otherwise = partial(team.bot.story_so_far, "it is still there")

    first = await installs(team, outside, "boss")
    there = not await gone()
    if ends == "uninstalled":
        await outside.uninstall(acme, by="boss")
    else:
        await outside.revoke_tokens(acme)
    await until(gone, otherwise=otherwise)
    again = await installs(team, outside, "boss")

    assert (there, first, again) == (True, again, first)
    assert "installed in Acme" in again
    assert not await gone()
