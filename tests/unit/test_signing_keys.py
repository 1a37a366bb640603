"""Signing keys: one signs, each is known before it does, and none goes before its last token."""

from datetime import timedelta
from typing import Final

from bot.domain.access_tokens import LIFETIME, SKEW
from bot.domain.signing_keys import (
    AHEAD,
    RENEWED_EVERY,
    counting,
    is_new_one_due,
    next_signs_from,
    signing_now,
)
from bot.token_records import SigningKey
from tests.unit.test_access_tokens import NOW

MOMENT: Final = timedelta(seconds=1)


def key(kid: str, **after: float) -> SigningKey:
    return SigningKey(kid=kid, public={"kid": kid}, signs_from=NOW + timedelta(**after))


FIRST: Final = key("first")
SECOND: Final = key("second", days=1)
BOTH: Final = [SECOND, FIRST]


def test_before_the_first_none_signs() -> None:
    assert signing_now([], NOW) is None
    assert signing_now([SECOND], NOW) is None


def test_the_newest_signs_whose_time_has_come() -> None:
    assert signing_now(BOTH, SECOND.signs_from - MOMENT) == FIRST
    assert signing_now(BOTH, SECOND.signs_from) == SECOND


def test_of_two_made_at_once_every_process_takes_the_same() -> None:
    twins = [key("a"), key("b")]

    assert signing_now(twins, NOW) == signing_now(twins[::-1], NOW) == key("b")


def test_one_to_come_is_known_and_one_that_was_counts_until_its_last_token_has_ended() -> None:
    last = SECOND.signs_from + LIFETIME + SKEW

    assert counting(BOTH, NOW) == [FIRST, SECOND]
    assert counting(BOTH, last) == [FIRST, SECOND]
    assert counting(BOTH, last + SKEW) == [SECOND]
    assert counting([], NOW) == []


def test_the_first_signs_at_once_and_each_other_when_it_is_known() -> None:
    assert next_signs_from([], NOW) == NOW
    assert next_signs_from([FIRST], NOW) == NOW + AHEAD


def test_a_new_one_is_due_when_the_newest_is_old() -> None:
    assert not is_new_one_due([], NOW)
    assert not is_new_one_due(BOTH, SECOND.signs_from + RENEWED_EVERY - MOMENT)
    assert is_new_one_due(BOTH, SECOND.signs_from + RENEWED_EVERY)
