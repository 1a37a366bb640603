"""What became of keys, as facts of their installation: made and revoked, by whom, never the key itself."""

from typing import Final

from bot.api_records import ApiKey
from bot.records import Fact

FAMILY: Final = "keys"
MADE: Final = "KeyMade"
REVOKED: Final = "KeyRevoked"


def stream_of(installation_id: int) -> str:
    """The stream of an installation's keys."""
    return f"{FAMILY}:{installation_id}"


def key_made(key: ApiKey, *, by: str | None) -> Fact:
    """A key was made; `by` is the one that was shown for it, None where the operator made it."""
    return Fact(
        type=MADE,
        data={
            "key": key.id,
            "person": {"id": key.person.id, "login": key.person.login},
            "permissions": sorted(key.permissions),
            "expires_at": key.expires_at.isoformat(),
            "by_key": by,
        },
    )


def key_revoked(key: ApiKey, *, along_with: str | None = None) -> Fact:
    """It counts no more; `along_with` is the key that was revoked, where it is another that made this one."""
    data = {"key": key.id, "person": {"id": key.person.id, "login": key.person.login}}
    return Fact(type=REVOKED, data=data if along_with is None else {**data, "along_with": along_with})
