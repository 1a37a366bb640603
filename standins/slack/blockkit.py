"""Block Kit as Slack takes it: the published limits, and what it says of whatever breaks one."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from standins.slack import blockkit_elements as elements
from standins.slack.blockkit_elements import Faults, Place, each_of, length, missing, text_object

MOST_IN_A_MESSAGE: Final = 50
MOST_IN_A_VIEW: Final = 100
# Not published; measured of all that a message's blocks hold: https://github.com/slackapi/bolt-js/issues/2509
MOST_TEXT_OF_BLOCKS: Final = 13_200
SECTION, FIELD, HEADER, ALT, URL, ID, LABEL, MARKDOWN = 3000, 2000, 150, 2000, 3000, 255, 2000, 12_000
FIELDS, CONTEXT, ACTIONS = 10, 10, 25
TITLE, METADATA, VIEW_BYTES = 24, 3000, 250 * 1024
INTERACTIVE: Final = frozenset(elements.ELEMENTS)
IN_ACTIONS: Final = INTERACTIVE - {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
IN_INPUT: Final = INTERACTIVE - {"button", "overflow"}


def faults_in_message(blocks: Any) -> list[str]:
    """What Slack says of the blocks of a message; nothing where it takes them."""
    return list(_blocks(blocks, "/blocks", most=MOST_IN_A_MESSAGE, known=MESSAGE_BLOCKS))


def too_long(blocks: Any) -> bool:
    """Whether all text of a message's blocks together is more than Slack takes."""
    return sum(map(len, _texts(blocks))) > MOST_TEXT_OF_BLOCKS


def faults_in_view(view: Any) -> list[str]:
    """What Slack says of a modal or a Home."""
    if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
        return ["[ERROR] unsupported type [json-pointer:/view/type]"]
    return list(_view(view))


def _view(view: Mapping[str, Any]) -> Faults:
    yield from _blocks(view.get("blocks"), "/view/blocks", most=MOST_IN_A_VIEW, known=VIEW_BLOCKS)
    yield from length(view, "private_metadata", "/view", METADATA)
    for name in ("callback_id", "external_id"):
        yield from length(view, name, "/view", ID)
    if len(json.dumps(view)) > VIEW_BYTES:
        yield "[ERROR] must be less than 250 KB [json-pointer:/view]"
    if view["type"] == "modal":
        yield from _modal(view)


def _modal(view: Mapping[str, Any]) -> Faults:
    yield from missing(view, "/view", "title", "blocks")
    for name in ("title", "submit", "close"):
        if view.get(name) is not None:
            yield from text_object(view[name], f"/view/{name}", most=TITLE, plain=True)
    has_input = any(
        isinstance(each, dict) and each.get("type") == "input" for each in view.get("blocks") or ()
    )
    if has_input and not view.get("submit"):
        yield "[ERROR] missing required field: submit [json-pointer:/view]"


def _blocks(blocks: Any, where: str, *, most: int, known: Mapping[str, "Check"]) -> Faults:
    if not isinstance(blocks, list):
        yield f"[ERROR] must be an array [json-pointer:{where}]"
        return
    if len(blocks) > most:
        yield f"[ERROR] no more than {most} items allowed [json-pointer:{where}]"
    ids: set[str] = set()
    for number, block in enumerate(blocks):
        place = f"{where}/{number}"
        yield from _block(block, place, known)
        yield from _repeated(block, place, ids)


def _block(block: Any, where: Place, known: Mapping[str, "Check"]) -> Faults:
    if not isinstance(block, dict):
        yield f"[ERROR] must be an object [json-pointer:{where}]"
        return
    check = known.get(block.get("type", ""))
    if check is None:
        yield f"[ERROR] unsupported type: {block.get('type')} [json-pointer:{where}/type]"
        return
    yield from length(block, "block_id", where, ID)
    yield from check(block, where)


def _repeated(block: Any, where: Place, ids: set[str]) -> Faults:
    given = block.get("block_id") if isinstance(block, dict) else None
    if given is None:
        return
    if given in ids:
        yield f"[ERROR] `block_id` {given} already exists [json-pointer:{where}/block_id]"
    ids.add(given)


Check = Callable[[Mapping[str, Any], Place], Iterator[str]]


def _section(block: Mapping[str, Any], where: Place) -> Faults:
    if not block.get("text") and not block.get("fields"):
        yield f"[ERROR] missing required field: text [json-pointer:{where}]"
    if block.get("text"):
        yield from text_object(block["text"], f"{where}/text", most=SECTION)
    if block.get("fields"):
        fields = block["fields"]
        yield from each_of(fields, f"{where}/fields", FIELDS, lambda it, at: text_object(it, at, most=FIELD))
    if block.get("accessory"):
        yield from elements.element(block["accessory"], f"{where}/accessory", INTERACTIVE | {"image"})


def _header(block: Mapping[str, Any], where: Place) -> Faults:
    yield from text_object(block.get("text"), f"{where}/text", most=HEADER, plain=True)


def _context(block: Mapping[str, Any], where: Place) -> Faults:
    yield from each_of(block.get("elements"), f"{where}/elements", CONTEXT, _context_element)


def _context_element(given: Any, where: Place) -> Faults:
    if isinstance(given, dict) and given.get("type") == "image":
        yield from elements.element(given, where, {"image"})
    else:
        yield from text_object(given, where, most=SECTION)


def _actions(block: Mapping[str, Any], where: Place) -> Faults:
    given = block.get("elements")
    yield from each_of(
        given, f"{where}/elements", ACTIONS, lambda it, at: elements.element(it, at, IN_ACTIONS)
    )
    yield from elements.repeated_actions(given, where)


def _image(block: Mapping[str, Any], where: Place) -> Faults:
    yield from missing(block, where, "alt_text")
    yield from length(block, "alt_text", where, ALT)
    yield from length(block, "image_url", where, URL)
    if block.get("title"):
        yield from text_object(block["title"], f"{where}/title", most=LABEL, plain=True)


def _input(block: Mapping[str, Any], where: Place) -> Faults:
    yield from text_object(block.get("label"), f"{where}/label", most=LABEL, plain=True)
    if block.get("hint"):
        yield from text_object(block["hint"], f"{where}/hint", most=LABEL, plain=True)
    yield from elements.element(block.get("element"), f"{where}/element", IN_INPUT)


def _rich_text(block: Mapping[str, Any], where: Place) -> Faults:
    if not isinstance(block.get("elements"), list):
        yield f"[ERROR] missing required field: elements [json-pointer:{where}]"


def _markdown(block: Mapping[str, Any], where: Place) -> Faults:
    yield from missing(block, where, "text")
    yield from length(block, "text", where, MARKDOWN)


def _texts(node: Any) -> Iterator[str]:
    """Every text that the blocks hold."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name == "text" and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(node, Sequence) and not isinstance(node, str):
        for each in node:
            yield from _texts(each)


COMMON: Final[Mapping[str, Check]] = {
    "section": _section,
    "header": _header,
    "divider": elements.as_it_is,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "rich_text": _rich_text,
    "input": _input,
}
VIEW_BLOCKS: Final = COMMON
MESSAGE_BLOCKS: Final[Mapping[str, Check]] = {**COMMON, "markdown": _markdown}
