"""Slack's signature, and how old a request may be."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from bot.domain.slack_signatures import SECONDS, is_dated, is_signed, may_sign

NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("seconds", [-SECONDS, -1, 0, SECONDS])
def test_a_time_within_five_minutes_is_one(seconds: int) -> None:
    assert is_dated(str(int((NOON + timedelta(seconds=seconds)).timestamp())), NOON)


@pytest.mark.parametrize("stamp", ["", "1767268800.5", "x", str(int(NOON.timestamp()) + SECONDS + 1)])
def test_no_other_time_is(stamp: str) -> None:
    assert not is_dated(stamp, NOON)


@pytest.mark.parametrize(
    ("signature", "may"), [("v0=" + "0f" * 32, True), ("v0=" + "0F" * 32, False), ("v1=" + "0" * 64, False)]
)
def test_a_signature_has_one_form(signature: str, may: bool) -> None:  # noqa: FBT001
    assert may_sign(signature) is may


def test_a_signature_is_of_the_time_and_the_body_and_no_empty_secret() -> None:
    good = "v0=" + hmac.new(b"secret", b"v0:12:body", "sha256").hexdigest()

    assert is_signed("12", b"body", good, secrets=[b"", b"other", b"secret"])
    assert not is_signed("13", b"body", good, secrets=[b"secret"])
    assert not is_signed("12", b"bodY", good, secrets=[b"secret"])
    assert not is_signed("12", b"body", good, secrets=[])
