"""SQL by hand: what no port tells of the tables, and what somebody who owns the database does to them."""

import resource
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Executable, Row, text

from bot.infrastructure.database import Database


async def rows(database: Database, statement: str) -> list[Row[Any]]:
    """What is there."""
    return list(await database.read(lambda connection: connection.execute(text(statement)).fetchall()))


async def column(database: Database, statement: str) -> list[Any]:
    """The first column of what is there."""
    return [row[0] for row in await rows(database, statement)]


async def run(database: Database, *statements: str | Executable) -> None:
    """Change it, in one transaction."""
    wanted = [text(each) if isinstance(each, str) else each for each in statements]
    await database.write(lambda connection: [connection.execute(each) for each in wanted])


@contextmanager
def full(path: Path | None) -> Iterator[None]:
    """No file may grow beyond what the database's log has now."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (Path(f"{path}-wal").stat().st_size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


# What each migration made, taken out again; a later one is taken out first.
_MADE: Final[Mapping[str, Sequence[str]]] = {
    "0013": [f"DROP TABLE {name}" for name in ("slack_states", "slack_installations")],
    "0012": ["ALTER TABLE integrations DROP COLUMN settings", "ALTER TABLE tail DROP COLUMN rebuilt"],
    "0011": [
        *(f"ALTER TABLE integrations DROP COLUMN {name}" for name in ("title", "budget_micro_usd")),
        "DROP INDEX api_keys_made_by",
        "ALTER TABLE api_keys DROP COLUMN made_by",
        "ALTER TABLE grants DROP COLUMN session",
    ],
    "0010": ["DROP TABLE api_answers"],
    "0009": [
        f"DROP INDEX integrations_board_{name}" for name in ("state", "repository", "requester", "counts")
    ],
    "0008": [
        "DROP INDEX deliveries_installation",
        *(
            f"ALTER TABLE deliveries DROP COLUMN {name}"
            for name in ("installation_id", "repository_id", "repository")
        ),
    ],
    "0007": [f"DROP TABLE {name}" for name in ("sessions", "used_states", "user_tokens")],
    "0006": [f"DROP TABLE {name}" for name in ("signing_keys", "grants", "refresh_tokens")],
    "0005": ["DROP TABLE api_keys", "DROP INDEX integrations_installation"],
    "0004": ["DROP TABLE tail"],
}


async def go_back(database: Database, to: str) -> None:
    """Leave the database as the version before left it, after its migration of that number."""
    undone = [each for number, made in _MADE.items() if number > to for each in made]
    was = text("UPDATE alembic_version SET version_num = :number").bindparams(number=to)
    await run(database, *undone, was)
