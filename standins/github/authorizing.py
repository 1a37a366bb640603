"""What people let the App do in their name: codes that are good once, and the tokens that come of them."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from standins.github.state import Account

CODE_LIFE: Final = timedelta(minutes=10)
TOKEN_LIFE: Final = timedelta(hours=8)
REFRESH_LIFE: Final = timedelta(seconds=15_897_600)


class NotGranted(Exception):
    """No token; the code and the words as GitHub publishes them."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(code, description)
        self.code, self.description = code, description


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Who consented, where the browser was sent, and what whoever changes it has to know."""

    person: Account
    redirect_uri: str
    challenge: str | None
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UserToken:
    """A person's token, and what renews it once."""

    value: str
    refresh: str
    person: Account
    expires_at: datetime
    refresh_expires_at: datetime


@dataclass(slots=True, kw_only=True)
class Authorizations:
    """Who consented to what. `at_the_browser` is who does next; nobody there consents to nothing."""

    at_the_browser: str | None = None
    token_life: timedelta = TOKEN_LIFE
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, UserToken] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)  # every secret that ever left here

    def consented(self, person: Account, redirect_uri: str, challenge: str | None, now: datetime) -> str:
        """A code for what the person consented to."""
        code = secrets.token_hex(10)
        self.codes[code] = Code(
            person=person, redirect_uri=redirect_uri, challenge=challenge, until=now + CODE_LIFE
        )
        self.given.append(code)
        return code

    def exchanged(self, code: str, redirect_uri: str, verifier: str | None, now: datetime) -> UserToken:
        """A token for the code, which is used up whatever comes of it. Raises NotGranted."""
        kept = self.codes.pop(code, None)
        if kept is None or kept.until <= now or not _proves(kept.challenge, verifier):
            raise NotGranted("bad_verification_code", "The code passed is incorrect or expired.")
        if kept.redirect_uri != redirect_uri:
            raise NotGranted(
                "redirect_uri_mismatch",
                "The redirect_uri MUST match the registered callback URL for this application.",
            )
        return self._minted(kept.person, now)

    def renewed(self, refresh: str, now: datetime) -> UserToken:
        """Another pair; from now on neither of the old ones is good. Raises NotGranted."""
        old = next((each for each in self.tokens.values() if each.refresh == refresh), None)
        if old is None or old.refresh_expires_at <= now:
            raise NotGranted("bad_refresh_token", "The refresh token passed is incorrect or expired.")
        del self.tokens[old.value]
        return self._minted(old.person, now)

    def person_of(self, value: str, now: datetime) -> Account | None:
        """Whose token that is, while it is good."""
        token = self.tokens.get(value)
        return token.person if token is not None and token.expires_at > now else None

    def taken_back(self, value: str) -> None:
        """Neither it nor what renews it is good any more."""
        self.tokens.pop(value, None)

    def revoked(self, person: Account) -> None:
        """The person lets the App do nothing any more."""
        self.tokens = {value: each for value, each in self.tokens.items() if each.person.id != person.id}

    def _minted(self, person: Account, now: datetime) -> UserToken:
        token = UserToken(
            value=f"ghu_{secrets.token_urlsafe(27)}",
            refresh=f"ghr_{secrets.token_urlsafe(57)}",
            person=person,
            expires_at=now + self.token_life,
            refresh_expires_at=now + REFRESH_LIFE,
        )
        self.tokens[token.value] = token
        self.given += [token.value, token.refresh]
        return token


def _proves(challenge: str | None, verifier: str | None) -> bool:
    """Whoever sent a challenge has to know what it is the digest of."""
    if challenge is None:
        return True
    digest = hashlib.sha256((verifier or "").encode()).digest()
    return secrets.compare_digest(urlsafe_b64encode(digest).decode().rstrip("="), challenge)
