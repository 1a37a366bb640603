"""The shape of an answer, as a model is told it: what it is made of, without what only people read in it."""

from collections.abc import Mapping
from typing import Any, Final

# Names, words and what holds where nothing is said: a property that is called so is a shape, and stays.
_NOT_TOLD: Final = frozenset(("title", "description", "default"))
_DEFINED: Final = "#/$defs/"


def bare(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same without these, and each part that has a name in its place: none here holds itself."""
    told: dict[str, Any] = _told(schema, schema.get("$defs", {}))
    return told


def _told(part: Any, defined: Mapping[str, Any]) -> Any:
    match part:
        case {"$ref": str(name)}:
            return _told(defined[name.removeprefix(_DEFINED)], defined)
        case dict():
            return {name: _told(each, defined) for name, each in part.items() if _is_told(name, each)}
        case list():
            return [_told(each, defined) for each in part]
        case _:
            return part


def _is_told(name: str, part: Any) -> bool:
    return name != "$defs" and (name not in _NOT_TOLD or isinstance(part, dict))
