"""What the integrations of an installation are chosen by, in the order of their list, and counted by."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0009"
down_revision: Final = "0008"

ORDER: Final = ("requested_at", "id")


def upgrade() -> None:
    """Make them, of the rows that there are."""
    for name, chosen in (
        ("state", "state"),
        ("repository", "lower(repository)"),
        ("requester", "lower(requested_by)"),
    ):
        columns: list[str | sa.TextClause] = ["installation_id", sa.text(chosen), *ORDER]
        op.create_index(f"integrations_board_{name}", "integrations", columns)
    counted = ["installation_id", "repository_id", "state", "repository"]
    op.create_index("integrations_board_counts", "integrations", counted)
