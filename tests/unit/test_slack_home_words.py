"""What stands on somebody's Home in Slack."""

from datetime import time

import pytest

from bot.application.slack_home_words import notices
from bot.domain.slack_notifying import Quiet, Wishes

NIGHT = Quiet(time(22), time(7))


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Tokyo", "(`Asia/Tokyo`)"),
        ("UTC", "(`UTC`)"),
        ("Mars/Olympus", "(UTC: I do not know your time zone `Mars/Olympus`)"),
        ("../etc", "(UTC: I do not know your time zone `../etc`)"),
    ],
)
def test_quiet_hours_say_by_which_clock_they_go(zone: str, shown: str) -> None:
    assert f"Quiet hours: 22:00 to 07:00 {shown}" in notices(Wishes(quiet=NIGHT, zone=zone))
