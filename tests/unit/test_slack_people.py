"""Whom of Slack the bot hears."""

from typing import Any

import pytest

from bot.domain.slack_people import NotHeard, check_heard
from bot.slack_records import SlackPerson


def person(**what: Any) -> SlackPerson:
    return SlackPerson(id="U1", team="T1", name="alice", **what)


def test_sl_09_a_member_is_heard() -> None:
    check_heard(person(), ())


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"is_bot": True}, "bot"),
        ({"is_deactivated": True}, "gone"),
        ({"is_stranger": True}, "stranger"),
        ({"is_guest": True}, "guest"),
        ({"is_stranger": True, "is_guest": True}, "stranger"),
    ],
)
def test_sl_09_guests_bots_and_people_of_another_organisation_are_not(
    what: dict[str, bool], why: str
) -> None:
    with pytest.raises(NotHeard) as no:
        check_heard(person(**what), ["T1/U2", "T2/U1"])

    assert no.value.why == why


@pytest.mark.parametrize("what", [{"is_stranger": True}, {"is_guest": True}])
def test_sl_09_whom_the_operator_names_is_heard(what: dict[str, bool]) -> None:
    check_heard(person(**what), ["T1/U1"])


@pytest.mark.parametrize("what", [{"is_bot": True}, {"is_deactivated": True}])
def test_sl_09_no_bot_and_nobody_who_is_gone_is_heard_by_name(what: dict[str, bool]) -> None:
    with pytest.raises(NotHeard):
        check_heard(person(**what), ["T1/U1"])
