"""What happens on GitHub, in Slack and at Claude, line by line, as it happens."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from standins.demo.screen import Screen
from standins.demo.slack_feed import SlackFeed
from standins.demo.stage import Stage
from standins.github.state import Effect

MARKER: Final = re.compile(r"\A<!-- claude-code-bot:(\w+):(\S+) -->\n")
HEADING: Final = re.compile(r"^### Integration `\w+`: (\w+)", re.MULTILINE)
WAITING: Final = re.compile(r"^\*\*(?:Merged; w|W)aits for (.*?)\*\*", re.MULTILINE)
LONGEST: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Somebody did something."""

    at: datetime
    who: str
    what: str


def kind_of(body: str) -> str:
    """What a comment of the bot is, as its hidden marker says: status, reply, end; else nothing."""
    found = MARKER.match(body)
    return found[1] if found else ""


def shown(body: str) -> str:
    """A comment as people see it."""
    return MARKER.sub("", body).strip()


def one_line(text: str) -> str:
    line = " ".join(text.replace("**", "").split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def state_in(body: str) -> str:
    """Where the status comment says that it stands."""
    heading, waiting = HEADING.search(body), WAITING.search(body)
    waits = f", waits for {waiting[1]}" if waiting else ""
    return f"{heading[1]}{waits}" if heading else ""


def said(facts: Mapping[str, Any]) -> str:
    """Somebody's comment, or the bot's, by what it is."""
    verb = {"status": "opens its status comment", "reply": "answers", "end": "has the last word"}
    words, kind = shown(facts["body"]), kind_of(facts["body"])
    where = f"on #{facts['number']}"
    return (
        f"{verb[kind]} {where}"
        if kind == "status"
        else f"{verb.get(kind, 'says')} {where}: {one_line(words)}"
    )


WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "open_issue": lambda it: f"opens issue #{it['number']}: {it['title']}",
    "create_comment": said,
    "create_reaction": lambda it: f"reacts with {it['content']}",
    "create_commit": lambda it: f"commits {it['sha'][:7]} through the Git Data API",
    "create_branch": lambda it: f"makes the branch {it['branch']} at {it['sha'][:7]}",
    "delete_branch": lambda it: f"deletes the branch {it['branch']}",
    "open_pull": lambda it: f"opens pull request #{it['number']}: {it['title']}",
    "close_pull": lambda it: f"closes pull request #{it['number']}",
    "create_check": lambda it: f"opens the check run “{it['check']}” on {it['head'][:7]}",
    "update_check": lambda it: f"completes the check run: {it['conclusion']}",
    "merge": lambda it: f"merges #{it['number']} at {it['head'][:7]}, as {it['sha'][:7]} on {it['base']}",
    "create_deployment": lambda it: f"asks for {it['sha'][:7]} to be deployed to {it['environment']}",
    "set_deployment_status": lambda it: f"deployment: {it['state']}",
}


class Feed:
    """Shows what is new each time it is asked to look."""

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self._stage, self._screen, self._slack = stage, screen, SlackFeed(stage)
        self._effects = self._answers = 0
        self._states: dict[int, str] = {}
        self._began = stage.github.now()

    def begin(self) -> None:
        """The clock starts anew, for another story."""
        self._began = self._stage.github.now()

    def elapsed(self, at: datetime) -> float:
        return (at - self._began).total_seconds()

    def look(self) -> int:
        """Show what has happened since; how much that was."""
        here = [*self._on_github(), *self._in_slack(), *self._at_claude()]
        moments = sorted(here, key=lambda it: it.at)
        for it in moments:
            self._screen.happened(self.elapsed(it.at), it.who, it.what)
        return len(moments)

    def _on_github(self) -> Iterator[Moment]:
        new = self._stage.github.effects[self._effects :]
        self._effects += len(new)
        for effect in new:
            yield from self._told(effect)

    def _told(self, effect: Effect) -> Iterator[Moment]:
        who = "bot" if effect.by.endswith("[bot]") else effect.by
        if effect.name in WORDS:
            yield Moment(at=effect.at, who=who, what=WORDS[effect.name](effect.facts))
        if kind_of(effect.facts.get("body", "")) == "status":
            yield from self._stood(effect)

    def _stood(self, effect: Effect) -> Iterator[Moment]:
        comment, state = effect.facts["id"], state_in(effect.facts["body"])
        if state and state != self._states.get(comment):
            self._states[comment] = state
            yield Moment(at=effect.at, who="state", what=state)

    def _in_slack(self) -> Iterator[Moment]:
        for at, who, what in self._slack.new():
            yield Moment(at=at, who=who, what=one_line(what))

    def _at_claude(self) -> Iterator[Moment]:
        new = self._stage.player.answers[self._answers :]
        self._answers += len(new)
        for answer in new:
            for line in answer.report:
                yield Moment(at=answer.at, who="tests", what=line)
            yield Moment(at=answer.at, who="claude", what=answer.does)
