"""What people let the app do: codes that are good once, and the tokens that come of them."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from standins.slack.state import Installation, Token, User

CODE_LIFE: Final = timedelta(minutes=10)
TOKEN_LIFE: Final = timedelta(hours=12)


class NotGranted(Exception):
    """No token; the code as Slack publishes it."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(slots=True, kw_only=True)
class Code:
    """Who consented to what, and where the browser was sent."""

    person: User
    scopes: tuple[str, ...]
    redirect_uri: str | None
    until: datetime
    used: bool = False


@dataclass(slots=True, kw_only=True)
class Authorizations:
    """Who consented to what. `at_the_browser` is who does next; nobody there consents to nothing."""

    at_the_browser: str | None = None
    token_life: timedelta = TOKEN_LIFE
    codes: dict[str, Code] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)  # every secret that ever left here

    def secret(self) -> str:
        """A secret that left here."""
        value = secrets.token_hex(12)
        self.given.append(value)
        return value

    def consented(
        self, person: User, scopes: tuple[str, ...], *, redirect_uri: str | None, now: datetime
    ) -> str:
        """A code for what the person consented to."""
        code = f"{self.secret()}.{secrets.token_hex(16)}"
        self.codes[code] = Code(
            person=person, scopes=scopes, redirect_uri=redirect_uri, until=now + CODE_LIFE
        )
        return code

    def exchanged(self, code: str, redirect_uri: str | None, now: datetime) -> Code:
        """What the code stands for, once. Raises NotGranted."""
        kept = self.codes.get(code)
        if kept is None or kept.until <= now:
            raise NotGranted("invalid_code")
        if kept.used:
            raise NotGranted("code_already_used")
        if kept.redirect_uri != redirect_uri:
            raise NotGranted("bad_redirect_uri")
        kept.used = True
        return kept

    def minted(self, installation: Installation, *, rotates: bool, now: datetime) -> Token:
        """A token for the workspace; where tokens rotate it ends, and comes with what renews it once."""
        if not rotates:
            return Token(value=self._kept(f"xoxb-{secrets.token_hex(20)}"), installation=installation)
        return Token(
            value=self._kept(f"xoxe.xoxb-1-{secrets.token_hex(60)}"),
            installation=installation,
            expires_at=now + self.token_life,
            refresh=self._kept(f"xoxe-1-{secrets.token_hex(60)}"),
        )

    def _kept(self, value: str) -> str:
        self.given.append(value)
        return value
