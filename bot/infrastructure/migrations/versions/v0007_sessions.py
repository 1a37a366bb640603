"""Browsers that are signed in, states of sign-ins that are used up, and people's tokens, sealed."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0007"
down_revision: Final = "0006"


def upgrade() -> None:
    """Make them; there is nothing yet to fill them with."""
    op.create_table(
        "sessions",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("github_id", sa.BigInteger, nullable=False),
        sa.Column("login", sa.Text, nullable=False),
        sa.Column("installation_id", sa.BigInteger),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Text, nullable=False),
    )
    op.create_index("sessions_person", "sessions", ["issuer", "github_id"])
    op.create_table(
        "used_states",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("used_at", sa.Text, nullable=False),
    )
    op.create_table(
        "user_tokens",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("github_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("renewing_until", sa.Text),
    )
