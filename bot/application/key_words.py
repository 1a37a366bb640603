"""What is said of API keys to whoever makes, lists and revokes them."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.api_records import ApiKey
from bot.application.members import Member
from bot.domain.api_keys import SCOPES, standing
from bot.domain.key_facts import REVOKED
from bot.domain.policy import Permission
from bot.records import Recorded
from bot.token_records import SigningKey


def shown_once(key: ApiKey, text: str) -> str:
    """The key itself, and what it is for."""
    return (
        f"{text}\n\n"
        f"That is the key, and it is shown this once: it is kept nowhere. It is {_whose(key)}, "
        f"allows {_allows(key)}, and ends on {key.expires_at:%Y-%m-%d}.\n"
        f"Take it back with `python -m bot keys revoke {key.id}`."
    )


def listed(keys: Sequence[ApiKey], now: datetime) -> str:
    """A line for each."""
    return "\n".join(_line(key, now) for key in keys) or "there is no key"


def revoked(keys: Sequence[ApiKey]) -> str:
    """The key, and those that went with it."""
    key, *others = [each.id for each in keys]
    with_it = f"\nrevoked with it, for they were made with it: {', '.join(others)}" if others else ""
    return f"{key} is revoked, and opens nothing any more{with_it}"


def history(facts: Sequence[Recorded]) -> str:
    """A line for each fact, oldest first."""
    return "\n".join(map(_fact, facts)) or "no key was made or revoked there"


def _fact(fact: Recorded) -> str:
    data, who = fact.data, f"@{fact.meta['login']}" if "by" in fact.meta else "the operator"
    begins = f"{fact.at:%Y-%m-%d %H:%M:%S} {data['key']} of @{data['person']['login']}"
    if fact.type == REVOKED:
        along = f", along with {data['along_with']}" if "along_with" in data else ""
        return f"{begins}: revoked by {who}{along}"
    means = f" with {data['by_key']}" if data["by_key"] else ""
    return (
        f"{begins}: made by {who}{means}; {', '.join(data['permissions'])}; until {data['expires_at'][:10]}"
    )


def unknown_scope(scope: str) -> str:
    """Which there are."""
    return f"there is no scope {scope}; there are {', '.join([*SCOPES, *Permission])}"


def members(found: Sequence[Member]) -> str:
    """A line for each, and below it what they are where."""
    return "\n".join(line for member in found for line in _lines_of(member)) or "nobody was seen there"


def _lines_of(member: Member) -> Iterator[str]:
    keys = {0: "no key", 1: "1 key"}.get(member.key_count, f"{member.key_count} keys")
    yield f"@{member.person.login} ({member.person.id}): {keys}"
    yield from (f"  {each.full_name}: {role or 'nothing'}" for each, role in member.roles)
    yield from (f"  in Slack {link.user.place}, {link.name} in {link.workspace}" for link in member.slack)


def rotated(key: SigningKey) -> str:
    """When it signs, and what becomes of the others."""
    return (
        f"{key.kid} is published, and signs access tokens from {key.signs_from:%Y-%m-%d %H:%M} UTC; "
        "tokens by the key before it count until they end"
    )


def replaced(key: SigningKey) -> str:
    """What has ended, and how people go on."""
    return (
        f"{key.kid} signs access tokens from now on, and no token by another key counts any more: "
        "their owners get new ones with their refresh tokens, which still count"
    )


def _line(key: ApiKey, now: datetime) -> str:
    used = f"last used {key.used_at:%Y-%m-%d %H:%M}" if key.used_at else "never used"
    made = f", made with {key.made_by}" if key.made_by else ""
    return f"{key.id} {_whose(key)}: {_allows(key)}; {_life(key, now)}, {used}{made}"


def _life(key: ApiKey, now: datetime) -> str:
    match standing(key, now):
        case "revoked":
            return "revoked"
        case "expired":
            return f"ended {key.expires_at:%Y-%m-%d}"
        case "good":
            return f"ends {key.expires_at:%Y-%m-%d}"


def _whose(key: ApiKey) -> str:
    return f"@{key.person.login}'s for installation {key.installation_id}"


def _allows(key: ApiKey) -> str:
    return ", ".join(sorted(key.permissions))
