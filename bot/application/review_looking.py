"""A reader looks into other files of the commit: a few times, within some room, and then it answers.

It can list, search and view, as whoever answers a question can, and change or run nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog

from bot.application.looking_tools import LOOKING_TOOLS, LOOKS
from bot.application.ports import World
from bot.application.prompting import render
from bot.application.question_sources import lines_shown
from bot.application.review_paying import Cost
from bot.application.review_questions import Asking
from bot.application.tools import run_tools
from bot.application.workbench import Workbench, open_tree
from bot.domain.conversation import Message, calls_of, replied, said, told_last, within
from bot.domain.shown_lines import Lines, together
from bot.domain.tree import Tree
from bot.records import Answer, Question, StepFailed

log = structlog.get_logger()

# Asks a question under a key. Raises StepFailed, Unavailable.
Ask = Callable[[Question, str], Awaitable[Answer]]

# Of the answers to one question the last is one that can look no more.
MOST_TURNS: Final = 4
# What all looks may show together, in characters, and where there is as good as no room left.
ROOM: Final = 60_000
LITTLE_ROOM: Final = 2_000
MOST_TOKENS: Final = 250_000
NO_ROOM: Final = "Not shown: there is no more room. Ask for fewer lines, or answer now."
_LIST: Final = "List the files of the commit by path."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What can be looked at: the files of the head."""

    tree: Tree
    bench: Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The answer in the end, what all of them cost, and which lines of which files were seen for it."""

    answer: Answer
    cost: Cost
    lines: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class _Talk:
    messages: tuple[Message, ...]
    turns: int = 0
    room: int = ROOM
    cost: Cost = Cost()  # noqa: RUF009  frozen
    lines: Lines = field(default_factory=dict)

    @property
    def is_at_its_end(self) -> bool:
        spent = self.turns >= MOST_TURNS - 1 or self.cost.tokens >= MOST_TOKENS
        return spent or self.room < LITTLE_ROOM


async def open_sight(asking: Asking, world: World) -> Sight | None:
    """None where the files cannot be had: the change is read all the same."""
    bench = Workbench(
        repository=asking.request.repository,
        commit=asking.pull.head,
        sources=world.sources,
        sandbox=world.sandbox,
        limits=world.rules.sandbox,
        not_secret=asking.not_secret,
        inputs=LOOKS,
    )
    try:
        return Sight(tree=await open_tree(bench), bench=bench)
    except StepFailed as no:
        log.warning("review_without_looks", code=no.code)
        return None


def with_looks(question: Question) -> Question:
    """The same, with the tools to look with."""
    return replace(question, tools=tuple(map(_described, LOOKING_TOOLS)))


async def looked(question: Question, key: str, sight: Sight | None, ask: Ask) -> Looked:
    """Ask until there is an answer that looks no further; each turn is paid once. Raises StepFailed."""
    talk = _Talk(messages=question.messages)
    while True:
        is_last = sight is None or talk.is_at_its_end
        own = f"{key}:turn:{talk.turns}" if talk.turns else key
        got = await ask(_turn(question, talk, is_last=is_last), own)
        talk = replace(talk, cost=talk.cost.plus(got))
        if got.stop_reason != "tool_use":
            return Looked(answer=got, cost=talk.cost, lines=talk.lines)
        if sight is None or is_last or not calls_of(got):
            raise StepFailed("review_unintelligible", "looks")
        talk = await _on(talk, got, sight)


def _turn(question: Question, talk: _Talk, *, is_last: bool) -> Question:
    """Where it has looked and may no more, it is told so."""
    messages = told_last(talk.messages, render("ask_last")) if is_last and talk.turns else talk.messages
    return replace(question, messages=messages, may_call=not is_last)


async def _on(talk: _Talk, got: Answer, sight: Sight) -> _Talk:
    """With what its looks have shown."""
    worked = await run_tools(got.content, tree=sight.tree, bench=sight.bench)
    results, room = within(worked.results, talk.room, otherwise=NO_ROOM)
    return replace(
        talk,
        messages=(*talk.messages, said(got), replied(results)),
        turns=talk.turns + 1,
        room=room,
        lines=together([talk.lines, *lines_shown(got, results)]),
    )


def _described(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """A review lists no files beforehand."""
    return {**tool, "description": _LIST} if tool["name"] == "list_files" else tool
