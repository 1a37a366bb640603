"""What keyboards make of commands is read as it was meant."""

import pytest

from bot.domain.slack_typed import straight, unescaped
from handlers import SLACK_COMMANDS

COMMANDS = tuple(command for command, _ in SLACK_COMMANDS.values())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("integrate x \u2014repo acme/shop", "integrate x --repo acme/shop"),
        ("integrate x \u2013repo acme/shop", "integrate x --repo acme/shop"),
        ("integrate x \u2014\u2014repo acme/shop", "integrate x --repo acme/shop"),
        ("integrate x -\u2013plan-first", "integrate x --plan-first"),
        (
            "integrate x --repo \u201cacme/shop\u201d --base 'main'",
            "integrate x --repo acme/shop --base main",
        ),
        ("integrate\u00a0x\u202f--repo\u00a0acme/shop", "integrate x --repo acme/shop"),
        ("history abcdefghij \u2014at 2026-01-01", "history abcdefghij --at 2026-01-01"),
    ],
)
def test_an_option_is_one_whatever_became_of_its_hyphens(typed: str, meant: str) -> None:
    assert straight(typed, COMMANDS) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "integrate \u201csend invoices\u201d \u2014 every one \u2014please",
        "integrate a --repository b",
        "integrate x\u2014repo",
        "ask what does \u2014repo do?",
        "nonsense \u2014repo x",
        "integrate one\ntwo  three",
        "",
    ],
)
def test_all_else_stays_as_it_was_typed(typed: str) -> None:
    assert straight(typed, COMMANDS) == typed


def test_slacks_escapes_are_undone_once() -> None:
    assert unescaped("a &lt; b &amp;&amp; c &gt; d, &amp;lt;") == "a < b && c > d, &lt;"
