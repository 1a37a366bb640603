"""A payload, checked whole and read only where somebody asks: most deliveries are kept unread."""

import json
from collections.abc import KeysView, Sequence
from typing import Any, Final, NoReturn, Self

import msgspec

from bot.records import Refused

Members = dict[str, msgspec.Raw]

UNREADABLE: Final = object()
"""A half surrogate or a number of thousands of digits: JSON, but nothing that could name anything."""

_OBJECT: Final = msgspec.json.Decoder(Members)
_VALUE: Final = msgspec.json.Decoder()


class Payload:
    """A JSON object whose members are decoded when they are asked for."""

    __slots__ = ("_members", "_objects")

    def __init__(self, members: Members) -> None:
        self._members = members
        self._objects: dict[str, Payload | None] = {}

    @classmethod
    def read(cls, body: bytes) -> Self:
        """The object in these bytes. Raises Refused: invalid_json (nested too deeply, too), not_an_object."""
        try:
            _check_is_text(body)
            return cls(_OBJECT.decode(body))
        except (ValueError, RecursionError):
            return cls(_read_slowly(body))

    def names(self) -> KeysView[str]:
        """The names of its members."""
        return self._members.keys()

    def value(self, name: str) -> Any:
        """The member of this name; None if there is none."""
        raw = self._members.get(name)
        return None if raw is None else _value(raw)

    def object(self, name: str) -> "Payload | None":
        """The member of this name, if it is an object."""
        if name not in self._objects:
            self._objects[name] = _object(self._members.get(name))
        return self._objects[name]


def at(payload: Payload | None, path: Sequence[str]) -> Any:
    """What stands at the end of this path; None if nothing does."""
    for name in path[:-1]:
        payload = payload and payload.object(name)
    return payload and payload.value(path[-1])


def _check_is_text(body: bytes) -> None:
    """Strings that nobody reads are not looked into: whether all of it is UTF-8 is seen first."""
    str(body, "utf-8")


def _object(raw: msgspec.Raw | None) -> Payload | None:
    try:
        return None if raw is None else Payload(_OBJECT.decode(raw))
    except ValueError:
        return None


def _value(raw: msgspec.Raw) -> Any:
    try:
        return _VALUE.decode(raw)
    except ValueError:
        return UNREADABLE


def _read_slowly(body: bytes) -> Members:
    """The quick reader knows no half surrogates; they are JSON."""
    try:
        payload = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Refused(400, "invalid_json", "the body is not JSON in UTF-8, or nested too deeply") from None
    if not isinstance(payload, dict):
        raise Refused(400, "not_an_object", "the body must be a JSON object")
    return {name: msgspec.Raw(json.dumps(value).encode()) for name, value in payload.items()}


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
