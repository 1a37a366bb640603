"""Cursors: read by nobody, made up by nobody, and of one list."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.infrastructure.crypto import Crypto
from bot.infrastructure.cursors import Cursors

CURSORS: Final = Cursors(Crypto(b"a secret of an operator, 32 bytes and more"))
PLACE: Final = ("2026-01-01T09:00:00.000000+00:00", "shop000001")


def test_a_cursor_opens_for_its_own_list_alone() -> None:
    text = CURSORS.seal(PLACE, about="ada's")

    assert CURSORS.open(text, about="ada's") == PLACE
    assert CURSORS.open(text, about="eve's") is None
    assert Cursors(Crypto(b"another secret, of 32 bytes and more")).open(text, about="ada's") is None


def test_web_17_every_other_spelling_of_a_cursor_is_none() -> None:
    text = CURSORS.seal(PLACE, about="ada's")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ "

    for place in (0, 20, len(text) - 1):
        others = {text[:place] + letter + text[place + 1 :] for letter in letters} - {text}
        assert {CURSORS.open(other, about="ada's") for other in others} == {None}
    assert CURSORS.open(f"{text[:9]}!{text[9:]}", about="ada's") is None


@pytest.mark.parametrize("text", ["", "=", "A", "é", "\udcff", "x" * 513])
def test_what_was_never_given_out_is_no_cursor(text: str) -> None:
    assert CURSORS.open(text, about="ada's") is None


@given(st.text(max_size=200))
def test_no_text_makes_it_stumble(text: str) -> None:
    assert CURSORS.open(text, about="ada's") is None
