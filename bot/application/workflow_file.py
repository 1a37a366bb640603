"""What a workflow's file says of being started by hand. It is data; nothing is built of it.

Anybody who opens a pull request may have written it: it is read beside everything else, and within bounds.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

import yaml

from bot.application.yaml_shape import with_depth
from bot.domain.fitting import ByHand, unfit

FOLDER: Final = ".github/workflows/"
LARGEST_BYTES: Final = 128 * 1024
DEEPEST: Final = 50
MOST_INPUTS: Final = 25  # GitHub takes no more
TRIGGER: Final = "workflow_dispatch"


def path_of(workflow: str) -> str:
    """Where the file of this name lies."""
    return f"{FOLDER}{workflow}"


def by_hand(content: bytes) -> ByHand | None:
    """How it is started by dispatch; None where it is not, or where that cannot be read."""
    try:
        return _by_hand(_composed(content))
    except (yaml.YAMLError, ValueError, OverflowError):  # the last: a sign by a number that no sign has
        return None


def _by_hand(root: yaml.Node | None) -> ByHand | None:
    on = _of(root, "on")
    if isinstance(on, yaml.MappingNode):
        trigger = _of(on, TRIGGER)
        return None if trigger is None else ByHand(inputs=_inputs(_of(trigger, "inputs")))
    named = on.value if isinstance(on, yaml.SequenceNode) else [on]
    return ByHand() if any(_text(each) == TRIGGER for each in named) else None


def _composed(content: bytes) -> yaml.Node | None:
    """The document as nodes. Raises ValueError where it is too large or too deep."""
    if len(content) > LARGEST_BYTES:
        raise ValueError("too large")
    text = content.decode()
    if any(depth > DEEPEST for _, depth in with_depth(yaml.parse(text, Loader=yaml.SafeLoader))):
        raise ValueError("too deep")
    node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    return node


def _inputs(declared: yaml.Node | None) -> dict[str, bool]:
    """Each may be the same large node by an alias: of few that is read soon. Raises ValueError."""
    pairs = declared.value if isinstance(declared, yaml.MappingNode) else []
    if len(pairs) > MOST_INPUTS:
        raise ValueError("too many")
    return {name.value: _has_to_be_given(about) for name, about in pairs if _text(name)}


def _has_to_be_given(about: yaml.Node) -> bool:
    is_required = _text(_of(about, "required")).lower() == "true"
    return is_required and _of(about, "default") is None


def _of(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """The value of a mapping's key, by the key's own letters: YAML would read `on` as a truth value."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if _text(name) == key), None)


def _text(node: object) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


async def why_unfit(content: bytes | None, given: Iterable[str]) -> tuple[str, str] | None:
    """Why the file cannot be dispatched with these inputs: a code and which; nobody waits for it."""
    if content is None:
        return "workflow_missing", ""
    return unfit(await asyncio.to_thread(by_hand, content), given)
