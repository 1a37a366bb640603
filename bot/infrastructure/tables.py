"""The tables, as the newest migration leaves them. Moments are ISO 8601 texts in UTC, all of one length."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
)

METADATA: Final = MetaData()

# SQLite makes only a plain INTEGER key the table's own order; it holds 64 bits there all the same.
NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")

EVENTS: Final = Table(
    "events",
    METADATA,
    Column("seq", NUMBER, primary_key=True, autoincrement=False),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("meta", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("part", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("stream", "version", name="events_stream_version"),
    UniqueConstraint("key", "part", name="events_key_part"),
)

HEADS: Final = Table(
    "heads",
    METADATA,
    Column("seq", NUMBER, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("noted_at", Text, nullable=False),
)

# One row: where the chain ends. It moves on with each append, as long as what it named is still there; beside
# it, how often the read models were made anew.
TAIL: Final = Table(
    "tail",
    METADATA,
    Column("id", NUMBER, primary_key=True, autoincrement=False),
    Column("seq", NUMBER, nullable=False),
    Column("hash", Text, nullable=False),
    Column("rebuilt", NUMBER, nullable=False, server_default="0"),
)

INTEGRATIONS: Final = Table(
    "integrations",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("repository_id", BigInteger, nullable=False),
    Column("repository", Text, nullable=False),
    Column("installation_id", BigInteger, nullable=False),
    Column("issue", Integer, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_by_id", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("waiting_for", Text),
    Column("reason", Text),
    Column("pull_request", Integer),
    Column("branch", Text),
    Column("head", Text),
    Column("deployment", BigInteger),
    Column("cost_micro_usd", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("requested_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("title", Text),
    Column("budget_micro_usd", BigInteger, nullable=False, server_default="0"),
    Column("settings", Text),
    Index("integrations_issue", "repository_id", "issue"),
    Index("integrations_pull_request", "repository_id", "pull_request"),
    Index("integrations_branch", "repository_id", "branch"),
    Index("integrations_deployment", "repository_id", "deployment"),
    Index("integrations_state", "state", "requested_at"),
    Index("integrations_requested_at", "requested_at"),
    Index("integrations_installation", "installation_id", "requested_at", "id"),
    Index("integrations_board_state", "installation_id", "state", "requested_at", "id"),
    Index("integrations_board_counts", "installation_id", "repository_id", "state", "repository"),
)
# By name, whatever its letters: the list is asked so.
for _name, _column in (("repository", INTEGRATIONS.c.repository), ("requester", INTEGRATIONS.c.requested_by)):
    Index(
        f"integrations_board_{_name}",
        INTEGRATIONS.c.installation_id,
        func.lower(_column),
        INTEGRATIONS.c.requested_at,
        INTEGRATIONS.c.id,
    )

DELIVERIES: Final = Table(
    "deliveries",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("meaning", Text),
    Column("digest", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text),
    Column("installation_id", BigInteger),
    Column("repository_id", BigInteger),
    Column("repository", Text),
    UniqueConstraint("source", "meaning", name="deliveries_source_meaning"),
    Index("deliveries_state", "state", "received_at"),
    Index("deliveries_installation", "installation_id", "received_at", "key"),
)
SAME_BODY: Final = Index(
    "deliveries_same_body",
    DELIVERIES.c.source,
    DELIVERIES.c.digest,
    unique=True,
    sqlite_where=DELIVERIES.c.meaning.is_not(None),
    postgresql_where=DELIVERIES.c.meaning.is_not(None),
)

EFFECTS: Final = Table(
    "effects",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("begun_at", Text, nullable=False),
    Column("result", Text),
)

NOTES: Final = Table(
    "notes",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

BLOB_KEYS: Final = Table(
    "blob_keys",
    METADATA,
    Column("repository_id", NUMBER, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

BLOBS: Final = Table(
    "blobs",
    METADATA,
    Column("repository_id", NUMBER, primary_key=True, autoincrement=False),
    Column("name", LargeBinary, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("expires_at", Text, nullable=False),
    Index("blobs_expires_at", "expires_at"),
)

API_KEYS: Final = Table(
    "api_keys",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("login", Text, nullable=False),
    Column("github_id", BigInteger, nullable=False),
    Column("installation_id", BigInteger, nullable=False),
    Column("permissions", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("revoked_at", Text),
    Column("used_at", Text),
    Column("made_by", Text),
    Index("api_keys_made_by", "made_by"),
)

SIGNING_KEYS: Final = Table(
    "signing_keys",
    METADATA,
    Column("kid", Text, primary_key=True),
    Column("public", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("signs_from", Text, nullable=False),
)

GRANTS: Final = Table(
    "grants",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False),
    Column("github_id", BigInteger, nullable=False),
    Column("installation_id", BigInteger, nullable=False),
    Column("permissions", Text, nullable=False),
    Column("key_id", Text),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("revoked_at", Text),
    Column("session", LargeBinary),
    Index("grants_expires_at", "expires_at"),
)

REFRESH_TOKENS: Final = Table(
    "refresh_tokens",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("grant_id", Text, nullable=False),
    Column("issued_at", Text, nullable=False),
    Column("used_at", Text),
    Index("refresh_tokens_grant", "grant_id"),
)

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("github_id", BigInteger, nullable=False),
    Column("login", Text, nullable=False),
    Column("installation_id", BigInteger),
    Column("created_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Index("sessions_person", "issuer", "github_id"),
)

USED_STATES: Final = Table(
    "used_states",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("used_at", Text, nullable=False),
)

USER_TOKENS: Final = Table(
    "user_tokens",
    METADATA,
    Column("issuer", Text, primary_key=True),
    Column("github_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("renewing_until", Text),
)

API_ANSWERS: Final = Table(
    "api_answers",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("request", Text, nullable=False),
    Column("begun_at", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("held_until", Text, nullable=False),
    Column("answer", LargeBinary),
    Index("api_answers_begun_at", "begun_at"),
)

SLACK_STATES: Final = Table(
    "slack_states",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("browser", LargeBinary, nullable=False),
    Column("until", Text, nullable=False),
)

SLACK_INSTALLATIONS: Final = Table(
    "slack_installations",
    METADATA,
    Column("app", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("enterprise", Text),
    Column("name", Text, nullable=False),
    Column("bot_user", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("installed_at", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("renewing_until", Text),
)
