"""How the tables came to be: one file per change, applied in order by `Database.migrate`."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

LOCK: Final = 0x626F74_01
HERE: Final = Path(__file__).parent


class SchemaTooNew(Exception):
    """A newer version of the bot has changed this database; run that version, or restore a backup."""


def upgrade(connection: Connection) -> None:
    """Apply what is missing, in the transaction that is open; nothing of it stays if any of it fails."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))  # another may be at it for long
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if applied(connection) == newest():
        return
    from bot.infrastructure.migrations.applying import apply  # noqa: PLC0415  heavy, and seldom wanted

    apply(connection)


def applied(connection: Connection) -> str | None:
    """The number of the change that this database stands at; None where there is nothing yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    number: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return number


def newest() -> str:
    """The number of the newest change there is, by the names of the files."""
    return max(path.name[1:5] for path in (HERE / "versions").glob("v*.py"))
