"""Quiet hours that are switched on are some."""

from datetime import time

import pytest

from bot.application.slack_home_words import NO_HOURS, NO_TIME
from bot.application.slack_hours import faults_in, quiet_in
from bot.domain.slack_notifying import Quiet


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"quiet": "off"}, {}),
        ({"quiet": "on", "begins": "22:00", "ends": "07:00"}, {}),
        ({"quiet": "on"}, {"begins": NO_TIME, "ends": NO_TIME}),
        ({"quiet": "on", "begins": "22:00", "ends": "late"}, {"ends": NO_TIME}),
        ({"quiet": "on", "begins": "22:00", "ends": "22:00"}, {"ends": NO_HOURS}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(values: dict[str, str], faults: dict[str, str]) -> None:
    assert faults_in(values) == faults


def test_what_is_given_counts() -> None:
    given = {"begins": "22:00", "ends": "07:00"}

    assert quiet_in({"quiet": "on", **given}) == Quiet(time(22), time(7))
    assert quiet_in({"quiet": "off", **given}) is None
    assert quiet_in({"quiet": "on", "begins": "22:00"}) is None
