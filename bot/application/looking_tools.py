"""The tools of whoever may only look: there is none among them that changes something or runs anything."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter

from bot.application import tool_words as words
from bot.application.tool_inputs import INPUTS, TOOLS, View

# The editor has commands that change something, so viewing is a tool of its own.
VIEW: Final = "view"
FINDING: Final[Mapping[str, str]] = {"list_files": words.LIST_COMMIT, "search": words.SEARCH_COMMIT}

LOOKS: Final[Mapping[str, TypeAdapter[Any]]] = {
    VIEW: TypeAdapter(View),
    **{name: INPUTS[name] for name in FINDING},
}
LOOKING_TOOLS: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "name": VIEW,
        "description": words.VIEW,
        "input_schema": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "path": {"type": "string", "description": words.PATH},
                "view_range": {
                    "type": "array",
                    "items": {"type": "integer"},
                    "description": words.VIEW_RANGE,
                },
            },
            "required": ["path"],
        },
    },
    *({**tool, "description": FINDING[tool["name"]]} for tool in TOOLS if tool["name"] in FINDING),
)
