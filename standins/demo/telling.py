"""The stories, told on the stage: what people do, what is waited for, and what is shown of it."""

import asyncio
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Final

from standins.demo.feed import Feed, kind_of, shown, state_in
from standins.demo.process import CannotPlay
from standins.demo.screen import Screen
from standins.demo.stage import Outcome, Stage
from standins.demo.windows import Windows
from standins.github.shapes.pulls import pull_of
from standins.github.state import Effect, Repository

LOOK_SECONDS: Final = 0.02
READING_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 180.0
MODEL_PATIENCE_SECONDS: Final = 1800.0
APPROVE: Final = "/claude approve"
UNDOING: Final = "I am taking back"
ANSWER: Final = "/claude answer Choose what is simplest and fits this repository."


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """What is asked for, and how its deployment ends; `repaired` where the tests are to fail once."""

    name: str
    title: str
    issue: str
    request: str
    deployment: Outcome = "success"
    repaired: bool = False
    in_slack: bool = False


@dataclass(kw_only=True)
class Told:
    """A story that was told: where, and all that happened in it."""

    plot: Plot
    issue: int
    pull: int = 0
    approved: str = ""
    effects: Sequence[Effect] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the reckoning calls it by."""
        return f"#{self.issue}"


class Teller:
    """Lets people act on GitHub, and shows what comes of it there and in Slack."""

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self.stage, self.screen = stage, screen
        self.feed, self.windows = Feed(stage, screen), Windows(stage, screen)
        self.patience = MODEL_PATIENCE_SECONDS if stage.claude is None else PATIENCE_SECONDS

    def at(self, place: Repository) -> "Teller":
        """The same, for what happens in that repository."""
        there = copy(self)
        there.stage = replace(self.stage, place=place)
        return there

    async def tell(self, plot: Plot) -> Told:
        """The whole story. Raises CannotPlay where it does not go as it should."""
        self.screen.heading(plot.title)
        self.stage.deployer.outcome = plot.deployment
        before = len(self.stage.github.effects)
        told = Told(plot=plot, issue=await self._opens(plot))
        await self._asks(told)
        await self.comes_to_the_gate(told)
        self.shows_change(told)
        await self._is_approved(told)
        await self.comes_to_its_end(told)
        told.effects = self.stage.github.effects[before:]
        return told

    async def say(self, who: str, number: int, words: str) -> int:
        """Comment on an issue or a pull request; the comment's id."""
        return await self.stage.github.comment(who, self.stage.place.full_name, number, words)

    async def tick(self) -> int:
        """Let whoever deploys work, and show what is new; how much that was. Raises CannotPlay."""
        self.stage.bot.check_alive()
        await self.stage.deployer.work()
        return self.feed.look() + self.windows.look()

    async def until(self, what: str, reached: Callable[[], bool]) -> None:
        """Show what happens until it is so. Raises CannotPlay where it never is."""
        deadline = monotonic() + self.patience
        while not reached():
            await self.tick()
            if monotonic() > deadline:
                tail = self.stage.bot.tail()
                raise CannotPlay(f"{what}: it did not come in {self.patience:.0f} s. The bot's log:\n{tail}")
            await asyncio.sleep(LOOK_SECONDS)
        await self.tick()

    async def _opens(self, plot: Plot) -> int:
        """An issue, and a moment to read it in."""
        self.feed.begin()
        issue = await self.stage.github.open_issue("requester", self.stage.place.full_name, plot.issue)
        await self.tick()
        await asyncio.sleep(READING_SECONDS)
        self.feed.begin()
        return issue

    async def _asks(self, told: Told) -> None:
        """Ask, and see how soon the bot shows that it has seen it."""
        comment = self.stage.place.comments[await self.say("requester", told.issue, told.plot.request)]
        await self.until("a reaction", lambda: bool(comment.reactions))
        took = (comment.reactions[0].created_at - comment.created_at).total_seconds()
        self.screen.happened(None, "", f"The reaction came {took:.2f} s after the request.")

    async def comes_to_the_gate(self, told: Told) -> None:
        """Wait for the pull request; a question on the way is answered."""
        await self._waits_for(told, "an a")  # an answer, an approval
        while self._is_waiting(told, "an answer"):
            self.screen.markdown("The bot asks", self.status(told))
            await self.say("requester", told.issue, ANSWER)
            await self.until("the answer to be heard", lambda: not self._is_waiting(told, "an answer"))
            await self._waits_for(told, "an a")
        told.pull = [each.number for each in self.stage.place.pulls() if each.state == "open"][-1]

    async def _waits_for(self, told: Told, what: str) -> None:
        """Wait until it waits itself. Raises CannotPlay where it ends instead."""
        await self.until(what, lambda: self._is_waiting(told, what) or bool(self.last_word(told)))
        if not self._is_waiting(told, what):
            self.screen.markdown(f"The last word on #{told.issue}", self.last_word(told))
            raise CannotPlay("It has ended before its time.")

    def _is_waiting(self, told: Told, what: str) -> bool:
        return f", waits for {what}" in state_in(self.status(told))

    def shows_change(self, told: Told) -> None:
        pull, git = pull_of(self.stage.place.issues[told.pull]), self.stage.place.git
        told.approved = pull.head_sha
        title = f"Pull request #{told.pull}: {pull.base_sha[:7]}..{pull.head_sha[:7]}"
        self.screen.diff(title, git.diff(pull.base_sha, pull.head_sha))

    async def _is_approved(self, told: Told) -> None:
        """By the one who asked, which is refused; then by somebody else."""
        for who in ("requester", "admin"):
            await self._is_answered(told, who)

    async def _is_answered(self, told: Told, who: str) -> None:
        before = len(self.marked(told.pull, "reply"))
        await self.say(who, told.pull, APPROVE)
        await self.until("an answer", lambda: len(self.marked(told.pull, "reply")) > before)

    async def comes_to_its_end(self, told: Told) -> None:
        state = "active" if told.plot.deployment == "success" else "failed"
        await self.until(f"its end ({state})", lambda: self._has_ended(told, state))
        self.screen.markdown(f"The status comment on #{told.issue}, as it stands now", self.status(told))
        self.screen.markdown(f"The last word on #{told.issue}", self.last_word(told))

    def _has_ended(self, told: Told, state: str) -> bool:
        """The last word is said, and the status comment is finished too."""
        status = self.status(told)
        return bool(self.last_word(told)) and state_in(status) == state and UNDOING not in status

    def marked(self, number: int, kind: str) -> list[str]:
        """The bot's comments of this kind."""
        found = [each.body for each in self.stage.place.comments.values() if each.issue == number]
        return [shown(body) for body in found if kind_of(body) == kind]

    def status(self, told: Told) -> str:
        return "".join(self.marked(told.issue, "status"))

    def last_word(self, told: Told) -> str:
        return "".join(self.marked(told.issue, "end"))
