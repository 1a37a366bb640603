"""Whom of Slack the bot hears."""

from typing import Any

import pytest

from bot.domain.slack_people import NotHeard, check_heard
from bot.slack_records import SlackPerson, Workspace

HERE = Workspace(team="T1", enterprise="E1")


def person(**what: Any) -> SlackPerson:
    return SlackPerson(**{"id": "U1", "team": "T1", "name": "alice"} | what)


def test_sl_09_a_member_is_heard() -> None:
    check_heard(person(), HERE, ())
    check_heard(person(team="E1"), HERE, ())


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"is_bot": True}, "bot"),
        ({"is_deactivated": True}, "gone"),
        ({"is_stranger": True}, "stranger"),
        ({"is_guest": True}, "guest"),
        ({"is_stranger": True, "is_guest": True}, "stranger"),
        ({"team": "T2"}, "stranger"),
        ({"team": ""}, "stranger"),
    ],
)
def test_sl_09_guests_bots_and_people_of_another_organisation_are_not(what: dict[str, Any], why: str) -> None:
    with pytest.raises(NotHeard) as no:
        check_heard(person(**what), HERE, ["T1/U2", "T3/U1"])

    assert no.value.why == why


def test_sl_09_of_another_team_one_is_named_by_that() -> None:
    check_heard(person(team="T2"), HERE, ["T2/U1"])

    with pytest.raises(NotHeard):
        check_heard(person(team="T2"), HERE, ["T1/U1"])


@pytest.mark.parametrize("what", [{"is_stranger": True}, {"is_guest": True}])
def test_sl_09_whom_the_operator_names_is_heard(what: dict[str, bool]) -> None:
    check_heard(person(**what), HERE, ["T1/U1"])


@pytest.mark.parametrize("what", [{"is_bot": True}, {"is_deactivated": True}])
def test_sl_09_no_bot_and_nobody_who_is_gone_is_heard_by_name(what: dict[str, bool]) -> None:
    with pytest.raises(NotHeard):
        check_heard(person(**what), HERE, ["T1/U1"])
