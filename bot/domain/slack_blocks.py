"""Block Kit by small functions: whatever is put in, what comes out keeps to Slack's published limits.

https://docs.slack.dev/reference/block-kit has them. What is too long is split where it can be, and folded
with a sign that there is more where it cannot.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from bot.domain.slack_text import folded, split

MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
SECTION: Final = 3000
FIELD: Final = 2000
FIELDS: Final = 10
HEADER: Final = 150
CONTEXT: Final = 10
ACTIONS: Final = 25
BUTTON: Final = 75
VALUE: Final = 2000
OPTIONS: Final = 100
OPTION: Final = 75
OPTION_VALUE: Final = 150
PLACEHOLDER: Final = 150
LABEL: Final = 2000
TITLE: Final = 24
METADATA: Final = 3000
ID: Final = 255
CONFIRM_TITLE: Final = 100
CONFIRM_TEXT: Final = 300
CONFIRM_BUTTON: Final = 30
PLAIN_TEXT: Final = 4000
# Not published: some 13,200 were measured for all blocks of a message.
MESSAGE_CHARACTERS: Final = 12_000
VIEW_BYTES: Final = 240 * 1024  # of 250, as JSON in ASCII
EMPTY: Final = "-"

Block = dict[str, Any]
Style = Literal["primary", "danger"]


def plain(text: str, most: int) -> Block:
    """Words in which nothing is marked up."""
    return {"type": "plain_text", "text": folded(text.strip(), most) or EMPTY, "emoji": False}


def marked(text: str, most: int) -> Block:
    """Words with Slack's own marks, in which it makes no link of what only looks like one."""
    return {"type": "mrkdwn", "text": folded(text.strip("\n"), most) or EMPTY, "verbatim": True}


def sections(text: str) -> list[Block]:
    """As many sections as the text takes; none where there is none."""
    return [{"type": "section", "text": marked(each, SECTION)} for each in split(text, SECTION)]


def fields(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """Names with what belongs to each, side by side."""
    made = [marked(f"*{name}*\n{value or EMPTY}", FIELD) for name, value in pairs]
    return [{"type": "section", "fields": each} for each in _parts(made, FIELDS)]


def header(text: str) -> Block:
    """A line above the rest."""
    return {"type": "header", "text": plain(text.replace("\n", " "), HEADER)}


def context(*texts: str) -> list[Block]:
    """Small print."""
    made = [marked(each, SECTION) for each in texts if each.strip()]
    return [{"type": "context", "elements": each} for each in _parts(made, CONTEXT)]


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def button(
    label: str,
    *,
    action: str,
    value: str = "",
    style: Style | None = None,
    url: str | None = None,
    asks: Block | None = None,
) -> Block:
    """Something to press. `value` says what it is about, and is never shortened. Raises ValueError."""
    if len(value) > VALUE or len(action) > ID:
        raise ValueError("what a button is about has to be an id, and is too long for one")
    made: Block = {"type": "button", "action_id": action, "text": plain(label, BUTTON)}
    more = {"value": value or None, "style": style, "url": url, "confirm": asks}
    return made | {name: each for name, each in more.items() if each is not None}


def asking(title: str, text: str, *, confirm: str, deny: str) -> Block:
    """A question before what is pressed counts."""
    return {
        "title": plain(title, CONFIRM_TITLE),
        "text": marked(text, CONFIRM_TEXT),
        "confirm": plain(confirm, CONFIRM_BUTTON),
        "deny": plain(deny, CONFIRM_BUTTON),
    }


def actions(elements: Sequence[Block]) -> list[Block]:
    """Buttons in a row, and more rows where there are many. Of two of one name in a row one stays."""
    return [
        {"type": "actions", "elements": list({each["action_id"]: each for each in row}.values())}
        for row in _parts(elements, ACTIONS)
    ]


def choice(options: Iterable[tuple[str, str]], *, action: str, placeholder: str) -> Block | None:
    """One of these (label, value); of more than a hundred the first; None where there is none.

    What has too long a value to be chosen by cannot be chosen.
    """
    made = [
        {"text": plain(label, OPTION), "value": value}
        for label, value in options
        if 0 < len(value) <= OPTION_VALUE
    ]
    if not made:
        return None
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain(placeholder, PLACEHOLDER),
        "options": made[:OPTIONS],
    }


def question(label: str, element: Block, *, block: str, hint: str = "", optional: bool = False) -> Block:
    """Something to fill in, in a modal."""
    made: Block = {
        "type": "input",
        "block_id": block,
        "label": plain(label, LABEL),
        "element": element,
        "optional": optional,
    }
    return made | ({"hint": plain(hint, LABEL)} if hint.strip() else {})


def message(blocks: Sequence[Block], *, more: str) -> list[Block]:
    """So many of the blocks as one message holds; where some are left out, `more` says so in their place."""
    return _fitted(blocks, MESSAGE_BLOCKS, MESSAGE_CHARACTERS, more, size=_characters)


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback: str,
    more: str,
    submit: str | None = None,
    metadata: str = "",
) -> Block:
    """A window of its own. `metadata` comes back with it, and is never shortened. Raises ValueError."""
    if len(metadata) > METADATA or len(callback) > ID:
        raise ValueError("what a modal is about has to be an id, and is too long for one")
    made: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, TITLE),
        "blocks": _fitted(blocks, VIEW_BLOCKS, VIEW_BYTES, more, size=_bytes),
        "private_metadata": metadata,
    }
    return made | ({} if submit is None else {"submit": plain(submit, TITLE)})


def home(blocks: Sequence[Block], *, more: str) -> Block:
    """What somebody sees on the app's own tab."""
    return {"type": "home", "blocks": _fitted(blocks, VIEW_BLOCKS, VIEW_BYTES, more, size=_bytes)}


def _fitted(
    blocks: Sequence[Block], most: int, room: int, more: str, *, size: Callable[[Block], int]
) -> list[Block]:
    sizes = [size(each) for each in blocks[:most]]
    if len(blocks) <= most and sum(sizes) <= room:
        return list(blocks)
    told = context(more) or context(EMPTY)
    fit = _how_many(sizes[: most - 1], room - sum(map(size, told)))
    return [*blocks[:fit], *told]


def _how_many(sizes: Sequence[int], room: int) -> int:
    """How many of them, from the first on, find room together."""
    used = 0
    for number, size in enumerate(sizes):
        used += size
        if used > room:
            return number
    return len(sizes)


def _bytes(block: Block) -> int:
    """How long it is as it is sent."""
    return len(json.dumps(block)) + len(", ")


def _characters(node: object) -> int:
    """How much text there is in it."""
    if isinstance(node, Mapping):
        own = len(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + sum(_characters(each) for each in node.values() if not isinstance(each, str))
    if isinstance(node, Sequence) and not isinstance(node, str):
        return sum(map(_characters, node))
    return 0


def _parts(elements: Sequence[Block], size: int) -> list[list[Block]]:
    return [list(elements[at : at + size]) for at in range(0, len(elements), size)]
