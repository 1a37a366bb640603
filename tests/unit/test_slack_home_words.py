"""What stands on somebody's Home in Slack."""

from datetime import time

import pytest

from bot.application.projections import row_of
from bot.application.slack_home_words import notices, run
from bot.domain.slack_notifying import Quiet, Wishes
from tests.unit.histories import UP_FOR_REVIEW, integration

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


def test_a_run_is_shown_by_its_name_with_where_it_is_behind_it_and_its_title_as_text() -> None:
    row = {**row_of(integration(UP_FOR_REVIEW)), "title": "<!channel> *now* & here"}

    assert run(row, "https://github.com/acme/shop") == (
        "<https://github.com/acme/shop/issues/3|acme/shop#3> `&lt;!channel&gt; *now* &amp; here`\n"
        "• `k7p2m4q9xa`: *reviewing*, waiting for approval, #12; $0.0300 so far"
    )
