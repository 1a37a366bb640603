"""An App to play with, and its key."""

from datetime import UTC, datetime
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from standins.github.state import Account, App

PERMISSIONS = {
    "contents": "write",
    "pull_requests": "write",
    "issues": "write",
    "checks": "write",
    "deployments": "write",
    "metadata": "read",
    "statuses": "read",
    "members": "read",
    "actions": "write",
}
EVENTS = (
    "issues",
    "issue_comment",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "deployment",
    "deployment_status",
    "check_run",
    "check_suite",
    "push",
    "repository",
    "status",
    "workflow_run",
    "member",
    "membership",
    "organization",
    "team",
)
BORN = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def key_pair() -> tuple[str, str]:
    """A private and a public key in PEM; the same for the whole process, for making one takes long."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


def new_app(
    *,
    public_key: str,
    webhook_secret: str,
    app_id: int = 4711,
    slug: str = "claude-code-bot",
    owner: str = "acme",
    client_secret: str = "",
) -> App:
    """An App with all that the bot asks for; with a client secret people sign in through it."""
    return App(
        id=app_id,
        slug=slug,
        owner=Account(id=0, login=owner, type="Organization"),
        bot=Account(id=0, login=f"{slug}[bot]", type="Bot"),
        public_key=public_key,
        webhook_secret=webhook_secret,
        permissions=dict(PERMISSIONS),
        events=EVENTS,
        created_at=BORN,
        client_secret=client_secret,
    )
