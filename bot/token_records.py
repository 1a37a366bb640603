"""Plain values of access tokens that cross the ports: what was granted, and the keys that sign."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.records import Actor

RefreshStanding = Literal["good", "again", "reused", "expired", "revoked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What somebody was granted, for as long as the tokens made of it are renewed.

    `key_id` is the key that it was made of, None where a person signed in. `revoked_at` is when it or that
    key was revoked, and not None where that session is over. `as_of` is the place in the log up to which was
    looked when it was read.
    """

    id: str
    person: Actor
    installation_id: int
    permissions: frozenset[str]
    key_id: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    as_of: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """What is kept of a refresh token: when it was made, used, and whether the one that followed it was."""

    issued_at: datetime
    used_at: datetime | None = None
    is_followed_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What whoever asked for a token is given."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    seconds: int
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key that signs from a moment on, until the next one does; `public` is all that others see of it."""

    kid: str
    public: Mapping[str, str]
    signs_from: datetime
