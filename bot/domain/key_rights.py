"""How much of a key somebody may make: what their means allow and GitHub gives them now, and no longer."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from bot.api_records import Caller, KeyRoom
from bot.domain.policy import ROLES, Permission, Role

USUAL_DAYS: Final = 90
MOST_KEYS: Final = 20
"""So many of one person count at once in an installation, of those made over the API: each has a quota."""

LATELY: Final = timedelta(hours=1)
MOST_LATELY: Final = 2 * MOST_KEYS
"""So many did at some time within the hour, which is as long as a quota is: with those that were revoked."""

WIDE: Final = frozenset((Permission.KEYS, Permission.USERS))
"""They are of a whole installation: the owners of its account have them, and nobody else."""


class TooWide(Exception):
    """It would allow these, which are not the asker's to give."""

    def __init__(self, permissions: Collection[str]) -> None:
        super().__init__(*sorted(permissions))
        self.permissions = sorted(permissions)


class TooLong(Exception):
    """It would outlast what is shown for it; `until` is when that ends."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class TooManyKeys(Exception):
    """So many count already that there is no room for another."""


def room_at(now: datetime) -> KeyRoom:
    """How many keys a person may have at that moment."""
    return KeyRoom(now=now, most=MOST_KEYS, since=now - LATELY, most_since=MOST_LATELY)


def check_room(counting: int, *, lately: int) -> None:
    """Raise TooManyKeys unless the person may have another."""
    if counting >= MOST_KEYS or lately >= MOST_LATELY:
        raise TooManyKeys


def held(roles: Iterable[Role | None], *, is_owner: bool) -> frozenset[Permission]:
    """What somebody has in an installation who is this in some of its repositories, or owns all of it."""
    if is_owner:
        return frozenset(Permission)
    return frozenset(each for role in roles if role is not None for each in ROLES[role]) - WIDE


def check_width(wanted: Collection[str], caller: Caller, by_github: Collection[str]) -> None:
    """Raise TooWide unless the means allow all of it, and GitHub does."""
    beyond = set(wanted) - (caller.permissions & set(by_github))
    if beyond:
        raise TooWide(beyond)


def key_ends(caller: Caller, days: int | None, now: datetime) -> datetime:
    """When the key ends; as late as it can where nothing is said. Raises TooLong."""
    latest = None if caller.means == "session" else caller.lasts_until or caller.expires_at
    end = now + timedelta(days=USUAL_DAYS if days is None else days)
    if latest is None or end <= latest:
        return end
    if days is None:
        return latest
    raise TooLong(latest)
