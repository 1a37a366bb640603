"""The first tables: events and their heads, integrations, deliveries, effects, blobs and their keys."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None

NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFUSE_ON_SQLITE: Final = """
    CREATE TRIGGER events_refuse_{act} BEFORE {act} ON events
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
"""
REFUSAL_ON_POSTGRESQL: Final = """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$
"""
REFUSE_ON_POSTGRESQL: Final = """
    CREATE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    """Make them, and refuse from now on to change or delete an event."""
    make_events()
    make_integrations()
    make_deliveries()
    make_effects_and_blobs()
    refuse_change()
    if op.get_bind().dialect.name == "postgresql":
        # They come compressed or sealed; compressing them again would be in vain.
        op.execute("ALTER TABLE deliveries ALTER COLUMN body SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE blobs ALTER COLUMN content SET STORAGE EXTERNAL")


def make_events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("meta", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.UniqueConstraint("stream", "version", name="events_stream_version"),
        sa.UniqueConstraint("key", "part", name="events_key_part"),
    )
    op.create_table(
        "heads",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("noted_at", sa.Text, nullable=False),
    )


def make_integrations() -> None:
    op.create_table(
        "integrations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("repository_id", sa.BigInteger, nullable=False),
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("installation_id", sa.BigInteger, nullable=False),
        sa.Column("issue", sa.Integer, nullable=False),
        sa.Column("requested_by", sa.Text, nullable=False),
        sa.Column("requested_by_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("waiting_for", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("pull_request", sa.Integer),
        sa.Column("branch", sa.Text),
        sa.Column("head", sa.Text),
        sa.Column("deployment", sa.BigInteger),
        sa.Column("cost_micro_usd", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("requested_at", sa.Text, nullable=False),
        sa.Column("updated_at", sa.Text, nullable=False),
    )
    for name in ("issue", "pull_request", "branch", "deployment"):
        op.create_index(f"integrations_{name}", "integrations", ["repository_id", name])
    op.create_index("integrations_state", "integrations", ["state", "requested_at"])
    op.create_index("integrations_requested_at", "integrations", ["requested_at"])


def make_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("meaning", sa.Text),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("why", sa.Text),
        sa.UniqueConstraint("source", "meaning", name="deliveries_source_meaning"),
    )
    op.create_index("deliveries_state", "deliveries", ["state", "received_at"])
    meant = sa.text("meaning IS NOT NULL")
    op.create_index(
        "deliveries_same_body",
        "deliveries",
        ["source", "digest"],
        unique=True,
        sqlite_where=meant,
        postgresql_where=meant,
    )


def make_effects_and_blobs() -> None:
    op.create_table(
        "effects",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("begun_at", sa.Text, nullable=False),
        sa.Column("result", sa.Text),
    )
    op.create_table(
        "blob_keys",
        sa.Column("repository_id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "blobs",
        sa.Column("repository_id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("name", sa.LargeBinary, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
    )
    op.create_index("blobs_expires_at", "blobs", ["expires_at"])


def refuse_change() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(REFUSE_ON_SQLITE.format(act="UPDATE"))
        op.execute(REFUSE_ON_SQLITE.format(act="DELETE"))
    else:
        op.execute(REFUSAL_ON_POSTGRESQL)
        op.execute(REFUSE_ON_POSTGRESQL)
