"""Signing in, decided without looking outside: how long a session lasts, where it leads, whom it lets in."""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from bot.session_records import IDLE, LONGEST, Begun, Membership, Returned, Session, UserTokens

NOTED_EVERY: Final = timedelta(minutes=1)
TO_RETURN: Final = timedelta(minutes=10)
RENEWED_BEFORE: Final = timedelta(minutes=5)

SECRET_BYTES: Final = 32
FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}")  # 256 random bits, as a browser keeps them
CODE: Final = re.compile(r"[A-Za-z0-9._~-]{1,256}")
HOME: Final = "/auth/session"

_SEGMENT: Final = r"(?!\.{1,2}(?:[/?]|$))[A-Za-z0-9._~=@-]+"
_OURS: Final = re.compile(rf"/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?(?:\?[A-Za-z0-9._~=&+:/,%-]*)?")
_LONGEST_PATH: Final = 300


class NotSignedIn(Exception):
    """Nobody is signed in by this; `code` is stable and public."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def path_of_ours(text: str) -> str | None:
    """The path to go on to, if it is one on this very host and nothing else; None where it may not be."""
    is_ours = len(text) <= _LONGEST_PATH and _OURS.fullmatch(text) is not None
    return text if is_ours else None


def challenge_of(verifier: str) -> str:
    """What GitHub is told at first of what it is shown afterwards (RFC 7636, S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def check_returned(begun: Begun | None, returned: Returned, *, issuer: str, now: datetime) -> Begun:
    """The sign-in that this browser began here, at this GitHub, a short while ago. Raises NotSignedIn.

    That the states are the same is for the caller to see to, in constant time.
    """
    if begun is None:
        raise NotSignedIn("state_missing")
    if begun.issuer != issuer or not _is_of(returned.issuer, issuer):
        raise NotSignedIn("issuer_foreign")
    if not timedelta() <= now - begun.at < TO_RETURN:
        raise NotSignedIn("state_over")
    return begun


def _is_of(told: str, issuer: str) -> bool:
    """GitHub names no issuer (RFC 9207) today; where one is named, it is this GitHub or below its address."""
    return not told or told == issuer or told.startswith(f"{issuer}/")


def check_granted(returned: Returned) -> str:
    """The code. Raises NotSignedIn where the person said no, or it is none."""
    if returned.error:
        raise NotSignedIn("access_denied" if returned.error == "access_denied" else "github_refused")
    if not CODE.fullmatch(returned.code):
        raise NotSignedIn("code_refused")
    return returned.code


def ends_at(session: Session) -> datetime:
    """When it is over, if it is not used again before."""
    return min(session.created_at + LONGEST, session.seen_at + IDLE)


def is_good(session: Session, now: datetime) -> bool:
    """Whether it counts at that moment."""
    return now < ends_at(session)


def is_use_to_note(session: Session, now: datetime) -> bool:
    """Whether its last use is to be noted anew: once a minute is enough."""
    return now - session.seen_at >= NOTED_EVERY


def is_to_renew(tokens: UserTokens, now: datetime) -> bool:
    """Whether the token ends too soon for what it is needed for."""
    return tokens.access_until is not None and tokens.access_until - now < RENEWED_BEFORE


def can_renew(tokens: UserTokens, now: datetime) -> bool:
    """Whether there is something left to renew it with."""
    is_over = tokens.refresh_until is not None and tokens.refresh_until <= now
    return tokens.refresh is not None and not is_over


def served(there: Iterable[Membership], owners: Collection[str], own: int | None) -> tuple[Membership, ...]:
    """Those on accounts that this bot serves: by the names that were set, else the App's own, by number."""
    names = {each.lower() for each in owners}
    return tuple(
        each for each in there if (each.account.lower() in names if names else each.account_id == own)
    )


def chosen(wanted: int | None, there: Collection[Membership]) -> Membership:
    """The installation that a session is of: the one that was chosen, or the only one. Raises NotSignedIn."""
    if not there:
        raise NotSignedIn("not_a_member")
    found = [each for each in there if wanted in {None, each.installation_id}]
    if len(found) == 1:
        return found[0]
    raise NotSignedIn("no_installation")
