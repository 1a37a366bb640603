"""The tail: where the chain of events ends, so that one that was cut off is missed."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0004"
down_revision: Final = "0003"

NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE_THE_FIRST: Final = "0" * 64
FILLED: Final = """
    INSERT INTO tail (id, seq, hash)
    SELECT 1, coalesce(max(seq), 0), coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), '{first}')
    FROM events
"""


def upgrade() -> None:
    """Make it, ending where the chain ends now."""
    op.create_table(
        "tail",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.execute(FILLED.format(first=BEFORE_THE_FIRST))
