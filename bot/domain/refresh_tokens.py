"""Refresh tokens: what one looks like, and what follows from showing one. Each is used once."""

import re
from datetime import datetime, timedelta
from typing import Final

from bot.domain.api_keys import CHECK_DIGITS, SECRET_BYTES, SECRET_DIGITS, checksum, in_digits
from bot.token_records import Grant, Refresh, RefreshStanding

BEGINS: Final = "ccr_"
GRANTED_FOR: Final = timedelta(days=30)
IDLE: Final = timedelta(days=14)
GRACE: Final = timedelta(seconds=30)
"""For so long whoever did not get the answer may ask again, and is given the same token as before."""

_FORM: Final = re.compile(rf"({BEGINS}[0-9A-Za-z]{{{SECRET_DIGITS}}})([0-9A-Za-z]{{{CHECK_DIGITS}}})")


def refresh_text(entropy: bytes) -> str:
    """A refresh token from so many bytes, that nobody can guess: what it is, its secret, and a sum."""
    if len(entropy) != SECRET_BYTES:
        raise ValueError(f"a refresh token is made of {SECRET_BYTES} bytes")
    body = BEGINS + in_digits(int.from_bytes(entropy, "big"), SECRET_DIGITS)
    return body + checksum(body)


def is_refresh_text(text: str) -> bool:
    """Whether it has the form of one, told without looking anything up."""
    found = _FORM.fullmatch(text)
    return found is not None and checksum(found[1]) == found[2]


def refresh_standing(grant: Grant, shown: Refresh, now: datetime) -> RefreshStanding:
    """How a refresh token stands that is shown now.

    One that was used before is known to two: its owner, and somebody who took it. Only where the answer may
    have been lost, and nobody has used what followed, it is the owner again.
    """
    if grant.revoked_at is not None:
        return "revoked"
    if now >= grant.expires_at:
        return "expired"
    if shown.used_at is not None:
        is_again = not shown.is_followed_up and now < shown.used_at + GRACE
        return "again" if is_again else "reused"
    return "expired" if now >= shown.issued_at + IDLE else "good"


def granted_until(now: datetime, key_ends: datetime) -> datetime:
    """How long a grant lasts that is made of a key."""
    return min(now + GRANTED_FOR, key_ends)
