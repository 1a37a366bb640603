"""Refresh tokens: their form, and that each is used once."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.api_keys import SECRET_BYTES
from bot.domain.refresh_tokens import (
    GRACE,
    GRANTED_FOR,
    IDLE,
    granted_until,
    is_refresh_text,
    refresh_standing,
    refresh_text,
)
from bot.token_records import Refresh
from tests.unit.test_access_tokens import GRANT, NOW

NEW: Final = Refresh(issued_at=NOW)
USED: Final = Refresh(issued_at=NOW, used_at=NOW)
FOLLOWED: Final = Refresh(issued_at=NOW, used_at=NOW, is_followed_up=True)
MOMENT: Final = timedelta(seconds=1)
GOOD: Final = refresh_text(bytes(range(SECRET_BYTES)))


@given(st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES))
def test_each_has_the_form_and_no_two_are_the_same(entropy: bytes) -> None:
    text = refresh_text(entropy)

    assert is_refresh_text(text)
    assert (text == GOOD) is (entropy == bytes(range(SECRET_BYTES)))


@pytest.mark.parametrize(
    "text", ["", "ccr_", GOOD[:-1], GOOD + "0", GOOD[:-1] + "é", GOOD.swapcase(), "ccb_" + GOOD[4:]]
)
def test_anything_else_has_not(text: str) -> None:
    assert not is_refresh_text(text)


def test_it_is_made_of_as_many_bytes_as_nobody_guesses() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        refresh_text(b"short")


@pytest.mark.parametrize(
    ("shown", "late", "standing"),
    [
        (NEW, timedelta(), "good"),
        (NEW, IDLE - MOMENT, "good"),
        (NEW, IDLE, "expired"),
        (NEW, timedelta(days=30), "expired"),
        (USED, GRACE - MOMENT, "again"),
        (USED, GRACE, "reused"),
        (USED, IDLE, "reused"),
        (FOLLOWED, MOMENT, "reused"),
        (FOLLOWED, timedelta(days=30), "expired"),
    ],
)
def test_web_10_each_is_used_once(shown: Refresh, late: timedelta, standing: str) -> None:
    assert refresh_standing(GRANT, shown, NOW + late) == standing


@pytest.mark.parametrize("shown", [NEW, USED, FOLLOWED])
def test_web_11_of_what_is_revoked_none_counts(shown: Refresh) -> None:
    assert refresh_standing(replace(GRANT, revoked_at=NOW), shown, NOW) == "revoked"


def test_a_grant_ends_with_its_key_at_the_latest() -> None:
    assert granted_until(NOW, NOW + timedelta(days=366)) == NOW + GRANTED_FOR
    assert granted_until(NOW, NOW + timedelta(days=1)) == NOW + timedelta(days=1)
