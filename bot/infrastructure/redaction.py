"""Secrets that are alive in this process, and texts without them."""

import base64
import json
import re
import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final, NamedTuple
from urllib.parse import quote

from cachetools import TLRUCache

BLACKED_OUT: Final = "[redacted]"
SHORTEST: Final = 8  # shorter ones would black out ordinary words
MOST_PASSING: Final = 2_000

# What a secret looks like where nobody registered it. No length has an upper limit: tokens grow.
_FORMS: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\s\\]*(?:-----END [A-Z ]*PRIVATE KEY-----)?"
    r"|\bgh[opsur]_[A-Za-z0-9._\-]{10,}"
    r"|\bgithub_pat_[A-Za-z0-9_]{10,}"
    r"|\bccb_[A-Za-z0-9]{6,}_[A-Za-z0-9]{6,}"
    r"|\bccr_[A-Za-z0-9]{6,}"
    r"|\bsk-ant-[A-Za-z0-9_\-]{6,}"
    r"|\bxox[abeoprs]-[A-Za-z0-9\-]{6,}"
    r"|\beyJ[A-Za-z0-9_\-]{6,}\.[A-Za-z0-9_\-]{6,}\.[A-Za-z0-9_\-]*"
    r"|(?<=Bearer )[A-Za-z0-9._~+/=\-]{8,}"
    r"|(?<=://)[^\s/:@\"']*:[^\s/@\"']+(?=@)"
)
# One of these stands in whatever has such a form; to look for them takes a twentieth of the time.
_MARKS: Final = (
    *("-----BEGIN ", "gho_", "ghp_", "ghs_", "ghu_", "ghr_", "github_pat_", "ccb_", "ccr_"),
    *("sk-ant-", "xox", "eyJ", "Bearer ", "://"),
)


class _Passing(NamedTuple):
    """A secret that ends: as logs may spell it, and for how long."""

    spellings: frozenset[str]
    seconds: float


class LiveSecrets:
    """Every secret in use, exactly and as logs may spell it. Any thread may log while another adds."""

    def __init__(self, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._lasting: dict[str, frozenset[str]] = {}
        self._passing: TLRUCache[str, _Passing] = TLRUCache(
            MOST_PASSING, ttu=lambda _value, it, now: now + it.seconds, timer=timer
        )
        self._longest_first: list[str] | None = None
        self._lock = Lock()

    def add(self, *values: str) -> None:
        """From now on these are blacked out."""
        with self._lock:
            self._lasting |= {value: _spellings(value) for value in values if len(value) >= SHORTEST}
            self._longest_first = None

    def add_for(self, seconds: float, value: str) -> None:
        """For so long this one is blacked out; of too many the oldest are forgotten first."""
        with self._lock:
            if len(value) >= SHORTEST:
                self._passing[value] = _Passing(_spellings(value), seconds)
            self._longest_first = None

    def redact(self, text: str) -> str:
        """The text without any live secret, and without anything that looks like one."""
        # One by one: a pattern of them all takes longer to search, and a second to make with each token.
        spelled = self.spelled()
        if any(map(text.__contains__, spelled)):
            for spelling in spelled:
                text = text.replace(spelling, BLACKED_OUT)
        return _FORMS.sub(BLACKED_OUT, text) if any(map(text.__contains__, _MARKS)) else text

    def spelled(self) -> list[str]:
        """The longest first, so that no tail of a longer one stays; the same list while the same live."""
        with self._lock:
            if self._passing.expire() or self._longest_first is None:
                known = (*self._lasting.values(), *(it.spellings for it in self._passing.values()))
                self._longest_first = sorted({spelling for many in known for spelling in many}, key=len)[::-1]
            return self._longest_first


def may_show(text: str, spelled: Sequence[str]) -> bool:
    """Whether one of these is in it, or anything that stands in whatever looks like a secret."""
    return any(map(text.__contains__, spelled)) or any(map(text.__contains__, _MARKS))


def _spellings(value: str) -> frozenset[str]:
    raw = value.encode()
    return frozenset((
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        quote(value, safe=""),
        raw.hex(),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
    ))
