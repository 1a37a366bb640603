"""SQL by hand: what no port tells of the tables, and what somebody who owns the database does to them."""

from typing import Any

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
