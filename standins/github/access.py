"""Who calls, and what that caller may do here."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import jwt

from standins.github.state import Account, Installation, Repository, Token
from standins.github.world import Missing, Refused, World

LEVELS = {"read": 1, "write": 2, "admin": 3}
ALWAYS = {"metadata": "read"}
LONGEST_JWT = timedelta(minutes=10)
CLOCK_SKEW = timedelta(seconds=60)


def credential(authorization: str) -> str | None:
    """The token in an Authorization header, whichever of its three forms it takes."""
    scheme, _, value = authorization.partition(" ")
    match scheme.lower():
        case "bearer" | "token":
            return value.strip()
        case "basic":
            return _password(value)
        case _:
            return None


def _password(value: str) -> str | None:
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return None


def is_jwt(value: str) -> bool:
    return value.count(".") == 2 and not value.startswith("ghs_")  # noqa: PLR2004  header, claims, signature


def check_app(world: World, value: str | None) -> None:
    """The App itself: a JWT signed with its key, for at most ten minutes."""
    if value is None or not is_jwt(value):
        raise Refused(401, "A JSON web token could not be decoded")
    try:
        claims = jwt.decode(
            value,
            world.app.public_key,
            algorithms=["RS256"],
            issuer=str(world.app.id),
            leeway=CLOCK_SKEW,
            options={"require": ["exp", "iat", "iss"]},
        )
    except jwt.PyJWTError as error:
        raise Refused(401, "A JSON web token could not be decoded") from error
    if claims["exp"] - world.now().timestamp() > (LONGEST_JWT + CLOCK_SKEW).total_seconds():
        raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")


def token_of(world: World, value: str | None) -> Token:
    """The installation's token. Refused: 401 unknown or expired, 403 suspended."""
    token = world.tokens.get(value or "")
    if token is None or token.expires_at <= world.now():
        raise Refused(401, "Bad credentials" if value else "Requires authentication")
    if token.installation.suspended_at:
        raise Refused(403, "This installation has been suspended")
    return token


def person_of(world: World, value: str | None) -> Account:
    """Who signed in and got this token. Refused: 401 unknown, over or taken back."""
    person = world.authorizations.person_of(value or "", world.now())
    if person is None:
        raise Refused(401, "Bad credentials" if value else "Requires authentication")
    return person


def check_client(world: World, authorization: str) -> None:
    """The App by its client id and secret, as a password. Refused: 404, as GitHub hides what it is."""
    scheme, _, value = authorization.partition(" ")
    expected = base64.b64encode(f"{world.app.client_id}:{world.app.client_secret}".encode()).decode()
    if scheme.lower() != "basic" or not hmac.compare_digest(value.encode(), expected.encode()):
        raise Missing("no such client")


def check_sees(token: Token, repository: Repository) -> None:
    """What a token was not made for does not exist for it, unless it is public."""
    if not token.sees(repository) and repository.private:
        raise Missing(repository.full_name)


def check_may(token: Token, needs: str, repository: Repository) -> None:
    """`needs` names rights of which one is enough: "issues:write|pull_requests:write"."""
    rights = [right.partition(":") for right in needs.split("|")]
    if any(_has(token, name, level) for name, _, level in rights) and (
        token.sees(repository) or needs.endswith(":read")
    ):
        return
    refusal = Refused(403, "Resource not accessible by integration")
    refusal.headers["x-accepted-github-permissions"] = "; ".join(
        f"{name}={level}" for name, _, level in rights
    )
    raise refusal


def check_may_of(token: Token | None, needs: str, owner: Account) -> None:
    """The same, where an organisation is asked about: only the installation's own is."""
    name, _, level = needs.partition(":")
    if token is None or not _has(token, name, level) or token.installation.account.id != owner.id:
        raise Refused(403, "Resource not accessible by integration")


def _has(token: Token, name: str, level: str) -> bool:
    held = ALWAYS | dict(token.permissions)
    return LEVELS.get(held.get(name, ""), 0) >= LEVELS[level]


def mint(world: World, installation: Installation, asked: Mapping[str, Any]) -> Token:
    """A token, for no more than the installation was granted. Refused: 422 where more is asked."""
    if installation.suspended_at:
        raise Refused(403, "This installation has been suspended")
    permissions = asked.get("permissions") or installation.permissions
    for name, level in permissions.items():
        if LEVELS[level] > LEVELS.get((ALWAYS | installation.permissions).get(name, ""), 0):
            raise Refused(422, "The permissions requested are not granted to this installation.")
    token = Token(
        value=world.mints.format(secrets.token_urlsafe(27)),
        installation=installation,
        repository_ids=_asked_repositories(world, installation, asked),
        permissions=dict(permissions),
        expires_at=world.now() + world.token_life,
    )
    world.tokens[token.value] = token
    return token


def _asked_repositories(
    world: World, installation: Installation, asked: Mapping[str, Any]
) -> set[int] | None:
    if not asked.get("repository_ids") and not asked.get("repositories"):
        return None
    seen = [each for each in world.repositories.values() if installation.sees(each)]
    by_name = {each.name: each.id for each in seen}
    named = {by_name.get(each, 0) for each in asked.get("repositories", [])}
    ids = named | set(asked.get("repository_ids", []))
    if not ids <= {each.id for each in seen}:
        raise Refused(422, "There is at least one repository that does not exist or is not accessible.")
    return ids
