"""The parts that blocks are made of: buttons, menus, fields to fill in, and the objects within."""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

Place = str
Faults = Iterator[str]
Check = Callable[[Mapping[str, Any], Place], Iterator[str]]

TEXT, BUTTON, VALUE, URL, ID, ALT = 3000, 75, 2000, 3000, 255, 2000
PLACEHOLDER, OPTION, OPTION_VALUE, OPTIONS, GROUPS = 150, 75, 150, 100, 100
OVERFLOW, CHOICES, INPUT = 5, 10, 3000
CONFIRM: Final[Mapping[str, int]] = {"title": 100, "text": 300, "confirm": 30, "deny": 30}


def missing(given: Mapping[str, Any], where: Place, *names: str) -> Faults:
    """What has to be there and is not, or is empty."""
    for name in names:
        if given.get(name) is None or given[name] == "":
            yield f"[ERROR] missing required field: {name} [json-pointer:{where}]"


def length(given: Mapping[str, Any], name: str, where: Place, most: int) -> Faults:
    value = given.get(name)
    if value is None:
        return
    if not isinstance(value, str):
        yield f"[ERROR] must be a string [json-pointer:{where}/{name}]"
    elif len(value) > most:
        yield f"[ERROR] must be less than {most + 1} characters [json-pointer:{where}/{name}]"


def each_of(given: Any, where: Place, most: int, check: Callable[[Any, Place], Faults]) -> Faults:
    """A list of at least one and at most so many, each of which is well."""
    if not isinstance(given, list) or not given:
        yield f"[ERROR] must provide at least 1 item [json-pointer:{where}]"
        return
    if len(given) > most:
        yield f"[ERROR] no more than {most} items allowed [json-pointer:{where}]"
    for number, each in enumerate(given):
        yield from check(each, f"{where}/{number}")


def text_object(given: Any, where: Place, *, most: int, plain: bool = False) -> Faults:
    """`plain_text` or `mrkdwn`, of at least one character."""
    kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
    if not isinstance(given, dict):
        yield f"[ERROR] missing required field: {where.rpartition('/')[2]} [json-pointer:{where}]"
        return
    if given.get("type") not in kinds:
        yield f"[ERROR] unsupported type: {given.get('type')} [json-pointer:{where}/type]"
    if not given.get("text"):
        yield f"[ERROR] must be more than 0 characters [json-pointer:{where}/text]"
    yield from length(given, "text", where, most)


def element(given: Any, where: Place, kinds: AbstractSet[str]) -> Faults:
    """One element of a kind that may stand here."""
    kind = str(given.get("type")) if isinstance(given, dict) else "None"
    if kind not in kinds:
        yield f"[ERROR] unsupported type: {kind} [json-pointer:{where}/type]"
        return
    yield from length(given, "action_id", where, ID)
    if given.get("placeholder"):
        yield from text_object(given["placeholder"], f"{where}/placeholder", most=PLACEHOLDER, plain=True)
    if given.get("confirm"):
        yield from _confirm(given["confirm"], f"{where}/confirm")
    yield from (_image if kind == "image" else ELEMENTS[kind])(given, where)


def repeated_actions(given: Any, where: Place) -> Faults:
    """An action has one name, and no other of its block has it."""
    names = [each["action_id"] for each in given or () if isinstance(each, dict) and "action_id" in each]
    for name in sorted({each for each in names if names.count(each) > 1}):
        yield f"[ERROR] `action_id` {name} already exists [json-pointer:{where}/elements]"


def _confirm(given: Mapping[str, Any], where: Place) -> Faults:
    for name, most in CONFIRM.items():
        if name in given:
            yield from text_object(given[name], f"{where}/{name}", most=most, plain=name != "text")


def _button(given: Mapping[str, Any], where: Place) -> Faults:
    yield from text_object(given.get("text"), f"{where}/text", most=BUTTON, plain=True)
    yield from length(given, "value", where, VALUE)
    yield from length(given, "url", where, URL)
    if given.get("style") not in {None, "primary", "danger"}:
        yield f"[ERROR] unsupported style: {given['style']} [json-pointer:{where}/style]"


def _option(given: Any, where: Place) -> Faults:
    if not isinstance(given, dict):
        yield f"[ERROR] must be an object [json-pointer:{where}]"
        return
    yield from missing(given, where, "value")
    yield from text_object(given.get("text"), f"{where}/text", most=OPTION)
    yield from length(given, "value", where, OPTION_VALUE)
    if given.get("description"):
        yield from text_object(given["description"], f"{where}/description", most=OPTION)


def _group(given: Any, where: Place) -> Faults:
    if not isinstance(given, dict):
        yield f"[ERROR] must be an object [json-pointer:{where}]"
        return
    yield from text_object(given.get("label"), f"{where}/label", most=OPTION, plain=True)
    yield from each_of(given.get("options"), f"{where}/options", OPTIONS, _option)


def _menu(given: Mapping[str, Any], where: Place) -> Faults:
    if "option_groups" in given:
        yield from each_of(given["option_groups"], f"{where}/option_groups", GROUPS, _group)
    else:
        yield from each_of(given.get("options"), f"{where}/options", OPTIONS, _option)


def _overflow(given: Mapping[str, Any], where: Place) -> Faults:
    yield from each_of(given.get("options"), f"{where}/options", OVERFLOW, _option)


def _choices(given: Mapping[str, Any], where: Place) -> Faults:
    yield from each_of(given.get("options"), f"{where}/options", CHOICES, _option)


def _text_input(given: Mapping[str, Any], where: Place) -> Faults:
    yield from length(given, "initial_value", where, INPUT)
    for name, least in (("min_length", 0), ("max_length", 1)):
        if name in given and not least <= given[name] <= INPUT:
            yield f"[ERROR] must be between {least} and {INPUT} [json-pointer:{where}/{name}]"


def _image(given: Mapping[str, Any], where: Place) -> Faults:
    yield from missing(given, where, "image_url", "alt_text")
    yield from length(given, "image_url", where, URL)
    yield from length(given, "alt_text", where, ALT)


def as_it_is(_given: Mapping[str, Any], _where: Place) -> Faults:
    """Nothing here has a limit."""
    yield from ()


ELEMENTS: Final[Mapping[str, Check]] = {
    "button": _button,
    "static_select": _menu,
    "multi_static_select": _menu,
    "overflow": _overflow,
    "checkboxes": _choices,
    "radio_buttons": _choices,
    "plain_text_input": _text_input,
    "email_text_input": _text_input,
    "url_text_input": _text_input,
    **dict.fromkeys(
        (
            "number_input", "datepicker", "timepicker", "datetimepicker", "external_select", "users_select",
            "channels_select", "conversations_select", "multi_external_select", "multi_users_select",
            "multi_channels_select", "multi_conversations_select",
        ),
        as_it_is,
    ),
}  # fmt: skip
