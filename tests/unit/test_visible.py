"""A comment as a person reads it: code stays as it is written, all else as GitHub shows it."""

import pytest

from bot.domain.visible import visible_characters, visible_markdown


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\n```py\n<!-- b -->\n```\nc", "a\n```\n<!-- b -->\n```\nc"),
        ("~~~\n```\n~~~", "~~~\n```\n~~~"),
        ("```\nstill open", "```\nstill open\n```"),
        ("````\n```\n````", "```\n```\n```"),
        ("<div>\n```\n<!-- a -->\n```", "```\n\n```"),
        ("<!-- a\n\n```\nb\n```\n-->", ""),
        ("`<!-- a -->` and <http://b.c>", "`<!-- a -->` and http://b.c"),
        ("[a](http://b) ![c](d) [e][f]", "a  [e]"),
        ("a\n\n[b]: http://c", "a"),
    ],
)
def test_code_is_kept_and_targets_are_left_out(text: str, seen: str) -> None:
    assert visible_markdown(text).text == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\u200bb", "a?b"),
        ("a\u200b\u2060b", "a?b"),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
        ("a\ufe0f", "a?"),
    ],
)
def test_a_run_of_characters_that_show_nothing_is_one_mark(text: str, seen: str) -> None:
    assert visible_characters(text, instead="?") == seen
