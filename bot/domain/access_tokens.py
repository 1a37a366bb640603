"""Access tokens: what one says, and whether that counts at a moment. Its signature is checked before."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from bot.domain.policy import ROLES, Role
from bot.token_records import Grant

LIFETIME: Final = timedelta(hours=1)
SKEW: Final = timedelta(seconds=30)
"""By so much the clocks of two processes of the bot may differ."""

AUDIENCE: Final = "/api/v1"


class NotAToken(Exception):
    """It counts for nothing here; `code` is stable and public."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a token says, no less and no more. `sub` is the person's number on GitHub, `scope` what the token
    allows, `roles` the same for people to read; `grant` is what it was made of.
    """

    iss: str
    aud: str
    sub: str
    roles: list[str]
    scope: str
    installation: int
    grant: str
    jti: str
    iat: int
    nbf: int
    exp: int


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who makes the tokens, as the outside reaches it; they are for its API alone."""

    address: str

    @property
    def audience(self) -> str:
        return self.address.rstrip("/") + AUDIENCE


def claims_of(
    grant: Grant, permissions: Collection[str], *, issuer: Issuer, token_id: str, now: datetime
) -> Mapping[str, Any]:
    """What a token of this grant says: for an hour, or as long as the grant lasts."""
    claims = Claims(
        iss=issuer.address,
        aud=issuer.audience,
        sub=str(grant.person.id),
        roles=[str(role) for role in roles_within(permissions)],
        scope=" ".join(sorted(permissions)),
        installation=grant.installation_id,
        grant=grant.id,
        jti=token_id,
        iat=int(now.timestamp()),
        nbf=int(now.timestamp()),
        exp=int(min(now + LIFETIME, grant.expires_at).timestamp()),
    )
    said: Mapping[str, Any] = msgspec.to_builtins(claims)
    return said


def read_claims(said: Mapping[str, Any], issuer: Issuer, now: datetime) -> Claims:
    """What a token of ours says, if it counts at that moment. Raises NotAToken."""
    try:
        claims = msgspec.convert(said, Claims)
    except msgspec.ValidationError:
        raise NotAToken("token_invalid") from None
    if (claims.iss, claims.aud) != (issuer.address, issuer.audience):
        raise NotAToken("token_invalid")
    _check_times(claims, now)
    return claims


def _check_times(claims: Claims, now: datetime) -> None:
    """A token that is made in the future, or said to last longer than any does, is none of ours."""
    at, skew = now.timestamp(), SKEW.total_seconds()
    if max(claims.iat, claims.nbf) > at + skew or claims.exp - claims.iat > LIFETIME.total_seconds():
        raise NotAToken("token_invalid")
    if claims.exp + skew <= at:
        raise NotAToken("token_expired")


def ends(claims: Claims) -> datetime:
    """When it counts no more."""
    return datetime.fromtimestamp(claims.exp, UTC)


def roles_within(permissions: Collection[str]) -> tuple[Role, ...]:
    """The roles that these permissions amount to, least first; for people to read, and no right by itself."""
    return tuple(role for role, held in ROLES.items() if held <= set(permissions))


def is_like_a_token(text: str) -> bool:
    """Whether it has the form of a token rather than of a key: three parts with dots between them."""
    return text.count(".") == 2  # noqa: PLR2004  header, claims, signature
