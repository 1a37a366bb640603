"""Slack's signatures: the one scheme that counts, over the time and the raw bytes, for five minutes."""

import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

SECONDS: Final = 300
"""How far a request's time may lie from ours, before or after: Slack says five minutes."""

_STAMP: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE: Final = re.compile(r"v0=[0-9a-f]{64}")


def is_dated(stamp: str, now: datetime) -> bool:
    """Whether it says a time, and one that is not long ago, nor far ahead."""
    return _STAMP.fullmatch(stamp) is not None and abs(now.timestamp() - int(stamp)) <= SECONDS


def may_sign(signature: str) -> bool:
    """Whether it has the form of one: what has not need not be read any further."""
    return _SIGNATURE.fullmatch(signature) is not None


def is_signed(stamp: str, body: bytes, signature: str, *, secrets: Sequence[bytes]) -> bool:
    """HMAC-SHA-256 over version, time and raw bytes with one of the secrets, in constant time.

    An empty secret never counts.
    """
    given = signature.encode(errors="surrogatepass")
    signed = b"v0:" + stamp.encode(errors="surrogatepass") + b":" + body
    return any(hmac.compare_digest(_signature(signed, secret), given) for secret in secrets if secret)


def _signature(signed: bytes, secret: bytes) -> bytes:
    # Unlike hmac.digest() this keeps hold of the interpreter where there is little to sign: under load, what
    # gives it away waits for it thirty times as long as the work takes.
    return b"v0=" + hmac.new(secret, signed, "sha256").hexdigest().encode()
