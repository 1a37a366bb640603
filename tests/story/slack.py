"""Slack as the team sees it: a workspace in which each has an account, and a channel with the bot in it."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from bot.application.slack_linking import link, offered
from bot.records import Actor
from bot.slack_link_records import SlackUser
from standins.slack.app import new_app
from standins.slack.people import Slack
from standins.slack.server import serve
from standins.slack.state import Delivery, Ephemeral, File, Message, Team, User, View
from tests.story.places import ROLES, worded
from tests.story.running import Bot
from tests.story.waiting import until

CHANNEL: Final = "deploys"
ELSEWHERE: Final = "random"
WORKSPACE: Final = "Acme"
# They have an account in the workspace, and none on GitHub that is linked with it.
UNLINKED: Final = "newcomer"
GUEST: Final = "guest"


@asynccontextmanager
async def workspace(*, signing_secret: str) -> AsyncIterator[Slack]:
    """Everybody of the team by their role, somebody who is new and a guest, in #deploys and in #random.

    The app is in #deploys alone.
    """
    world = Slack(app=new_app(signing_secret=signing_secret))
    acme = world.workspace(WORKSPACE)
    for name in (*ROLES, UNLINKED):
        world.person(name, acme, kind="admin" if name == "admin" else "member")
    world.person(GUEST, acme, kind="guest")
    people = [*ROLES, UNLINKED, GUEST]
    async with await serve(world):
        world.give_token(acme, by="admin")
        world.create_channel(CHANNEL, acme, members=["claude", *people])
        world.create_channel(ELSEWHERE, acme, members=people)
        yield world


def settings_of(world: Slack) -> Mapping[str, str]:
    """What the bot is told of it."""
    return {
        "SLACK_SIGNING_SECRET": world.app.signing_secret,
        "SLACK_BOT_TOKEN": next(iter(world.tokens)),
        "SLACK_API_URL": f"{world.url}/api/",
    }


@dataclass(frozen=True, kw_only=True)
class Window:
    """The workspace, and what is to be seen in it."""

    world: Slack
    bot: Bot

    @property
    def requester(self) -> "Colleague":
        return self.person("requester")

    @property
    def developer(self) -> "Colleague":
        return self.person("developer")

    @property
    def admin(self) -> "Colleague":
        return self.person("admin")

    @property
    def viewer(self) -> "Colleague":
        return self.person("viewer")

    @property
    def stranger(self) -> "Colleague":
        return self.person("stranger")

    @property
    def newcomer(self) -> "Colleague":
        return self.person("newcomer")

    @property
    def guest(self) -> "Colleague":
        return self.person("guest")

    def person(self, name: str) -> "Colleague":
        """Somebody of the workspace."""
        return Colleague(name=name, window=self)

    @property
    def team(self) -> Team:
        return self.world.named("admin").team

    @property
    def bot_user(self) -> User:
        return self.world.installation_in(self.team).bot

    @property
    def mention(self) -> str:
        """How the bot is spoken to."""
        return f"<@{self.bot_user.id}>"

    def messages(self, *, channel: str = CHANNEL) -> list[Message]:
        """Every message of a channel, in order."""
        return self.world.said_in(channel)

    def by_the_bot(self, *, thread: str | None = None, channel: str = CHANNEL) -> list[str]:
        """What the bot says there now to all: in a thread, or where none is named, outside of any."""
        own = [each for each in self.messages(channel=channel) if each.by.id == self.bot_user.id]
        return [worded(each.text) for each in own if each.thread_ts == thread]

    def whispers(self, name: str) -> list[Ephemeral]:
        """What was shown to this person alone, wherever."""
        return [each for each in self.world.ephemerals if each.user == self.world.named(name).id]

    def told_directly(self, name: str) -> list[str]:
        """What the bot wrote to this person where the two talk."""
        place = self.world.direct(self.bot_user, self.world.named(name))
        return [worded(each.text) for each in self.world.said_in(place) if each.by.id == self.bot_user.id]

    async def shows(self, words: str, *, channel: str = CHANNEL) -> Message:
        """Wait until the bot says that there, to all."""

        async def said() -> Message | None:
            own = [each for each in self.messages(channel=channel) if each.by.id == self.bot_user.id]
            return next((each for each in own if words in each.text or words in str(each.blocks)), None)

        return await until(said, otherwise=partial(self.bot.story_so_far, f"Slack does not show {words}"))

    async def links(self, name: str, login: str) -> None:
        """From now on this account acts as that one on GitHub: as the page in the browser does it."""
        user, stored = self.world.named(name), self.bot.stored
        who = SlackUser(team=user.team.id, id=user.id, enterprise=user.team.enterprise)
        ticket = offered(who, name=name, workspace=user.team.domain, at=stored.clock.now())
        person = self.bot.hub.world.account(login)
        await link(ticket, Actor(id=person.id, login=login), kept=stored, used=stored.sessions)


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody of the team, at their Slack."""

    name: str
    window: Window

    @property
    def user(self) -> User:
        return self.window.world.named(self.name)

    @property
    def modals(self) -> list[View]:
        """What windows are open before them."""
        return [each for each in self.window.world.views.values() if each.user.id == self.user.id]

    async def types(self, words: str, *, channel: str = CHANNEL) -> str:
        """What they are answered to `/claude` and these words, for them alone."""
        before = len(self.window.whispers(self.name))
        await self._is_heard(words, channel)

        async def answered() -> Ephemeral | None:
            return next(iter(self.window.whispers(self.name)[before:]), None)

        missing = partial(self.window.bot.story_so_far, f"{self.name}: no answer to {words}")
        return worded((await until(answered, otherwise=missing)).text)

    async def _is_heard(self, words: str, channel: str) -> None:
        """Where Slack says that the app took too long they type it again."""
        for _ in range(2):
            if (await self.window.world.commands(self.name, channel, words)).accepted:
                return
        delivery = await self.window.world.commands(self.name, channel, words)
        assert delivery.accepted, delivery.attempts

    async def orders(self, words: str, *, channel: str = CHANNEL) -> Delivery:
        """The same; whether anything is said to it is not waited for."""
        return await self.window.world.commands(self.name, channel, words)

    async def says(
        self,
        words: str,
        *,
        thread: str | None = None,
        channel: str = CHANNEL,
        files: Iterable[File] = (),
    ) -> Message:
        """To all, in a channel or in a thread of it."""
        return await self.window.world.says(self.name, channel, words, thread=thread, files=files)

    async def writes(self, words: str, *, thread: str | None = None, files: Iterable[File] = ()) -> Message:
        """To the bot alone, where the two talk."""
        return await self.window.world.writes_to_bot(self.name, words, thread=thread, files=files)

    def attaches(self, name: str, content: str | bytes, *, mimetype: str = "text/plain") -> File:
        """A file for their next message."""
        held = content.encode() if isinstance(content, str) else content
        return self.window.world.attach(self.name, name, held, mimetype=mimetype)

    async def clicks(self, action: str, *, on: Message, channel: str = CHANNEL) -> Delivery:
        """A button of a message, by the name of its act."""
        return await self.window.world.clicks(self.name, channel, on.ts, action)

    async def reacts(self, emoji: str, *, to: Message, channel: str = CHANNEL) -> None:
        await self.window.world.reacts(self.name, channel, to.ts, emoji)

    async def submits(self, modal: View, values: Mapping[str, Mapping[str, Any]]) -> Delivery:
        """Hand a window in: per block and action what Slack would say of its element."""
        return await self.window.world.submits(self.name, modal.id, values)

    async def opens(self, words: str = "", *, channel: str = CHANNEL) -> View:
        """The window that opens on these words, at once."""
        before = {each.id for each in self.modals}
        delivery = await self.window.world.commands(self.name, channel, words)
        assert delivery.accepted, delivery.attempts
        [made] = [each for each in self.modals if each.id not in before]
        return made

    async def looks_for(self, typed: str, *, field: str, of: View) -> list[str]:
        """What they are offered in that field of a window."""
        return await self.window.world.looks_for(self.name, of.id, field, typed)

    async def is_told(self, words: str) -> str:
        """Wait until this is shown to them alone, in a channel."""

        async def told() -> str | None:
            return next((each.text for each in self._whispers() if words in each.text), None)

        missing = partial(self.window.bot.story_so_far, f"{self.name} was not told {words}")
        return worded(await until(told, otherwise=missing))

    def _whispers(self) -> Sequence[Ephemeral]:
        return self.window.whispers(self.name)
