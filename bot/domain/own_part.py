"""The bot's own part of a description that people write: between two marks, and nothing else is touched."""

from typing import Final

BEGINS: Final = "<!-- claude-code-bot:description -->"
ENDS: Final = "<!-- claude-code-bot:description:end -->"


def part_in(body: str) -> str | None:
    """What stands between the marks, whoever wrote it; None where there are not both."""
    _, begins, rest = body.partition(BEGINS)
    part, ends, _ = rest.partition(ENDS)
    return part.strip() if begins and ends else None


def without_part(body: str) -> str:
    """What people wrote around it."""
    before, begins, rest = body.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not (begins and ends):
        return body.strip()
    return "\n\n".join(part for part in (before.strip(), after.strip()) if part)


def with_part(body: str, part: str) -> str:
    """The same with this part: in the place of the one that is there, else below what people wrote."""
    own = f"{BEGINS}\n{part}\n{ENDS}"
    before, begins, rest = body.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if begins and ends:
        return f"{before}{own}{after}"
    return f"{body.rstrip()}\n\n{own}" if body.strip() else own
