"""How much of a key somebody may make, and what is told of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from bot.api_records import ApiKey, Caller
from bot.domain.key_facts import key_made, key_revoked, stream_of
from bot.domain.key_rights import (
    LATELY,
    MOST_KEYS,
    MOST_LATELY,
    USUAL_DAYS,
    WIDE,
    TooLong,
    TooManyKeys,
    TooWide,
    check_room,
    check_width,
    held,
    key_ends,
    room_at,
)
from bot.domain.policy import ROLES, Permission, Role
from bot.domain.streams import is_integrations
from bot.records import Actor
from tests.unit.test_access_tokens import NOW

ADA: Final = Actor(id=1, login="ada")
WEEK: Final = timedelta(days=7)
BY_KEY: Final = Caller(
    id="key",
    means="key",
    person=ADA,
    installation_id=9,
    permissions=frozenset({"integration:read", "integration:write"}),
    expires_at=NOW + WEEK,
)
BY_TOKEN: Final = replace(BY_KEY, means="token", expires_at=NOW + timedelta(hours=1), lasts_until=NOW + WEEK)
BY_SESSION: Final = replace(BY_KEY, means="session")
KEY: Final = ApiKey(
    id="key",
    person=ADA,
    installation_id=9,
    permissions=frozenset({"integration:write", "integration:read"}),
    created_at=NOW,
    expires_at=NOW + WEEK,
)


@pytest.mark.parametrize("role", Role)
def test_whoever_is_something_in_one_repository_has_that_and_nothing_of_the_whole(role: Role) -> None:
    assert held([None, role], is_owner=False) == ROLES[role] - WIDE


def test_an_owner_has_everything_and_nobody_nothing() -> None:
    assert held([], is_owner=True) == set(Permission)
    assert held([None], is_owner=False) == frozenset()


def test_web_21_roles_together_give_no_more_than_the_greatest() -> None:
    assert held(Role, is_owner=False) == ROLES[Role.ADMIN] - WIDE


@pytest.mark.parametrize(
    ("wanted", "by_github", "beyond"),
    [
        ({"integration:read"}, {"integration:read"}, []),
        ({"integration:write"}, {"integration:read"}, ["integration:write"]),
        ({"integration:deploy"}, set(Permission), ["integration:deploy"]),
        ({"integration:deploy", "budget:manage"}, (), ["budget:manage", "integration:deploy"]),
    ],
)
def test_a_key_is_as_wide_as_the_means_and_githubs_word(
    wanted: set[str], by_github: set[str], beyond: list[str]
) -> None:
    found: list[str] = []
    try:
        check_width(wanted, BY_KEY, by_github)
    except TooWide as no:
        found = no.permissions

    assert found == beyond


@pytest.mark.parametrize("caller", [BY_KEY, BY_TOKEN])
def test_a_key_lasts_no_longer_than_what_it_was_asked_with(caller: Caller) -> None:
    assert key_ends(caller, None, NOW) == NOW + WEEK
    assert key_ends(caller, 7, NOW) == NOW + WEEK
    assert key_ends(caller, 1, NOW) == NOW + timedelta(days=1)
    with pytest.raises(TooLong) as no:
        key_ends(caller, 8, NOW)
    assert no.value.until == NOW + WEEK


def test_a_person_who_signed_in_may_say_how_long() -> None:
    assert key_ends(BY_SESSION, 300, NOW) == NOW + timedelta(days=300)
    assert key_ends(BY_SESSION, None, NOW) == NOW + timedelta(days=USUAL_DAYS)


def test_there_is_room_for_so_many_keys_and_no_more() -> None:
    check_room(MOST_KEYS - 1, lately=MOST_LATELY - 1)
    for counting, lately in ((MOST_KEYS, MOST_KEYS), (0, MOST_LATELY)):
        with pytest.raises(TooManyKeys):
            check_room(counting, lately=lately)


def test_what_became_of_a_key_is_told_without_it() -> None:
    made, revoked = key_made(KEY, by=None), key_revoked(KEY)

    assert not is_integrations(stream_of(9))
    assert (made.type, revoked.type) == ("KeyMade", "KeyRevoked")
    assert made.data == {
        "key": "key",
        "person": {"id": 1, "login": "ada"},
        "permissions": ["integration:read", "integration:write"],
        "expires_at": "2026-01-08T12:00:00+00:00",
        "by_key": None,
    }
    assert revoked.data == {"key": "key", "person": {"id": 1, "login": "ada"}}


def test_the_room_at_a_moment_is_that_of_the_hour_before_it() -> None:
    room = room_at(NOW)

    assert (room.now, room.most, room.since, room.most_since) == (NOW, MOST_KEYS, NOW - LATELY, MOST_LATELY)
