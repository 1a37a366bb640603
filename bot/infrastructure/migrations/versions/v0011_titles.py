"""What an integration is called and may use up, in its row: of those there are, as their facts have it."""

import json
from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0011"
down_revision: Final = "0010"

GIVEN: Final = ("IntegrationRequested", "VersionRequested")
MORE: Final = "BudgetRaised"


def upgrade() -> None:
    """Make the columns, and fill the budgets; nothing has a title yet."""
    op.add_column("integrations", sa.Column("title", sa.Text))
    budget = sa.Column("budget_micro_usd", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("integrations", budget)
    filled = sa.text("UPDATE integrations SET budget_micro_usd = :budget WHERE id = :id")
    for stream, micro_usd in _budgets(op.get_bind()).items():
        op.get_bind().execute(filled, {"budget": micro_usd, "id": stream})


def _budgets(connection: sa.Connection) -> Mapping[str, int]:
    """A further version has a budget of its own; whatever is given later comes on top."""
    wanted = sa.text("SELECT stream, type, data FROM events WHERE type IN (:one, :other, :more) ORDER BY seq")
    facts = connection.execute(wanted, {"one": GIVEN[0], "other": GIVEN[1], "more": MORE})
    budgets: dict[str, int] = {}
    for stream, kind, data in facts:
        before = budgets.get(stream, 0) if kind == MORE else 0
        budgets[stream] = before + int(json.loads(data)["micro_usd"])
    return budgets
