"""Alembic at work: it takes some ten MiB, and is loaded only where there is something to apply."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from bot.infrastructure.migrations import HERE, SchemaTooNew


def apply(connection: Connection) -> None:
    """Every change that is missing. Raises SchemaTooNew."""
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise SchemaTooNew(str(error)) from error
