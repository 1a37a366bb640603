"""The bot's way out to Slack, with Slack's stand-in on the other end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp

from bot.infrastructure.resilience import POLICIES, Policy
from bot.infrastructure.slack import SlackWindow
from bot.infrastructure.slack_wire import SlackWire
from bot.slack_records import Installed, Place, SlackTokens, Workspace
from standins.faults import Fault, Kind
from standins.slack.app import new_app
from standins.slack.people import Slack
from standins.slack.server import serve

T = TypeVar("T")


@dataclass
class Seconds:
    """A clock of seconds that stands still until it is moved."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Lender:
    """Lends one token for every workspace, in which the bot is always the same."""

    token: str
    bot: str = "U0CLAUDE"

    async def installed(self, workspace: Workspace) -> Installed:
        return Installed(
            workspace=workspace,
            name="Acme",
            bot_user=self.bot,
            scopes=frozenset(),
            tokens=SlackTokens(access=self.token),
        )

    async def used(self, workspace: Workspace, ask: Callable[[str], Awaitable[T]]) -> T:
        return await ask(self.token)


@dataclass
class Side:
    """Both ends: the window, and the Slack behind it."""

    slack: Slack
    window: SlackWindow
    lender: Lender
    policy: Policy
    seconds: Seconds
    workspace: Workspace = field(init=False)

    def __post_init__(self) -> None:
        self.workspace = Workspace(team=self.slack.named("boss").team.id)

    def place(self, channel: str = "deploys", thread: str | None = None) -> Place:
        known = {each.name: each.id for each in self.slack.channels.values()}
        return Place(workspace=self.workspace, channel=known.get(channel, channel), thread=thread)

    def said(self, channel: str = "deploys") -> list[str]:
        return [each.text for each in self.slack.said_in(channel)]

    def fails(self, kind: Kind, method: str, *, times: int = 1) -> None:
        """What goes wrong with the next call of this method."""
        self.slack.faults.add(Fault(kind=kind, route=f"/api/{method}", times=times))

    def says_no(self, method: str, error: str) -> None:
        """Slack answers the next call of this method with this error."""
        self.slack.faults.add(Fault(kind="refuse", route=f"/api/{method}", status=200, message=error))


@asynccontextmanager
async def slack_side() -> AsyncIterator[Side]:
    """Acme, with the app in #deploys; nothing that either end said broke the published description."""
    slack = Slack(app=new_app())
    acme = slack.workspace("Acme")
    for name in ("boss", "alice"):
        slack.person(name, acme)
    slack.person("guest", acme, kind="guest")
    async with await serve(slack), aiohttp.ClientSession() as session:
        lender = Lender(slack.give_token(acme).value, slack.installation_in(acme).bot.id)
        slack.create_channel("deploys", acme, members=["claude", "boss", "alice"])
        slack.create_channel("random", acme, members=["alice"])
        policy, seconds = Policy("slack", **POLICIES["slack"]), Seconds()
        wire = SlackWire(session, policy, base_url=f"{slack.url}/api/", timer=seconds)
        yield Side(slack, SlackWindow(wire, lender), lender, policy, seconds)
        assert slack.violations == []
