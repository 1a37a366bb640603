"""API keys: their form, what they allow, and when they count."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api_records import ApiKey
from bot.domain import api_keys
from bot.domain.api_keys import NotAKey, UnknownScope, permissions_of, read_key, standing
from bot.domain.policy import ROLES, Permission, Role
from bot.records import Actor

NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
ENTROPY: Final = bytes(range(api_keys.ENTROPY_BYTES))
TEXT: Final = api_keys.key_text(ENTROPY)
KEY: Final = ApiKey(
    id="F3kq0Zb81LmX",
    person=Actor(id=1, login="ada"),
    installation_id=9,
    permissions=frozenset({"integration:read"}),
    created_at=NOON,
    expires_at=NOON + timedelta(days=1),
)


def code_of(text: str) -> str:
    """Why it is no key."""
    with pytest.raises(NotAKey) as no:
        read_key(text)
    return no.value.code


@given(st.binary(min_size=api_keys.ENTROPY_BYTES, max_size=api_keys.ENTROPY_BYTES))
def test_what_is_made_is_read(entropy: bytes) -> None:
    text = api_keys.key_text(entropy)

    assert len(text) == api_keys.LENGTH
    assert text.startswith(f"ccb_{read_key(text).id}_")


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_web_12_every_one_of_256_random_bits_is_in_the_key(one: bytes, other: bytes) -> None:
    texts = {api_keys.key_text(bytes(9) + secret) for secret in (one, other)}

    assert len(texts) == len({one, other})


def test_a_key_takes_all_its_random_bytes() -> None:
    with pytest.raises(ValueError, match="41 random bytes"):
        api_keys.key_text(b"short")


@given(st.integers(min_value=4, max_value=api_keys.LENGTH - 1), st.sampled_from(api_keys.DIGITS))
def test_one_mistyped_character_is_told_without_looking_anything_up(place: int, digit: str) -> None:
    text = TEXT[:place] + digit + TEXT[place + 1 :]

    if text != TEXT:
        assert code_of(text) in {"key_mistyped", "key_malformed"}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "ccb_",
            TEXT + "0",
            TEXT[:-1],
            f" {TEXT[1:]}",
            f"{TEXT[:-1]}\n",
            TEXT.upper(),
            "ghp_" + TEXT[4:],
        ),
        *(TEXT.replace("_", "-"), TEXT[:-1] + "é", TEXT[:-1] + "٣", "x" * 1_000_000, TEXT[:-1] + "\udcff"),
    ],
)
def test_what_has_another_form_is_no_key(text: str) -> None:
    assert code_of(text) == "key_malformed"


def test_a_wrong_sum_is_a_typo() -> None:
    assert code_of(TEXT[:-1] + ("0" if TEXT[-1] != "0" else "1")) == "key_mistyped"


def test_a_key_that_is_shown_does_not_show_itself() -> None:
    assert TEXT not in repr(read_key(TEXT))


def test_a_scope_is_a_roles_permissions_or_one() -> None:
    assert permissions_of(["read"]) == ROLES[Role.VIEWER]
    assert permissions_of(["write"]) == ROLES[Role.DEVELOPER]
    assert permissions_of(["admin"]) == ROLES[Role.ADMIN]
    assert permissions_of(["integration:read", "budget:manage"]) == {Permission.READ, Permission.BUDGET}
    assert permissions_of([]) == frozenset()


@pytest.mark.parametrize("scope", ["", "root", "READ", "integration:*", "integration:read "])
def test_any_other_scope_is_refused(scope: str) -> None:
    with pytest.raises(UnknownScope):
        permissions_of(["read", scope])


def test_it_counts_until_it_ends_or_is_revoked() -> None:
    end = KEY.expires_at

    assert standing(KEY, end - timedelta(microseconds=1)) == "good"
    assert standing(KEY, end) == "expired"
    assert standing(replace(KEY, revoked_at=NOON), NOON) == "revoked"
    assert standing(replace(KEY, revoked_at=NOON), end) == "revoked"


def test_its_use_is_noted_once_a_minute() -> None:
    used = replace(KEY, used_at=NOON)

    assert api_keys.is_use_to_note(KEY, NOON)
    assert not api_keys.is_use_to_note(used, NOON + timedelta(seconds=59))
    assert api_keys.is_use_to_note(used, NOON + timedelta(seconds=60))
