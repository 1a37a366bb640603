"""What is wrong with a configuration, in which line, and what to do about it."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Final

from bot.application.configuration import Configuration
from bot.application.configuration_file import LARGEST_BYTES, Fault
from bot.application.quoting import unheard
from bot.application.reasons import code

KEYS: Final = tuple(Configuration.model_fields)
KNOWN: Final = f"The keys are {', '.join(KEYS)}."
LONGEST_KEY: Final = 100

FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "alias": ("aliases are not allowed", "Write the value out."),
    "character": ("a character that no YAML may hold", "Remove it."),
    "no_mapping": ("a mapping of keys to values is wanted", "Write `key: value`, a key a line."),
    "not_text": ("this is no UTF-8 text", "Save the file as UTF-8."),
    "odd_key": ("a key has to be a plain word", KNOWN),
    "syntax": ("this is no YAML", "Look at the indentation, the colons and the quotes here and just before."),
    "tag": ("tags are not allowed", "Write the plain value."),
    "too_deep": ("nested too deeply", "Nothing here is nested like that."),
    "too_large": (f"larger than {LARGEST_BYTES} bytes", "Shorten it."),
    "twice": ("this key stands here already", "Keep one of them."),
    "workflow_missing": ("there is no such workflow", "Name a file of `.github/workflows` that is there."),
    "workflow_not_by_hand": (
        "this workflow cannot be started by dispatch",
        "Give its file `workflow_dispatch` under `on:`.",
    ),
    "workflow_inputs_unknown": (
        "the workflow does not declare these inputs",
        "Declare them under `workflow_dispatch: inputs:`, or take them out.",
    ),
    "workflow_inputs_missing": ("the workflow asks for these inputs", "Give them under `deploy: inputs:`."),
    "unreadable_value": ("this value cannot be read", "Put it in quotes where it is text."),
}

# What the declaration does not allow, said with the bound that it sets.
BOUNDS: Final[Mapping[str, Callable[[Mapping[str, object]], str]]] = {
    "bool_type": lambda _: "has to be true or false, without quotes",
    "greater_than_equal": lambda it: f"has to be at least {it['ge']}",
    "int_type": lambda _: "has to be a whole number, without quotes",
    "less_than_equal": lambda it: f"has to be at most {it['le']}",
    "list_type": lambda _: "has to be a list: a line with `- ` for each",
    "literal_error": lambda it: f"has to be {it['expected']}",
    "missing": lambda _: "has to be said",
    "model_type": lambda _: "has to be a mapping of keys to values",
    "string_pattern_mismatch": lambda _: "holds a character that is not allowed there",
    "string_too_long": lambda it: f"has to have at most {it['max_length']} characters",
    "string_too_short": lambda it: f"has to have at least {it['min_length']} character",
    "string_type": lambda _: "has to be text; in quotes where it looks like something else",
    "too_long": lambda it: f"has to have at most {it['max_length']} entries",
}


def fault(it: Fault) -> str:
    """The line, what is wrong there, and what to do."""
    return f"line {it.line}: {reason(it)}"


def reason(it: Fault) -> str:
    """What is wrong, and what to do; of the file's own words only keys, and those harmless."""
    named = f"{code(it.key[:LONGEST_KEY])}: " if it.key else ""
    if it.code == "extra_forbidden":
        return f"{named}there is no such key. {_nearest(it.key)}"
    if it.code in BOUNDS:
        return f"{named}{BOUNDS[it.code](it.bounds)}."
    if it.code not in FAULTS:
        return f"{named}{_plain(it.said.removeprefix('Value error, '))}."
    wrong, cure = FAULTS[it.code]
    detail = f" ({_plain(it.said)})" if it.said else ""
    return f"{named}{wrong}{detail}. {cure}"


def more(rest: int) -> str:
    """How many mistakes there are beside the one that is told."""
    return {0: "", 1: " There is 1 more mistake."}.get(rest, f" There are {rest} more mistakes.")


def _plain(said: str) -> str:
    """What a library says, in which a piece of the file may stand."""
    return unheard(" ".join(said.split())[:200]).replace("`", "'")


def _nearest(key: str) -> str:
    near = get_close_matches(key[:LONGEST_KEY], KEYS, n=1)
    return f"Did you mean `{near[0]}`? {KNOWN}" if near else KNOWN
