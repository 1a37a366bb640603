"""Which addresses are Slack's."""

import pytest

from bot.domain.slack_addresses import is_slacks, is_slacks_file

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


@pytest.mark.parametrize(
    ("address", "api"),
    [
        ("https://files.slack.com/files-pri/T1-F1/notes.txt", SLACK),
        ("https://files.slack.com/files-pri/T1-F1/download/a%20b_(1).csv", SLACK),
        ("https://files.slack-gov.com/files-pri/T1-F1/notes.txt", "https://slack-gov.com/api/"),
        ("http://127.0.0.1:7000/files-pri/T1-F1/notes.txt", "http://127.0.0.1:7000/api/"),
    ],
)
def test_sl_17_a_file_of_slacks_own_is_one(address: str, api: str) -> None:
    assert is_slacks_file(address, api=api)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://files.slack.com/files-pri/T1-F1/notes.txt",
        "https://files.slack.com/",
        "https://files.slack.com/api/auth.revoke",
        "https://files.slack.com.evil.example/files-pri/T1-F1/x",
        "https://files.slack.com@evil.example/files-pri/T1-F1/x",
        "https://files.slack.com:444/files-pri/T1-F1/x",
        "https://files.slack.com/files-pri/../api/auth.revoke",
        "https://files.slack.com/files-pri/./x",
        "https://files.slack.com/files-pri/T1-F1/x?to=https://evil.example",
        "https://files.slack.com/files-pri/T1-F1/x#y",
        "https://files.slack.com/files-pri/T1-F1/x\n",
        "https://hooks.slack.com/files-pri/T1-F1/x",
        "https://slack.com/files-pri/T1-F1/x",
        "https://docs.google.com/document/d/1",
        "http://169.254.169.254/files-pri/latest",
        "file:///files-pri/etc/passwd",
        "http://127.0.0.1:7000/files-pri/T1-F1/x",
    ],
)
def test_sl_17_nothing_else_is_fetched_as_one(address: str) -> None:
    assert not is_slacks_file(address, api=SLACK)
