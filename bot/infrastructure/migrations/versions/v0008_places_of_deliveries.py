"""Where deliveries came from, so that whoever may see what was received there can be told."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0008"
down_revision: Final = "0007"


def upgrade() -> None:
    """Add them; what was received before is nobody's until it expires."""
    op.add_column("deliveries", sa.Column("installation_id", sa.BigInteger))
    op.add_column("deliveries", sa.Column("repository_id", sa.BigInteger))
    op.add_column("deliveries", sa.Column("repository", sa.Text))
    op.create_index("deliveries_installation", "deliveries", ["installation_id", "received_at", "key"])
