"""The story that is asked for, followed and approved in Slack, and goes on GitHub as ever."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from standins.demo.process import CannotPlay
from standins.demo.telling import Plot, Teller, Told
from standins.demo.windows import buttons_of
from standins.demo.workspace import CHANNEL, bot_of, follow_link, told_alone
from standins.slack.state import Message

ASKS, APPROVES = "requester", "admin"
APPROVE: Final = "run-approve"
ROLL_BACK: Final = "Roll back"


@dataclass(kw_only=True)
class ToldInSlack(Told):
    """The same, with what the bot said in Slack of it: to all, in writing to who asked, and to each alone."""

    place: str
    messages: Sequence[Message] = field(default_factory=list)
    written: Sequence[Message] = field(default_factory=list)
    alone: dict[str, Sequence[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.place}#{self.issue}"


class SlackTeller:
    """Lets people act in Slack, and shows both windows."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller.at(teller.stage.elsewhere)
        self._stage, self._slack = self._teller.stage, teller.stage.slack

    async def tell(self, plot: Plot) -> ToldInSlack:
        """The whole story. Raises CannotPlay where it does not go as it should."""
        teller, github = self._teller, self._stage.github
        teller.screen.heading(plot.title)
        self._stage.deployer.outcome = plot.deployment
        teller.feed.begin()
        for name in (ASKS, APPROVES):
            await self._links(name)
        await self._types(APPROVES, f"default {self._stage.place.full_name}")
        teller.feed.begin()
        before, alone = len(github.effects), {name: len(self._told(name)) for name in (ASKS, APPROVES)}
        said = len(self.by_the_bot())
        told = ToldInSlack(plot=plot, place=self._stage.place.full_name, issue=await self._asks(plot))
        await teller.comes_to_the_gate(told)
        teller.shows_change(told)
        await self._is_approved()
        await teller.comes_to_its_end(told)
        await teller.until("the thread to show its end", self._offers_to_roll_back)
        await teller.until("a word to who asked", lambda: bool(self._written_to_asker()))
        told.effects = github.effects[before:]
        told.messages = self.by_the_bot()[said:]
        told.written = self._written_to_asker()
        told.alone = {name: self._told(name)[count:] for name, count in alone.items()}
        return told

    def by_the_bot(self) -> list[Message]:
        """What the bot says in the channel to all."""
        own = bot_of(self._slack)
        return [each for each in self._slack.said_in(CHANNEL) if each.by.id == own.id]

    def _written_to_asker(self) -> list[Message]:
        """What the bot writes where it and the one who asks talk."""
        own = bot_of(self._slack)
        place = self._slack.direct(own, self._slack.named(ASKS))
        return [each for each in self._slack.said_in(place) if each.by.id == own.id]

    def _told(self, name: str) -> list[str]:
        return told_alone(self._slack, name)

    async def _links(self, name: str) -> None:
        await follow_link(self._stage.github, name, await self._types(name, "link"))

    async def _types(self, name: str, words: str) -> str:
        """What they are answered to `/claude` and these words."""
        before = len(self._told(name))
        await self._slack.commands(name, CHANNEL, words)
        await self._teller.until(f"an answer to {words}", lambda: len(self._told(name)) > before)
        return self._told(name)[before]

    async def _asks(self, plot: Plot) -> int:
        """Ask in the channel; the issue that is opened for it. Raises CannotPlay."""
        known = set(self._stage.place.issues)
        wanted = plot.request.removeprefix("/claude ")
        said = await self._types(ASKS, f"{wanted} --repo {self._stage.place.full_name}")
        new = [number for number in self._stage.place.issues if number not in known]
        if not new:
            raise CannotPlay(f"No issue was opened for it: {said}")
        return min(new)

    async def _is_approved(self) -> None:
        """By a second person's button, when the thread offers it."""
        await self._teller.until("a button", lambda: self._offering("Approve") is not None)
        first, before = self._offering("Approve"), len(self._told(APPROVES))
        if first is not None:
            await self._slack.clicks(APPROVES, CHANNEL, first.ts, APPROVE)
        await self._teller.until("an answer", lambda: len(self._told(APPROVES)) > before)

    def _offers_to_roll_back(self) -> bool:
        return self._offering(ROLL_BACK) is not None

    def _offering(self, label: str) -> Message | None:
        """The newest first message of a thread, where that can be pressed beneath it."""
        firsts = [each for each in self.by_the_bot() if each.thread_ts is None]
        last = firsts[-1] if firsts else None
        return last if last and label in buttons_of(last.blocks) else None
