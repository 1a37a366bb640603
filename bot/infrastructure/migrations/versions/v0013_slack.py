"""The Slack app in workspaces, its tokens sealed, and the installations that a browser began."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0013"
down_revision: Final = "0012"


def upgrade() -> None:
    """Make them; there is nothing yet to fill them with."""
    op.create_table(
        "slack_states",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("browser", sa.LargeBinary, nullable=False),
        sa.Column("until", sa.Text, nullable=False),
    )
    op.create_table(
        "slack_installations",
        sa.Column("app", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("enterprise", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("bot_user", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("installed_at", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("renewing_until", sa.Text),
    )
