"""One run in its two windows: how its comment on GitHub and its thread in Slack stood at each state."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from standins.demo.feed import kind_of, shown
from standins.demo.screen import Screen
from standins.demo.stage import Stage
from standins.demo.workspace import unlinked
from standins.slack.state import Called

HEADING: Final = re.compile(r"Integration `(\w+)`: (\w+)")
WAITING: Final = re.compile(r"^\*+(?:Merged; w|W)aits for (.*?)\*+", re.MULTILINE)
SAYS: Final = frozenset(("chat.postMessage", "chat.update"))
# In a message of Slack's there are no tables, and its cells stand between dots.
SEPARATOR: Final = re.compile(r" \| | · ")
SIGNS: Final = re.compile(r"\*+|^#+|`")
HEADS: Final = ("step", "---|---|---|---")
FIRST_LINES: Final = 7
PASSED: Final = "(It had gone on before this was shown here.)"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What one window showed, and at which state; `buttons` are what could be pressed beneath."""

    state: str
    lines: tuple[str, ...]
    buttons: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Run:
    """What both windows have shown of one run, and how much of that is on the screen."""

    github: list[View] = field(default_factory=list)
    slack: list[View] = field(default_factory=list)
    told: int = 0
    seen: int = 0

    def pairs(self) -> Iterator[tuple[View, View]]:
        """What both have come to since; a state that one window passed over says so there."""
        while self.told < len(self.github) and self.slack:
            view = self.github[self.told]
            at = self._at(view.state)
            if at is None and not self._has_gone_on():
                return
            self.told += 1
            self.seen = self.seen if at is None else at
            yield view, View(state=view.state, lines=(PASSED,)) if at is None else self.slack[at]

    def _has_gone_on(self) -> bool:
        """Whether the other window shows a later state already."""
        return any(self._at(each.state) is not None for each in self.github[self.told + 1 :])

    def _at(self, state: str) -> int | None:
        later = range(self.seen, len(self.slack))
        return next((nth for nth in later if self.slack[nth].state == state), None)


class Windows:
    """Shows both windows each time that a run which has a thread in Slack has come to another state."""

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self._stage, self._screen = stage, screen
        self._effects = self._calls = 0
        self.runs: dict[str, Run] = {}

    def look(self) -> int:
        """Show what is new in both; how much that was."""
        new, self._effects = self._stage.github.effects[self._effects :], len(self._stage.github.effects)
        for effect in new:
            body = effect.facts.get("body", "")
            if kind_of(body) == "status":
                self._note(shown(body), ())
        calls, self._calls = self._stage.slack.calls[self._calls :], len(self._stage.slack.calls)
        for call in filter(begins_a_thread, calls):
            blocks = blocks_of(call.arguments)
            self._note(text_of(blocks), tuple(buttons_of(blocks)), in_slack=True)
        pairs = [pair for run in self.runs.values() for pair in run.pairs()]
        for github, slack in pairs:
            self._screen.beside(github.state, github.lines, slack.lines, slack.buttons)
        return len(pairs)

    def _note(self, text: str, buttons: tuple[str, ...], *, in_slack: bool = False) -> None:
        found = HEADING.search(text)
        if found is None:
            return
        waiting = WAITING.search(text)
        state = f"{found[2]}, waits for {waiting[1]}" if waiting else found[2]
        run = self.runs.setdefault(found[1], Run())
        views = run.slack if in_slack else run.github
        if not views or views[-1].state != state:
            views.append(View(state=state, lines=lines_of(text), buttons=buttons))


def begins_a_thread(call: Called) -> bool:
    """Whether it said or edited something that stands in no thread."""
    return call.method in SAYS and not call.error and not call.arguments.get("thread_ts")


def blocks_of(arguments: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """As an object or as the JSON that a form holds."""
    given = arguments.get("blocks") or []
    return list(json.loads(given) if isinstance(given, str) else given)


def text_of(blocks: Iterable[Mapping[str, Any]]) -> str:
    """What its sections say, without the signs of links."""
    texts = [each["text"]["text"] for each in blocks if each["type"] == "section"]
    return unlinked("\n".join(texts))


def buttons_of(blocks: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The words on its buttons."""
    for each in blocks:
        if each["type"] == "actions":
            yield from (element["text"]["text"] for element in each["elements"])


def lines_of(text: str) -> tuple[str, ...]:
    """Its heading and its steps, without their times: the same of both windows, each in its own signs."""
    found = (lined(line) for line in text.splitlines())
    return tuple(line for line in found if line)[:FIRST_LINES]


def lined(line: str) -> str:
    """One line without signs; nothing of a table's head."""
    cells = [part.strip() for part in SEPARATOR.split(SIGNS.sub("", line).strip("| "))]
    return "" if cells[0] in HEADS else " · ".join(cells[:2])
