"""A payload, checked whole and read only where somebody asks: most deliveries are kept unread."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NoReturn

import msgspec
from msgspec import UNSET, Raw, UnsetType

from bot.records import Refused

Path = tuple[str, ...]
Payload = msgspec.Struct
"""What was asked for, as attributes; UNSET where there is no such member."""

# An object is looked into; what stands there instead of one has no members.
_NO_OBJECT: Final = None | bool | int | float | str | list[Raw]
_HALF_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Reader:
    """Reads JSON objects in one pass: `values` are decoded, `names` are only looked for.

    A path is "member" or "member.member".
    """

    def __init__(self, *, values: Iterable[str], names: Iterable[str]) -> None:
        asked: dict[Path, Any] = {_parts(path): Raw for path in names}
        asked |= {_parts(path): Any for path in values}
        self._decoder = msgspec.json.Decoder(_struct("payload", asked))

    def read(self, body: bytes) -> Payload:
        """The object in these bytes. Raises Refused: invalid_json (nested too deeply, too), not_an_object."""
        try:
            return self._quickly(body)
        except (ValueError, RecursionError):
            return self._slowly(body)

    def _quickly(self, body: bytes) -> Payload:
        str(body, "utf-8")  # strings that nobody reads are not looked into: all of it must be UTF-8
        found: Payload = self._decoder.decode(body)
        return found

    def _slowly(self, body: bytes) -> Payload:
        """The quick reader knows no half surrogates; they are JSON, though nothing that can name anything."""
        try:
            payload = json.loads(body.decode(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise Refused(
                400, "invalid_json", "the body is not JSON in UTF-8, or nested too deeply"
            ) from None
        if not isinstance(payload, dict):
            raise Refused(400, "not_an_object", "the body must be a JSON object")
        return self._quickly(
            _HALF_SURROGATE.sub(r"\\u0000", json.dumps(payload, ensure_ascii=False)).encode()
        )


def carries(payload: Payload, path: str) -> bool:
    """Whether there is anything at this path, which the reader was asked for."""
    return _found(payload, path.split(".")) is not UNSET


def at(payload: Payload, path: Sequence[str]) -> Any:
    """What stands at this path, which the reader was asked for; None if nothing does."""
    found = _found(payload, path)
    return None if found is UNSET else found


def _found(payload: Any, path: Sequence[str]) -> Any:
    for name in path:
        payload = getattr(payload, name, UNSET)
    return payload


def _parts(path: str) -> Path:
    return tuple(path.split("."))


def _struct(name: str, asked: Mapping[Path, Any]) -> type[Payload]:
    """A type with an attribute for each first member, and types like it for the objects in it."""
    members = groupby(sorted(asked), key=lambda path: path[0])
    fields = [(member, _type(member, asked, list(paths)) | UnsetType, UNSET) for member, paths in members]
    return msgspec.defstruct(name, fields, gc=False)


def _type(member: str, asked: Mapping[Path, Any], paths: Sequence[Path]) -> Any:
    inner = {path[1:]: asked[path] for path in paths if len(path) > 1}
    return _struct(member, inner) | _NO_OBJECT if inner else asked[paths[0]]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
