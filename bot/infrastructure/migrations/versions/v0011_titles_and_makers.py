"""What an integration is called and may use up, what a key was made with, and of which session a grant is."""

import json
from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0011"
down_revision: Final = "0010"

GIVEN: Final = ("IntegrationRequested", "VersionRequested")
MORE: Final = "BudgetRaised"
MADE: Final = "KeyMade"


def upgrade() -> None:
    """Make the columns, and fill them as the facts have it; nothing has a title or a session yet."""
    _of_integrations(op.get_bind())
    op.add_column("api_keys", sa.Column("made_by", sa.Text))
    op.create_index("api_keys_made_by", "api_keys", ["made_by"])
    _of_keys(op.get_bind())
    op.add_column("grants", sa.Column("session", sa.LargeBinary))


def _of_integrations(connection: sa.Connection) -> None:
    op.add_column("integrations", sa.Column("title", sa.Text))
    budget = sa.Column("budget_micro_usd", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("integrations", budget)
    filled = sa.text("UPDATE integrations SET budget_micro_usd = :budget WHERE id = :id")
    for stream, micro_usd in _budgets(connection).items():
        connection.execute(filled, {"budget": micro_usd, "id": stream})


def _of_keys(connection: sa.Connection) -> None:
    """What a key was made with that is no key is a person's session."""
    ids = set(connection.execute(sa.text("SELECT id FROM api_keys")).scalars())
    filled = sa.text("UPDATE api_keys SET made_by = :maker WHERE id = :id")
    facts = connection.execute(sa.text("SELECT data FROM events WHERE type = :made"), {"made": MADE})
    for data in map(json.loads, facts.scalars().all()):
        if data["by_key"] in ids:
            connection.execute(filled, {"maker": data["by_key"], "id": data["key"]})


def _budgets(connection: sa.Connection) -> Mapping[str, int]:
    """A further version has a budget of its own; whatever is given later comes on top."""
    wanted = sa.text("SELECT stream, type, data FROM events WHERE type IN (:one, :other, :more) ORDER BY seq")
    facts = connection.execute(wanted, {"one": GIVEN[0], "other": GIVEN[1], "more": MORE})
    budgets: dict[str, int] = {}
    for stream, kind, data in facts:
        before = budgets.get(stream, 0) if kind == MORE else 0
        budgets[stream] = before + int(json.loads(data)["micro_usd"])
    return budgets
