"""What orders of the API were answered, for those that are given again under the same key."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0010"
down_revision: Final = "0009"


def upgrade() -> None:
    """Make the table; there is nothing yet to fill it with."""
    op.create_table(
        "api_answers",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("begun_at", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("held_until", sa.Text, nullable=False),
        sa.Column("answer", sa.LargeBinary),
    )
    op.create_index("api_answers_begun_at", "api_answers", ["begun_at"])
