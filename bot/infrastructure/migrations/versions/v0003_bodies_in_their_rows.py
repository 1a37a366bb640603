"""Deliveries' bodies come compressed: PostgreSQL need not try again, nor put the usual ones elsewhere."""

from typing import Final

from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE deliveries ALTER COLUMN body SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE deliveries SET (toast_tuple_target = 8160)")
