"""Access tokens: what they say, and when that counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from bot.domain.access_tokens import (
    LIFETIME,
    SKEW,
    Issuer,
    NotAToken,
    claims_of,
    ends,
    is_like_a_token,
    read_claims,
    roles_within,
)
from bot.domain.policy import ROLES, Permission, Role
from bot.records import Actor
from bot.token_records import Grant

NOW: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
ISSUER: Final = Issuer("https://bot.example.org")
GRANT: Final = Grant(
    id="0123456789abcdef",
    person=Actor(id=1, login="ada"),
    installation_id=9,
    permissions=frozenset({"integration:read"}),
    key_id="key",
    created_at=NOW,
    expires_at=NOW + timedelta(days=30),
)


def claims(**bent: Any) -> dict[str, Any]:
    said = claims_of(GRANT, GRANT.permissions, issuer=ISSUER, token_id="jti", now=NOW)
    return {**said, **bent}


def refusal(said: dict[str, Any], now: datetime = NOW) -> str:
    with pytest.raises(NotAToken) as no:
        read_claims(said, ISSUER, now)
    return no.value.code


def test_a_token_says_whose_it_is_where_it_counts_and_until_when() -> None:
    assert claims() == {
        "iss": "https://bot.example.org",
        "aud": "https://bot.example.org/api/v1",
        "sub": "1",
        "roles": ["viewer"],
        "scope": "integration:read",
        "installation": 9,
        "grant": "0123456789abcdef",
        "jti": "jti",
        "iat": 1767268800,
        "nbf": 1767268800,
        "exp": 1767272400,
    }
    read = read_claims(claims(), ISSUER, NOW)
    assert (read.sub, ends(read)) == ("1", NOW + LIFETIME)


def test_no_token_outlasts_what_it_was_made_of() -> None:
    short = replace(GRANT, expires_at=NOW + timedelta(minutes=5))

    said = claims_of(short, GRANT.permissions, issuer=ISSUER, token_id="jti", now=NOW)

    assert said["exp"] - said["iat"] == 300


@pytest.mark.parametrize("name", list(claims_of(GRANT, (), issuer=ISSUER, token_id="j", now=NOW)))
def test_web_09_a_token_that_leaves_something_out_counts_for_nothing(name: str) -> None:
    said = claims()
    del said[name]

    assert refusal(said) == "token_invalid"


@pytest.mark.parametrize(
    "bent",
    [
        {"iss": "https://other.example.org"},
        {"iss": "https://bot.example.org/"},
        {"aud": "https://bot.example.org"},
        {"aud": ["https://bot.example.org/api/v1"]},
        {"sub": 1},
        {"installation": "9"},
        {"installation": True},
        {"exp": "1767272400"},
        {"exp": 1767272400.5},
        {"iat": None},
        {"admin": True},
        {"exp": 1767272401},
        {"exp": 9999999999},
        {"nbf": 1767268831},
        {"iat": 1767268831, "exp": 1767268900},
    ],
    ids=str,
)
def test_web_09_a_token_that_says_something_else_counts_for_nothing(bent: dict[str, Any]) -> None:
    assert refusal(claims(**bent)) == "token_invalid"


@pytest.mark.parametrize("late", [LIFETIME + SKEW, timedelta(days=1)])
def test_it_ends(late: timedelta) -> None:
    assert refusal(claims(), NOW + late) == "token_expired"


@pytest.mark.parametrize("moved", [-SKEW, LIFETIME, LIFETIME + SKEW - timedelta(seconds=1)])
def test_clocks_may_differ_a_little(moved: timedelta) -> None:
    assert read_claims(claims(), ISSUER, NOW + moved).jti == "jti"


def test_its_roles_are_those_whose_every_permission_it_has() -> None:
    assert roles_within(ROLES[Role.ADMIN]) == (Role.VIEWER, Role.DEVELOPER, Role.ADMIN)
    assert roles_within({"integration:read", "integration:write"}) == (Role.VIEWER,)
    assert roles_within({Permission.BUDGET}) == ()


@pytest.mark.parametrize(
    ("text", "is_one"), [("a.b.c", True), ("a.b.", True), ("ccb_x_y", False), ("a.b", False), ("", False)]
)
def test_a_token_is_told_from_a_key_by_its_form(text: str, *, is_one: bool) -> None:
    assert is_like_a_token(text) is is_one
