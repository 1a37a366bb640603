"""The keys that sign access tokens: which signs now, which still count, and when there is to be a new one."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from bot.domain.access_tokens import LIFETIME, SKEW
from bot.token_records import SigningKey

# Longer than anybody keeps the set of public keys: who reads it knows a key before the first token by it.
AHEAD: Final = timedelta(hours=1)
RENEWED_EVERY: Final = timedelta(days=90)


def signing_now(keys: Iterable[SigningKey], now: datetime) -> SigningKey | None:
    """The newest whose time has come; None where there is none yet."""
    return max((key for key in keys if key.signs_from <= now), key=_order, default=None)


def counting(keys: Iterable[SigningKey], now: datetime) -> list[SigningKey]:
    """Those by which a token may be signed: the one that signs, those to come, and each before them until
    the last token by it has ended.
    """
    in_order = sorted(keys, key=_order)
    ended = [
        key
        for key, following in pairwise(in_order)
        if now >= following.signs_from + LIFETIME + 2 * SKEW  # the last token by it, on the slowest clock
    ]
    return [key for key in in_order if key not in ended]


def is_new_one_due(keys: Sequence[SigningKey], now: datetime) -> bool:
    """Whether the newest is old enough to be followed by another."""
    newest = max(keys, key=_order, default=None)
    return newest is not None and now >= newest.signs_from + RENEWED_EVERY


def next_signs_from(keys: Sequence[SigningKey], now: datetime) -> datetime:
    """When a key that is made now begins to sign: the first at once, each later one when it is known."""
    return now + AHEAD if keys else now


def _order(key: SigningKey) -> tuple[datetime, str]:
    return key.signs_from, key.kid
