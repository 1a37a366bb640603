"""The JSON Schema of `.github/claude-bot.yml`, for editors: made of what validates it."""

import json
from typing import Any, Final

from bot.application.configuration import PATH, Configuration

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """What may stand in the file, key by key."""
    made = Configuration.model_json_schema()
    about = {"title": "Claude Code Bot", "description": f"{PATH}, on the default branch of a repository"}
    return {"$schema": DIALECT, **made, **about}


def schema_text() -> str:
    """The same as it is published."""
    return json.dumps(schema(), indent=2) + "\n"
