"""A conversation with the model: what to do after each answer, and how its turns are put together."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.records import Answer

LARGEST_ANSWER_TOKENS: Final = 64_000
MOST_PAUSES: Final = 3
MOST_REPEATS: Final = 4
SILENCE: Final[Mapping[str, str]] = {"type": "text", "text": "(nothing)"}

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finished:
    """The model has said all it had to say."""

    text: str


@dataclass(frozen=True, slots=True)
class RunTools:
    """Run every tool call of the answer and reply with the results."""


@dataclass(frozen=True, slots=True)
class GoOn:
    """The model paused: send its answer back as it is, and let it go on."""


@dataclass(frozen=True, slots=True)
class AskAgain:
    """The answer was cut at its limit: drop it, ask the same with this limit and a key of its own."""

    max_tokens: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing more can come of this; `code` is the public reason."""

    code: str


Move = Finished | RunTools | GoOn | AskAgain | Stop

ENDINGS: Final[Mapping[str | None, str]] = {
    "refusal": "refused_by_model",
    "model_context_window_exceeded": "context_exceeded",
    None: "answer_incomplete",
}


def next_move(answer: Answer, *, max_tokens: int, enlarged: bool = False, pauses: int = 0) -> Move:
    """What follows from an answer that was asked for with `max_tokens`.

    `enlarged`: this question was already asked again with a larger limit. `pauses`: how often
    the model paused in a row. A stop reason that is not known here is a failure.
    """
    match answer.stop_reason:
        case "end_turn":
            return Finished(text_of(answer))
        case "tool_use":
            return RunTools() if calls_of(answer) else Stop("answer_unintelligible")
        case "max_tokens":
            return Stop("answer_too_long") if enlarged else AskAgain(larger(max_tokens))
        case "pause_turn":
            return GoOn() if pauses < MOST_PAUSES else Stop("model_paused_too_often")
        case other:
            return Stop(ENDINGS.get(other, "unknown_stop_reason"))


def larger(max_tokens: int) -> int:
    """Four times as much, within what a model can give."""
    return max(max_tokens, min(max_tokens * 4, LARGEST_ANSWER_TOKENS))


def text_of(answer: Answer) -> str:
    """What it says in words, without thinking and tool calls."""
    return "".join(block["text"] for block in answer.content if block.get("type") == "text").strip()


def calls_of(answer: Answer) -> list[Mapping[str, Any]]:
    """Its tool calls, in order."""
    return [block for block in answer.content if block.get("type") == "tool_use"]


def doing(answer: Answer) -> tuple[str, str] | None:
    """What its last call is about: views, edits or runs, and which path or command."""
    calls = calls_of(answer)
    given = calls[-1].get("input") if calls else None
    if not isinstance(given, Mapping):
        return None
    what, path = given.get("command"), given.get("path")
    if isinstance(path, str):
        return ("views" if what == "view" else "edits", path)
    return ("runs", what) if isinstance(what, str) else None


def is_stuck(answers: Sequence[Answer]) -> bool:
    """Whether the last few answers all made exactly the same tool calls."""
    recent = [_signature(answer) for answer in answers[-MOST_REPEATS:]]
    return len(recent) == MOST_REPEATS and recent[0] != "[]" and len(set(recent)) == 1


def asked(text: str) -> Message:
    """A user turn that says this."""
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def said(answer: Answer) -> Message:
    """The model's own turn, given back as it came, without the blank texts that the API refuses."""
    blocks = [dict(block) for block in answer.content if not _is_blank(block)]
    return {"role": "assistant", "content": blocks or [dict(SILENCE)]}


def replied(results: Sequence[Mapping[str, Any]]) -> Message:
    """The user turn that answers tool calls."""
    return {"role": "user", "content": [dict(result) for result in results]}


def told_last(messages: Sequence[Message], words: str) -> tuple[Message, ...]:
    """These words behind what the user said last; in a turn of their own where the model spoke last."""
    *before, newest = messages
    if newest["role"] != "user":
        return (*messages, asked(words))
    blocks = [*newest["content"], *asked(words)["content"]]
    return (*before, {**newest, "content": blocks})


def within(
    results: Iterable[Mapping[str, Any]], room: int, *, otherwise: str
) -> tuple[list[Mapping[str, Any]], int]:
    """The results for which there is room, a word in the place of the others, and what room is left."""
    kept = list[Mapping[str, Any]]()
    for each in results:
        fits = len(each["content"]) <= room
        kept.append(each if fits else {**each, "content": otherwise, "is_error": True})
        room -= len(each["content"]) if fits else 0
    return kept, room


def _is_blank(block: Mapping[str, Any]) -> bool:
    return block.get("type") == "text" and not block["text"].strip()


def _signature(answer: Answer) -> str:
    calls = [[call.get("name"), call.get("input")] for call in calls_of(answer)]
    return json.dumps(calls, sort_keys=True)
