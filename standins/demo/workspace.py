"""The demonstration's workspace in Slack, and people who link their accounts there as people do."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Final

import aiohttp

from standins.demo.process import CannotPlay
from standins.github.people import GitHub
from standins.slack.app import new_app
from standins.slack.people import Slack
from standins.slack.state import User

CHANNEL: Final = "deploys"
COMMAND: Final = "/slack/events"
CALLBACK: Final = "/auth/callback"
HIDDEN: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
ADDRESS: Final = re.compile(r"<(https?://[^>|\s]+)")
LINK: Final = re.compile(r"<(?:[^<>|]+\|)?([^<>]+)>")
LINKED: Final = "is linked"


def workspace(people: Mapping[str, str]) -> Slack:
    """A workspace with these people, the app and a channel that all of them are in."""
    slack = Slack(app=new_app())
    acme = slack.workspace("Acme")
    for name, role in people.items():
        slack.person(name, acme, kind="admin" if role == "admin" else "member")
    slack.give_token(acme, by="admin")
    slack.create_channel(CHANNEL, acme, members=["claude", *people])
    return slack


def settings_of(slack: Slack) -> Mapping[str, str]:
    """What a bot is told of it; `slack` has to listen."""
    return {
        "SLACK_SIGNING_SECRET": slack.app.signing_secret,
        "SLACK_BOT_TOKEN": next(iter(slack.tokens)),
        "SLACK_API_URL": f"{slack.url}/api/",
    }


def bot_of(slack: Slack) -> User:
    """The bot's own account there."""
    return next(each.bot for each in slack.installations.values())


def told_alone(slack: Slack, name: str) -> list[str]:
    """What this person alone was shown."""
    person = slack.named(name)
    return [unescape(each.text) for each in slack.ephemerals if each.user == person.id]


def unlinked(text: str) -> str:
    """Slack's text as people see it, a link by its words."""
    return unescape(LINK.sub(r"\1", text))


async def follow_link(github: GitHub, login: str, said: str) -> None:
    """In a browser: sign in with GitHub where the bot's answer leads, and say that both accounts are one's.

    Raises CannotPlay.
    """
    found = ADDRESS.search(said)
    if found is None:
        raise CannotPlay(f"{login} was given no link: {said}")
    github.authorizations.at_the_browser = login
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(found[1]) as page:
            form = {name: unescape(value) for name, value in HIDDEN.findall(await page.text())}
            at = page.url
        origin = {"Origin": str(at.origin())}
        async with browser.post(at.with_query(None), data=form, headers=origin) as answer:
            words = await answer.text()
    if LINKED not in words:
        raise CannotPlay(f"{login} could not be linked: {words}")
