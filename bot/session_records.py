"""Plain values of signing in that cross the ports: sessions, people's tokens, and where they are members."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.records import Actor

# A session is over when it was not used for so long, and in any case after so long.
IDLE: Final = timedelta(hours=8)
LONGEST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in under way, as the browser that began it keeps it, sealed."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    leads_to: str
    issuer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What the browser brought back from GitHub, each part as it was given, and empty where it was not."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    issuer: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody's browser, signed in; `installation_id` is the one they chose, if they did.

    `as_of` is the place in the log up to which was looked when it was read.
    """

    person: Actor
    installation_id: int | None
    created_at: datetime
    seen_at: datetime
    as_of: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTokens:
    """A person's token at GitHub and what renews it; without a moment it does not end."""

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    access_until: datetime | None = None
    refresh_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTokens:
    """The tokens as they are kept; the version changes with each change of them."""

    tokens: UserTokens
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """An installation in which a person may see something by a right of their own."""

    installation_id: int
    account_id: int
    account: str
