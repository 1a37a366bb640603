"""The shape of an answer, as a model is told it: what it is made of, without what only people read in it."""

from collections.abc import Mapping
from typing import Any, Final

_FOR_PEOPLE: Final = frozenset(("title", "description"))


def bare(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same without names and descriptions; a property that is called so stays."""
    return {
        name: bare(part) if isinstance(part, dict) else part
        for name, part in schema.items()
        if name not in _FOR_PEOPLE or not isinstance(part, str)
    }
