"""Access tokens in use: granted for a key, renewed once by each refresh token, recognised, and given up."""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from bot.api_records import Caller
from bot.application.callers import NotRecognised, id_of
from bot.application.keys import Keys, recognised
from bot.application.ports import Clock
from bot.application.signing import Signing
from bot.domain.access_tokens import Claims, Issuer, NotAToken, claims_of, ends, is_like_a_token, read_claims
from bot.domain.api_keys import SECRET_BYTES, UnknownScope, permissions_of
from bot.domain.refresh_tokens import granted_until, is_refresh_text, refresh_standing, refresh_text
from bot.token_records import Grant, Issued, Refresh, RefreshStanding

log = structlog.get_logger()

Judge = Callable[[Grant, Refresh, datetime], RefreshStanding]


class Grants(Protocol):
    """What tokens are made of, and the refresh tokens that renew them."""

    async def begin(self, grant: Grant, text: str, *, session: str | None = None) -> None:
        """A new one, renewed by this refresh token; where it is of a session, of the one with that text."""

    async def get(self, grant_id: str) -> Grant | None:
        """As it stands now: over where its key or its session is."""

    def following(self, text: str) -> bytes:
        """What the refresh token that follows this one is made of; always the same."""

    async def renew(self, text: str, following: str, now: datetime, judge: Judge) -> RefreshStanding | None:
        """Use a refresh token as the judge says; None where there is none. Raises Unavailable."""

    async def grant_of(self, text: str) -> str | None: ...

    async def revoke(self, grant_id: str, at: datetime) -> None: ...


class NotGranted(Exception):
    """Nothing is granted: `error` is OAuth's name for it, `why` is ours; both stay."""

    def __init__(self, error: str, why: str) -> None:
        super().__init__(error, why)
        self.error, self.why = error, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Granting:
    """Who may have a token, and whose a token is."""

    keys: Keys
    grants: Grants
    signing: Signing
    clock: Clock
    issuer: Issuer

    async def for_key(self, text: str, scopes: Collection[str]) -> Issued:
        """Tokens of at most what this key allows. Raises NotGranted, Unavailable."""
        try:
            caller = await recognised(text, self.keys, self.clock)
        except NotRecognised as no:
            raise NotGranted("invalid_grant", no.code) from None
        return await self._granted(caller, scopes)

    async def for_session(self, caller: Caller, text: str, scopes: Collection[str]) -> Issued:
        """Tokens of at most what this session allows, and for no longer. Raises NotGranted, Unavailable."""
        return await self._granted(caller, scopes, session=text)

    async def for_refresh(self, text: str, scopes: Collection[str]) -> Issued:
        """The same anew, once for each refresh token. Raises NotGranted, Unavailable."""
        if not is_refresh_text(text):
            raise NotGranted("invalid_grant", "refresh_malformed")
        grant_id = await self.grants.grant_of(text)
        grant = None if grant_id is None else await self.grants.get(grant_id)
        if grant is None:
            raise NotGranted("invalid_grant", "refresh_unknown")
        permissions = narrowed(grant.permissions, scopes)  # before the token is used up
        now = self.clock.now()
        following = refresh_text(self.grants.following(text))
        standing = await self.grants.renew(text, following, now, refresh_standing)
        if standing == "reused":
            log.warning("refresh_token_reused", grant=grant.id, key=grant.key_id)
        if standing not in {"good", "again"}:
            raise NotGranted("invalid_grant", f"refresh_{standing}")
        return await self._issued(grant, following, permissions, now)

    async def recognised(self, text: str) -> Caller:
        """Whose token this is, if it and what it was made of count now. Raises NotRecognised, Unavailable."""
        claims = await self._read(text)
        grant = await self.grants.get(claims.grant)
        if grant is None:
            raise NotRecognised("token_invalid")
        if grant.revoked_at is not None:
            raise NotRecognised("token_revoked")
        return Caller(
            id=grant.key_id or id_of(grant.person),
            means="token",
            person=grant.person,
            installation_id=grant.installation_id,
            permissions=grant.permissions & frozenset(claims.scope.split()),
            expires_at=ends(claims),
            key_id=grant.key_id,
            lasts_until=grant.expires_at,
            as_of=grant.as_of,
        )

    async def give_up(self, text: str) -> None:
        """End what this token was made of, and with it every token of the same; nothing where it is none.

        Raises Unavailable.
        """
        grant_id = await self._grant_behind(text)
        if grant_id is not None:
            await self.grants.revoke(grant_id, self.clock.now())

    async def _granted(
        self, caller: Caller, scopes: Collection[str], *, session: str | None = None
    ) -> Issued:
        now = self.clock.now()
        grant = Grant(
            id=secrets.token_hex(8),
            person=caller.person,
            installation_id=caller.installation_id,
            permissions=narrowed(caller.permissions, scopes),
            key_id=caller.key_id,
            created_at=now,
            expires_at=granted_until(now, caller.expires_at),
        )
        refresh = refresh_text(secrets.token_bytes(SECRET_BYTES))
        await self.grants.begin(grant, refresh, session=session)
        return await self._issued(grant, refresh, grant.permissions, now)

    async def _issued(
        self, grant: Grant, refresh: str, permissions: Collection[str], now: datetime
    ) -> Issued:
        claims = claims_of(grant, permissions, issuer=self.issuer, token_id=secrets.token_hex(16), now=now)
        return Issued(
            access_token=await self.signing.signed(claims, now),
            refresh_token=refresh,
            seconds=claims["exp"] - claims["iat"],
            permissions=frozenset(permissions),
        )

    async def _read(self, text: str) -> Claims:
        now = self.clock.now()
        said = await self.signing.said(text, now)
        try:
            return read_claims(said or {}, self.issuer, now)
        except NotAToken as no:
            raise NotRecognised(no.code) from None

    async def _grant_behind(self, text: str) -> str | None:
        if not is_like_a_token(text):
            return await self.grants.grant_of(text) if is_refresh_text(text) else None
        try:
            return (await self._read(text)).grant
        except NotRecognised:
            return None


def narrowed(held: Collection[str], scopes: Collection[str]) -> frozenset[str]:
    """What these scopes name of what is held; all of it where none is named. Raises NotGranted."""
    try:
        wanted = frozenset(map(str, permissions_of(scopes))) if scopes else frozenset(held)
    except UnknownScope:
        raise NotGranted("invalid_scope", "scope_unknown") from None
    if not wanted <= frozenset(held):
        raise NotGranted("invalid_scope", "scope_too_wide")
    return wanted
