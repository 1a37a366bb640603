"""After the stories: a prompt, for whoever wants to try more."""

import asyncio
import os
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from standins.demo.feed import shown
from standins.demo.stage import PEOPLE
from standins.demo.telling import LOOK_SECONDS, Teller
from standins.demo.workspace import CHANNEL
from standins.github.shapes.pulls import pull_of
from standins.github.state import Issue
from standins.github.world import Missing, Refused, issue_of
from standins.slack.world import Refused as NotInSlack

HELP: Final = f"""\
issue <person> <title>            open an issue
say <person> <number> <words>     comment on an issue or a pull request
slack <person> <words>            type /claude and these words in Slack
show <number>                     an issue or a pull request, with all that was said
deploys success | failure         how deployments end from now on
bot history <id> | verify | doctor    run that verb of python -m bot
help, quit (or Ctrl-C)

People and their rights: {", ".join(f"{login} ({role})" for login, role in PEOPLE.items())}"""
VERBS: Final = frozenset({"history", "verify", "doctor"})
MOST_BYTES: Final = 4096


class Misused(Exception):
    """A line that makes no sense; says what would."""


class Keyboard:
    """Lines as they are typed; a file that nobody types into never says anything."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines, self._rest = deque[str](), b""
        self.is_closed = False

    def open(self) -> None:
        try:
            asyncio.get_running_loop().add_reader(self._descriptor, self._read)
        except OSError:  # /dev/null and other files cannot be waited for
            return

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)
        self.is_closed = True

    def _read(self) -> None:
        typed = os.read(self._descriptor, MOST_BYTES)
        *lines, self._rest = (self._rest + typed).split(b"\n")
        self._lines.extend(line.decode(errors="replace").strip() for line in lines)
        if not typed:
            self.close()

    def take(self) -> str | None:
        """The next line; "quit" where there will be none."""
        if self._lines:
            return self._lines.popleft()
        return "quit" if self.is_closed else None


class Prompt:
    """Does what the lines say, and shows what comes of it."""

    def __init__(self, teller: Teller) -> None:
        self._teller, self._screen, self._stage = teller, teller.screen, teller.stage
        self._deeds: Mapping[str, Callable[[str], Awaitable[None]]] = {
            "issue": self._issue,
            "say": self._say,
            "slack": self._slack,
            "show": self._show,
            "deploys": self._deploys,
            "bot": self._bot,
            "help": self._help,
        }

    async def serve(self, keyboard: Keyboard) -> None:
        """Until somebody says quit or closes the input. Raises CannotPlay."""
        keyboard.open()
        self._screen.prompt()
        while (line := keyboard.take()) != "quit":
            moved = await self._teller.tick()
            if line:
                await self.do(line)
            if moved or line is not None:
                self._screen.prompt()
            await asyncio.sleep(LOOK_SECONDS)

    async def do(self, line: str) -> None:
        """What one line says. Raises CannotPlay."""
        name, _, rest = line.partition(" ")
        try:
            deed = self._deeds.get(name)
            await (deed(rest.strip()) if deed else self._unknown(name))
        except Misused as fault:
            self._screen.say(str(fault))
        except Missing as fault:
            self._screen.say(f"There is {fault.what}.")
        except Refused as fault:
            self._screen.say(f"GitHub says: {fault.message}")

    async def _help(self, _: str) -> None:
        self._screen.quote(HELP)

    async def _unknown(self, name: str) -> None:
        self._screen.say(f"I do not know “{name}”. This is what I know:")
        self._screen.quote(HELP)

    async def _issue(self, said: str) -> None:
        person, _, title = said.partition(" ")
        if not title:
            raise Misused("issue <person> <title>")
        self._teller.feed.begin()
        await self._stage.github.open_issue(person, self._stage.place.full_name, title)

    async def _say(self, said: str) -> None:
        person, _, rest = said.partition(" ")
        number, _, words = rest.strip().partition(" ")
        if not words or not number.isdecimal():
            raise Misused("say <person> <number> <words>")
        self._teller.feed.begin()
        await self._teller.say(person, int(number), words.strip())

    async def _slack(self, said: str) -> None:
        person, _, words = said.partition(" ")
        if not words:
            raise Misused("slack <person> <words>")
        self._teller.feed.begin()
        try:
            await self._stage.slack.commands(person, CHANNEL, words.strip())
        except NotInSlack as fault:
            raise Misused(f"Slack says: {fault.error}") from None

    async def _show(self, number: str) -> None:
        if not number.isdecimal():
            raise Misused("show <number>")
        issue = issue_of(self._stage.place, int(number))
        kind = "Pull request" if issue.pull else "Issue"
        body = issue.body or "(no text)"
        self._screen.markdown(f"{kind} #{issue.number}, {standing(issue)}: {issue.title}", body)
        for comment in self._stage.place.comments.values():
            if comment.issue == issue.number:
                self._screen.markdown(comment.by.login, shown(comment.body))
        if issue.pull is not None:
            pull = pull_of(issue)
            text = self._stage.place.git.diff(pull.base_sha, pull.head_sha)
            self._screen.diff("Its change", text)

    async def _deploys(self, outcome: str) -> None:
        if outcome not in {"success", "failure"}:
            raise Misused("deploys success, or deploys failure")
        self._stage.deployer.outcome = "success" if outcome == "success" else "failure"

    async def _bot(self, verb: str) -> None:
        words = verb.split()
        if not words or words[0] not in VERBS:
            raise Misused("bot history <id>, bot verify or bot doctor")
        _, said = await self._stage.bot.ask(*words)
        self._screen.quote(said)


def standing(issue: Issue) -> str:
    """Open, closed or merged."""
    return "merged" if issue.pull is not None and issue.pull.merged_at else issue.state
