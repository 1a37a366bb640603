"""What is set for one integration alone, and how often the read models were made anew."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0012"
down_revision: Final = "0011"


def upgrade() -> None:
    """Make the columns; nothing has settings of its own yet, and nothing was made anew."""
    op.add_column("integrations", sa.Column("settings", sa.Text))
    op.add_column(
        "tail",
        sa.Column(
            "rebuilt", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False, server_default="0"
        ),
    )
