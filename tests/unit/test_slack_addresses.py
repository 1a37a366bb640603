"""Which addresses are Slack's."""

import pytest

from bot.domain.slack_addresses import is_slacks

SLACK = "https://slack.com/api/"


@pytest.mark.parametrize(
    ("address", "api"),
    [
        ("https://hooks.slack.com/commands/T1/1/x", SLACK),
        ("https://hooks.slack.com/actions/T1/1/x-_Y", SLACK),
        ("https://hooks.slack-gov.com/commands/T1/1/x", "https://slack-gov.com/api/"),
        ("http://127.0.0.1:7000/commands/T1/1/x", "http://127.0.0.1:7000/api/"),
    ],
)
def test_sl_13_slacks_own_is_one(address: str, api: str) -> None:
    assert is_slacks(address, api=api)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://hooks.slack.com/commands/T1/1/x",
        "https://hooks.slack.com",
        "https://hooks.slack.com/",
        "https://hooks.slack.com.evil.example/commands/T1/1/x",
        "https://hooks.slack.com@evil.example/commands/T1/1/x",
        "https://evil.example/hooks.slack.com/commands",
        "https://HOOKS.slack.com/commands/T1/1/x",
        "https://hooks.slack.com:444/commands/T1/1/x",
        "https://hooks.slack.com/commands/../../x",
        "https://hooks.slack.com/commands/T1/1/x?to=evil",
        "https://hooks.slack.com/commands/T1/1/x#y",
        "https://hooks.slack.com\\@evil.example/x",
        "https://hooks.slack.com/commands\n.evil.example",
        "https://slack.com/commands/T1/1/x",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "http://127.0.0.1:7000/commands/T1/1/x",
    ],
)
def test_sl_13_no_other_is(address: str) -> None:
    assert not is_slacks(address, api=SLACK)
