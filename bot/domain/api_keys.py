"""API keys: what one looks like, what it may be used for, and whether it still counts."""

import re
import string
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

from bot.api_records import ApiKey, PresentedKey
from bot.domain.policy import ROLES, Permission, Role

DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_DIGITS: Final = 12
SECRET_DIGITS: Final = 43  # of 62 kinds: 256 bits
CHECK_DIGITS: Final = 6  # 32 bits
ID_BYTES: Final = 9
SECRET_BYTES: Final = 32
ENTROPY_BYTES: Final = ID_BYTES + SECRET_BYTES
LONGEST_DAYS: Final = 366
NOTED_EVERY: Final = timedelta(minutes=1)

FORM: Final = re.compile(
    rf"(ccb_([0-9A-Za-z]{{{ID_DIGITS}}})_[0-9A-Za-z]{{{SECRET_DIGITS}}})([0-9A-Za-z]{{{CHECK_DIGITS}}})"
)
LENGTH: Final = len("ccb__") + ID_DIGITS + SECRET_DIGITS + CHECK_DIGITS

# The names under which people ask for a whole role's permissions.
SCOPES: Final[Mapping[str, frozenset[Permission]]] = {
    "read": ROLES[Role.VIEWER],
    "write": ROLES[Role.DEVELOPER],
    "admin": ROLES[Role.ADMIN],
}

Standing = Literal["good", "expired", "revoked"]


class NotAKey(Exception):
    """It is no key: `code` says whether its form is another, or it has one and was mistyped."""

    def __init__(self, code: Literal["key_malformed", "key_mistyped"]) -> None:
        super().__init__(code)
        self.code = code


class UnknownScope(Exception):
    """There is no scope of this name."""


def key_text(entropy: bytes) -> str:
    """A new key from so many random bytes: who it is, what it is secret by, and a sum over both."""
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"a key is made of {ENTROPY_BYTES} random bytes")
    name = in_digits(int.from_bytes(entropy[:ID_BYTES], "big"), ID_DIGITS)
    secret = in_digits(int.from_bytes(entropy[ID_BYTES:], "big"), SECRET_DIGITS)
    body = f"ccb_{name}_{secret}"
    return body + checksum(body)


def read_key(text: str) -> PresentedKey:
    """The key that stands there, told without looking anything up. Raises NotAKey."""
    found = FORM.fullmatch(text) if len(text) == LENGTH else None
    if found is None:
        raise NotAKey("key_malformed")
    body, name, check = found.groups()
    if checksum(body) != check:
        raise NotAKey("key_mistyped")
    return PresentedKey(id=name, text=text)


def checksum(body: str) -> str:
    """The sum that a typo changes; anybody can make one, so it proves nothing."""
    return in_digits(zlib.crc32(body.encode()), CHECK_DIGITS)


def permissions_of(scopes: Iterable[str]) -> frozenset[Permission]:
    """What these scopes allow: a role's by its short name, a single one as resource:action.

    Raises UnknownScope.
    """
    return frozenset(permission for scope in scopes for permission in _allowed_by(scope))


def _allowed_by(scope: str) -> frozenset[Permission]:
    if scope in SCOPES:
        return SCOPES[scope]
    if scope not in set(Permission):
        raise UnknownScope(scope)
    return frozenset({Permission(scope)})


def standing(key: ApiKey, now: datetime) -> Standing:
    """Whether it counts at that moment; one that is revoked never does again."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if now >= key.expires_at else "good"


def is_use_to_note(key: ApiKey, now: datetime) -> bool:
    """Whether its last use is to be noted anew: once a minute is enough."""
    return key.used_at is None or now - key.used_at >= NOTED_EVERY


def in_digits(number: int, width: int) -> str:
    """The number in 62 digits, its last so many places."""
    places = []
    for _ in range(width):
        number, digit = divmod(number, len(DIGITS))
        places.append(DIGITS[digit])
    return "".join(reversed(places))
