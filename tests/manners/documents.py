"""The generated parts of the documentation; `python -m tests.manners.documents` writes them anew."""

import re
from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo

from bot.settings import Settings

OPERATIONS: Final = Path(__file__).parents[2] / "docs/operations.md"
BLOCK: Final = re.compile(r"(<!-- settings:.*?-->\n).*?(<!-- /settings -->)", re.DOTALL)


def settings_table() -> str:
    """Every setting: its name, its meaning, its default."""
    rows = [row(name.upper(), field) for name, field in Settings.model_fields.items()]
    return "\n".join(["| name | meaning | default |", "|---|---|---|", *rows, ""])


def row(name: str, field: FieldInfo) -> str:
    return f"| `{name}` | {field.description} | {shown(field.default, field.examples)} |"


def shown(default: Any, examples: list[Any] | None) -> str:
    """A default as one would write it in the environment, with as many parts as the example has."""
    if default is None or default == ():
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    parts = [getattr(default, name) for name in getattr(default, "__slots__", ())] or [default]
    given = [part for part in parts[: str(examples).count(",") + 1] if part is not None]
    return f"`{', '.join(map(str, given))}`"


def with_settings(document: str) -> str:
    """The document with the table as it should be."""
    return BLOCK.sub(lambda block: f"{block[1]}\n{settings_table()}\n{block[2]}", document)


if __name__ == "__main__":
    OPERATIONS.write_text(with_settings(OPERATIONS.read_text(encoding="utf-8")), encoding="utf-8")
