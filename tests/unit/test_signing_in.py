"""How long a session lasts, where a sign-in leads, and whom it lets in: decided without looking outside."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.domain.signing_in import (
    NotSignedIn,
    can_renew,
    challenge_of,
    check_granted,
    check_returned,
    chosen,
    ends_at,
    is_good,
    is_to_renew,
    is_use_to_note,
    path_of_ours,
    served,
)
from bot.records import Actor
from bot.session_records import IDLE, LONGEST, Begun, Membership, Returned, Session, UserTokens

NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
GITHUB: Final = "https://github.com"
OURS: Final = Membership(installation_id=9, account_id=1, account="Acme")
OTHER: Final = Membership(installation_id=10, account_id=2, account="other")
BEGUN: Final = Begun(state="s", verifier="v", leads_to="/", issuer=GITHUB, at=NOON)
BACK: Final = Returned(state="s", code="c0de")


@pytest.mark.parametrize(
    "path",
    ["/", "/auth/session", "/integrations/shop000001", "/a?state=failed&q=x%20y", "/a/", "/v1.2/.well-known"],
)
def test_web_05_a_path_of_ours_is_gone_on_to(path: str) -> None:
    assert path_of_ours(path) == path


ELSEWHERE: Final = (
    "",
    "https://evil.example",
    "http:/evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\tevil.example",
    "/\n/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/ /evil.example",
    " /evil.example",
    "/%5cevil.example",
    "/%2f%2fevil.example",
    "/%09/evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/../evil",
    "/.",
    "/..",
    "/a/../b",
    "/a/..?x",
    "/a//b",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "/;@evil.example",
    "?next=/",
    "#/evil",
    "/a#b",
    "/a?b#c",
    "/a?b=\\",
    "/\u2044evil.example",
    "/\uff0fevil.example",
    "/\u3002evil",
    "/e\u200bvil",
    "https:evil.example",
    "https:///evil.example",
    "/" + "a" * 300,
    "/a\x00b",
)


@pytest.mark.parametrize("text", ELSEWHERE)
def test_web_05_what_could_lead_elsewhere_is_not_gone_on_to(text: str) -> None:
    assert len(ELSEWHERE) > 40
    assert path_of_ours(text) is None


@given(st.text(alphabet=st.sampled_from("/\\.?#:@%;=&abc \t\r\n0")))
def test_web_05_whatever_is_gone_on_to_stays_on_this_host(text: str) -> None:
    path = path_of_ours(text)

    if path is not None:
        led = URL("https://bot.example.org/auth/callback").join(URL(path))
        assert (led.scheme, led.host, led.explicit_port) == ("https", "bot.example.org", None)


def test_the_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == (
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


@pytest.mark.parametrize("told", ["", GITHUB, f"{GITHUB}/login/oauth"])
def test_a_sign_in_that_was_begun_here_goes_on(told: str) -> None:
    back = replace(BACK, issuer=told)

    assert check_returned(BEGUN, back, issuer=GITHUB, now=NOON + timedelta(minutes=9)) is BEGUN


@pytest.mark.parametrize(
    ("bent", "told", "later", "code"),
    [
        (None, "", 1, "state_missing"),
        ({"issuer": "https://github.example.org"}, "", 1, "issuer_foreign"),
        ({}, "https://github.example.org", 1, "issuer_foreign"),
        ({}, "https://github.com.evil.example", 1, "issuer_foreign"),
        ({}, "", 10, "state_over"),
        ({}, "", -1, "state_over"),
    ],
)
def test_web_04_one_that_was_not_does_not(
    bent: dict[str, Any] | None, told: str, later: int, code: str
) -> None:
    begun = None if bent is None else replace(BEGUN, **bent)

    with pytest.raises(NotSignedIn) as no:
        check_returned(begun, replace(BACK, issuer=told), issuer=GITHUB, now=NOON + timedelta(minutes=later))

    assert no.value.code == code


@pytest.mark.parametrize(
    ("bent", "code"),
    [
        ({"error": "access_denied"}, "access_denied"),
        ({"error": "redirect_uri_mismatch"}, "github_refused"),
        ({"code": ""}, "code_refused"),
        ({"code": "a&client_id=b"}, "code_refused"),
        ({"code": "a" * 257}, "code_refused"),
    ],
)
def test_without_a_code_there_is_nothing_to_exchange(bent: dict[str, str], code: str) -> None:
    with pytest.raises(NotSignedIn) as no:
        check_granted(replace(BACK, **bent))

    assert (no.value.code, check_granted(BACK)) == (code, "c0de")


def test_a_session_ends_when_it_is_not_used_and_in_any_case() -> None:
    fresh = Session(person=Actor(id=1, login="ada"), installation_id=None, created_at=NOON, seen_at=NOON)
    old = replace(fresh, seen_at=NOON + LONGEST - timedelta(minutes=1))

    assert (ends_at(fresh), ends_at(old)) == (NOON + IDLE, NOON + LONGEST)
    assert is_good(fresh, NOON + IDLE - timedelta(seconds=1))
    assert not is_good(fresh, NOON + IDLE)
    assert not is_good(old, NOON + LONGEST)


def test_its_use_is_noted_once_a_minute() -> None:
    it = Session(person=Actor(id=1, login="ada"), installation_id=None, created_at=NOON, seen_at=NOON)

    assert not is_use_to_note(it, NOON + timedelta(seconds=59))
    assert is_use_to_note(it, NOON + timedelta(seconds=60))


def test_a_token_is_renewed_before_it_ends_as_long_as_it_can_be() -> None:
    lasting = UserTokens(access="a")
    passing = UserTokens(access="a", refresh="r", access_until=NOON, refresh_until=NOON + timedelta(days=1))

    assert not is_to_renew(lasting, NOON)
    assert not is_to_renew(passing, NOON - timedelta(minutes=5))
    assert is_to_renew(passing, NOON - timedelta(minutes=4))
    assert not can_renew(lasting, NOON)
    assert can_renew(passing, NOON)
    assert can_renew(replace(passing, refresh_until=None), NOON)
    assert not can_renew(passing, NOON + timedelta(days=1))


def test_id_04_accounts_that_are_served_are_known_by_whole_name_or_by_number() -> None:
    there = (OURS, OTHER)

    assert served(there, ["acme"], None) == (OURS,)
    assert served(there, ["acm", "acme2", "the-other"], None) == ()
    assert served(there, [], 2) == (OTHER,)
    assert served(there, [], None) == ()


@pytest.mark.parametrize(
    ("wanted", "there", "code"),
    [
        (9, (), "not_a_member"),
        (None, (), "not_a_member"),
        (None, (OURS, OTHER), "no_installation"),
        (9, (OTHER,), "no_installation"),
    ],
)
def test_web_07_a_session_is_of_no_installation_that_the_person_is_not_in(
    wanted: int | None, there: tuple[Membership, ...], code: str
) -> None:
    with pytest.raises(NotSignedIn) as no:
        chosen(wanted, there)

    assert no.value.code == code


def test_the_chosen_one_counts_or_the_only_one() -> None:
    assert chosen(10, (OURS, OTHER)) is OTHER
    assert chosen(None, (OURS,)) is OURS
