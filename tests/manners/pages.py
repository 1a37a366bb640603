"""What README and guide take from the code; `python -m tests.manners.pages` writes it anew."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from bot.application.configuration_schema import schema, schema_text
from bot.application.configuration_values import shown
from bot.application.reasons import REASONS
from bot.domain.commands import PREFIX
from bot.domain.policy import ROLES, Permission, Role, role_of
from bot.domain.states import diagram
from handlers import COMMANDS

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
GUIDE: Final = ROOT / "docs/guide.md"
SCHEMA: Final = ROOT / "docs/schemas/claude-bot.json"
ON_GITHUB: Final = ("none", "read", "triage", "write", "maintain", "admin")
BLOCK: Final = re.compile(r"(<!-- (\w+): generated.*?-->\n).*?(<!-- /\2 -->)", re.DOTALL)


def states() -> str:
    """The state machine as a drawing."""
    return f"```mermaid\n{diagram()}\n```\n"


def commands() -> str:
    """Every command: how it is said, what it does, who may."""
    rows = [
        f"| `{PREFIX} {command.usage.replace('|', '/')}` | {command.help} | {who_may(command.needs)} |"
        for command, _ in COMMANDS.values()
    ]
    return "\n".join(["| say | and the bot will | who may |", "|---|---|---|", *rows, ""])


def who_may(needs: Permission | None) -> str:
    """The roles that hold the right, least first."""
    return ", ".join(map(str, holders(needs)))


def holders(needs: Permission | None) -> list[Role]:
    return [role for role, permissions in ROLES.items() if needs is None or needs in permissions]


def roles() -> str:
    """What each permission of GitHub's is here, and what it adds to the one before."""
    on_github = dict[Role, list[str]]()
    for name in ON_GITHUB:
        if role := role_of(name):
            on_github.setdefault(role, []).append(name)
    rows, before = list[str](), frozenset[str]()
    for role, names in on_github.items():
        may = frozenset(name for name, (command, _) in COMMANDS.items() if role in holders(command.needs))
        added = ", ".join(f"`{name}`" for name in COMMANDS if name in may - before)
        rows.append(f"| {', '.join(names)} | {role} | {'also ' if before else ''}{added} |")
        before = may
    return "\n".join(["| on GitHub | role here | may |", "|---|---|---|", *rows, ""])


def reasons() -> str:
    """Every reason for which an integration fails, in the bot's own words."""
    rows = [f"| `{code}` | {words} |" for code, words in REASONS.items()]
    return "\n".join(["| reason | what the bot says |", "|---|---|", *rows, ""])


def configuration() -> str:
    """Every key of a repository's configuration: what it says, what it may be, what it is otherwise."""
    rows = [
        f"| `{key}` | {described['description']} | {values_of(described)} | {otherwise(described)} |"
        for key, described in schema()["properties"].items()
    ]
    return "\n".join(["| key | says | value | otherwise |", "|---|---|---|---|", *rows, ""])


def values_of(described: Mapping[str, Any]) -> str:
    """What a key may be, in words."""
    words = "text"
    match described:
        case {"$ref": name}:
            parts = schema()["$defs"][name.rpartition("/")[2]]["properties"]
            words = "; ".join(f"`{each}:` {values_of(it)}" for each, it in parts.items())
        case {"anyOf": several}:
            words = ", or ".join(values_of(each) for each in several if each.get("type") != "null")
        case {"enum": names}:
            words = ", ".join(f"`{name}`" for name in names)
        case {"type": "array", "maxItems": most}:
            words = f"a list, at most {most}"
        case {"type": "integer", "minimum": least, "maximum": most}:
            words = f"{least} to {most}"
        case {"type": "object", "maxProperties": most}:
            words = f"a text for each name, at most {most}"
        case {"type": "boolean"}:
            words = "`true`, `false`"
    return words


def otherwise(described: Mapping[str, Any]) -> str:
    value = shown(described["default"])
    return f"`{value}`" if value else "nothing"


PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "states": states,
    "commands": commands,
    "roles": roles,
    "reasons": reasons,
    "configuration": configuration,
}


def as_generated(document: str) -> str:
    """The document with every generated part as it should be."""
    return BLOCK.sub(lambda block: f"{block[1]}\n{PARTS[block[2]]()}\n{block[3]}", document)


if __name__ == "__main__":
    for page in (README, GUIDE):
        page.write_text(as_generated(page.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(schema_text(), encoding="utf-8")
