"""Words to the bot behind its name: what is said to it, and the few things that such words may become.

Whatever a model makes of them is one of a closed list; only the code knows what follows from that.
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.domain.blocks import blocks_of
from bot.domain.commands import BLANK_LINES

UNCLEAR: Final = "unclear"
# A review for which the words say what to look at: then they are its focus.
REVIEW_FOCUS: Final = "review_focus"
# What words may become at once, and whether they are its text.
AT_ONCE: Final[Mapping[str, bool]] = {
    "ask": True,
    "help": False,
    "review": False,
    "status": False,
    "why": False,
}
# What words may only propose: a person says it as a command.
PROPOSED: Final = frozenset(("integrate", "fix"))
LONGEST: Final = 4_000
CODE: Final = "[a block of code]"
_APP: Final = "[bot]"
_ENDS: Final = " \t\r\n.!?"
_QUOTED: Final = re.compile(r"[ \t]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Does:
    """This command is meant, and words are enough for it; whether they are its text."""

    name: str
    has_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposes:
    """This command seems to be meant: it is shown, with the words, for a person to say it."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """This command seems to be meant, and nothing but the command itself does it."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """Nobody knows what is meant."""


Move = Does | Proposes | Names | Unclear


def words_to(login: str, body: str) -> str | None:
    """What is said to the bot of this name, None where a comment does not begin with it.

    As with a command only the first line that is not blank counts, from its first column: a name in a
    quotation, in code or in the middle of a sentence talks of the bot, and not to it.
    """
    name = re.escape(login.removesuffix(_APP))
    begins = re.compile(rf"@{name}(?:{re.escape(_APP)})?(?![\w/-])[ \t]*[,:]?", re.ASCII | re.IGNORECASE)
    said = BLANK_LINES.sub("", body)
    found = begins.match(said)
    return None if found is None else said[found.end() :].strip()


def own_words(said: str) -> str:
    """Their own words in it, as far as they are sorted: quotations are another's, and code is none."""
    parts = [CODE if each.is_code else _unquoted(each.text) for each in blocks_of(said)]
    own = "\n\n".join(part for part in parts if part)
    return own[:LONGEST] if own.replace(CODE, "").strip() else ""


def _unquoted(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not _QUOTED.match(line)).strip()


def meanings(known: Collection[str]) -> tuple[str, ...]:
    """All that a model may say of somebody's words: which command they are, or that it does not know."""
    return (*sorted(known), REVIEW_FOCUS, UNCLEAR)


def schema_of(known: Collection[str]) -> Mapping[str, Any]:
    """The shape of its answer: one word of that list, and nothing beside it."""
    return {
        "type": "object",
        "properties": {"means": {"type": "string", "enum": list(meanings(known))}},
        "required": ["means"],
        "additionalProperties": False,
    }


def meaning_in(text: str, known: Collection[str]) -> str:
    """What a model's answer says; whatever is not in the list is unclear."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return UNCLEAR
    means = answer.get("means") if isinstance(answer, dict) else None
    return means if means in meanings(known) else UNCLEAR


def move_of(means: str, known: Collection[str]) -> Move:
    """What follows from it."""
    if means == REVIEW_FOCUS:
        return Does(name="review", has_text=True)
    if means not in known:
        return Unclear()
    if means in AT_ONCE:
        return Does(name=means, has_text=AT_ONCE[means])
    return Proposes(name=means) if means in PROPOSED else Names(name=means)


def plain_move(words: str, known: Collection[str]) -> Move | None:
    """What follows without a model: from a command's bare name, or from nothing said; None from all else."""
    bare = words.strip(_ENDS).lower()
    if not bare:
        return Does(name="help")
    if bare not in known:
        return None
    return Does(name=bare) if bare in AT_ONCE else Names(name=bare)
