"""Databases for stories: one is brought up to date, and every story gets a copy of it."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bot.infrastructure.database import Database
from bot.infrastructure.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A database in which every table is and no story: a SQLite file, or one on a PostgreSQL server."""

    url: str
    file: Path | None = None
    server: str | None = None

    @contextmanager
    def copied(self, directory: Path) -> Iterator[str]:
        """The address of a copy; a file lies in that directory, of one on a server nothing stays."""
        if self.server is None:
            yield self._copied_file(directory)
            return
        with _database_on(self.server, like=self.url.rpartition("/")[2]) as url:
            yield url

    def _copied_file(self, directory: Path) -> str:
        directory.mkdir(mode=0o700)
        path = directory / "bot.db"
        path.touch(mode=0o600)
        shutil.copyfile(str(self.file), path)
        return f"sqlite:///{path}"


@contextmanager
def template_in(server: str | None) -> Iterator[Template]:
    """A database still without tables: on that server, or a SQLite file."""
    if server is not None:
        with _database_on(server) as url:
            yield Template(url=url, server=server)
        return
    with tempfile.TemporaryDirectory(prefix="bot-template-") as directory:
        path = Path(directory) / "bot.db"
        yield Template(url=f"sqlite:///{path}", file=path)


async def bring_up(url: str) -> None:
    """Make the tables of the bot and of its engine there, as a first start does."""
    database = await Database.open(url)
    await database.migrate()
    await database.close()
    engine = Engine(url=url, executor="template", listens_to=())
    pool = engine.configure()
    await engine.launch()
    await engine.stop(pool)


@contextmanager
def _database_on(server: str, *, like: str = "template1") -> Iterator[str]:
    name = f"story_{secrets.token_hex(8)}"
    with psycopg.connect(server, autocommit=True) as connection:
        # A template may have no visitors, and a stopped engine leaves one behind.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [like]
        )
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}".encode())
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
