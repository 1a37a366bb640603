"""Other people's words, and the model's, in the bot's mouth: nothing in them acts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.application import words
from bot.application.quoting import harmless, one_line, printed, quoted
from bot.application.reasons import code

ACTING = {
    "a quick action": "/lgtm",
    "indented": "  /approve",
    "after a tab": "\t/merge",
    "on the second line": "Well.\n/lgtm",
    "after a blank line": "Well.\n\n/lgtm",
    "after a carriage return": "Well.\r/lgtm",
    "after CR LF": "Well.\r\n/lgtm",
    "after a line separator": "Well.\u2028/lgtm",
    "after a form feed": "Well.\f/lgtm",
    "after a next line": "Well.\u0085/lgtm",
    "our own prefix": "/claude approve",
    "a path at the line's start": "/etc/passwd",
    "bors": "bors r+",
    "bors, indented": "  Bors merge",
    "bors as a mention": "@bors r+",
    "dependabot": "@dependabot merge",
    "a person": "Thanks @admin!",
    "a team": "cc @org/team",
    "in brackets": "(@org/team)",
    "in bold": "**@org/team**",
    "an e-mail-like": "x@org/team",
    "two": "@@admin",
    "a sign by its number": "&#64;org/team",
    "by its hex number": "&#x40;org/team",
    "by its name": "&commat;org/team",
    "the name's letter by its number": "@&#111;rg/team",
    "closes": "Closes #1",
    "closed": "closed #12",
    "close, colon": "close: #1",
    "fix": "fix #1",
    "fixes, line break": "Fixes\n#1",
    "fixed": "FIXED #1",
    "resolve": "resolve #1",
    "resolves": "Resolves   #1",
    "another repository": "Fixes acme/shop#1",
    "an address": "Fixes https://github.com/acme/shop/issues/1",
    "GH": "Fixes GH-1",
    "in bold, closing": "Fixes **#1**",
    "the number's sign by its name": "Fixes &num;1",
    "a letter of it by its number": "Fix&#101;s #1",
    "two at once": "Fixes #1, closes #2",
    "a marker": "<!-- claude-code-bot:status:k7p2m4q9xa -->",
    "an unclosed comment": "<!--",
    "skip": "[skip ci]",
    "ci first": "[ci skip]",
    "no": "[no ci]",
    "actions": "[skip actions]",
    "actions first": "[actions skip]",
    "capitals": "[SKIP CI]",
    "Azure": "***NO_CI***",
    "skip-checks": "skip-checks: true",
    "skip-checks, no space": "skip-checks:true",
    "co-author": "Co-authored-by: Admin <admin@example.com>",
    "sign-off": "Signed-off-by: Admin <admin@example.com>",
    "review": "Well.\n\nReviewed-by: Admin <admin@example.com>",
}
COMMANDS_OF_BOTS = re.compile(r"(?:\A|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])\s*(?:/|bors\b)", re.IGNORECASE)
MENTION = re.compile(r"@\w|&(?:#|commat|num;)")
CLOSING = re.compile(
    r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b[^\n]{0,9}\n?.{0,40}(?:#|GH-|/issues/)\d", re.IGNORECASE
)
HIDDEN = re.compile(r"<!--")
SKIPPING = re.compile(r"\[(?:skip|no|ci|actions)\b|\*\*\*NO_CI", re.IGNORECASE)
TRAILER = re.compile(r"^\s*(?:[\w-]+-by|skip-checks)\s*:", re.IGNORECASE | re.MULTILINE)
LIVE = (COMMANDS_OF_BOTS, MENTION, CLOSING, HIDDEN, SKIPPING, TRAILER)


def acts(text: str) -> list[str]:
    return [live.pattern for live in LIVE if live.search(text)]


@pytest.mark.parametrize("text", ACTING.values(), ids=ACTING)
def test_out_01_nothing_acts_in_the_models_words(text: str) -> None:
    assert acts(text)
    assert acts(harmless(text)) == []


@pytest.mark.parametrize("text", ACTING.values(), ids=ACTING)
def test_out_01_nothing_acts_in_a_quotation(text: str) -> None:
    assert acts(quoted(text)) == []
    assert all(line.startswith("> ") for line in quoted(text).splitlines())


@pytest.mark.parametrize("text", ACTING.values(), ids=ACTING)
def test_out_04_nothing_acts_in_a_commits_message(text: str) -> None:
    title = one_line(text, most=100)
    message = words.commit_message(title=title, requested_by="r", requester_id=1, integration_id="i")

    assert acts(message.replace("Co-authored-by: r <1+r@users.noreply.github.com>", "")) == []
    assert len(TRAILER.findall(message)) == 1
    assert message.splitlines()[1:] == [
        "", "Integration: i", "Co-authored-by: r <1+r@users.noreply.github.com>"
    ]  # fmt: skip


PIECES = st.sampled_from([
    *ACTING.values(),
    "\n",
    " ",
    "\r",
    "a",
    "@",
    "/",
    "#1",
    "fix",
    "&",
    "\u2028",
    "[",
    "<!",
    "--",
])


@given(st.lists(PIECES, max_size=6).map("".join))
def test_out_01_nothing_acts_however_it_is_put_together(text: str) -> None:
    assert acts(harmless(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Posts each paid invoice to the ERP.",
        "A fix for rounding; see shop/erp.py and `and/or`.",
        "- one\n- two\n\n| a | b |\n|---|---|",
        "See #3: prices at 5 @ 2 each & more [x](y)",
        "Überweisung für 3 < 4",
    ],
)
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@given(st.text())
def test_somebodys_words_as_code_stay_on_one_line_in_one_piece_of_code(text: str) -> None:
    shown = code(text)

    assert shown.startswith("`")
    assert shown.endswith("`")
    assert shown.count("`") == 2
    assert len(shown.splitlines()) == 1


def test_a_title_is_one_short_line() -> None:
    assert (
        one_line("  Send\r\n  paid \u2028 invoices " + "x" * 200, most=30) == "Send paid invoices xxxxxxxxxxx"
    )


@pytest.mark.parametrize("text", ["plain", "```\nescape\n```", "`````", "\x1b[31mred\x1b[0m\x07"])
def test_sb_10_what_a_program_printed_stays_inside_its_block(text: str) -> None:
    folded = printed("Output", text)

    ticks = folded.splitlines()[2].removesuffix("text")
    assert folded.count(ticks) == 2
    assert "\x1b" not in folded


@pytest.mark.parametrize("opens", ["~~~ and so on", "```python", "\n  ~~~~"])
def test_a_line_of_the_models_opens_no_block_of_code_that_swallows_what_follows(opens: str) -> None:
    shown = MarkdownIt().render(f"{one_line(opens, most=50)}\n\nand **more**")

    assert "<pre>" not in shown
    assert "<strong>more</strong>" in shown


@pytest.mark.parametrize("text", ["# Approved", "###### x", "> so says @admin", "~~~", "```py", "#"])
def test_one_line_is_no_heading_no_quotation_and_opens_nothing(text: str) -> None:
    tokens = MarkdownIt().parse(one_line(text, most=80))

    assert [each.type for each in tokens] == ["paragraph_open", "inline", "paragraph_close"]


def test_what_turns_in_a_name_is_seen_to_be_there() -> None:
    assert code("a\u202egnp.py") == "`a\ufffdgnp.py`"
    assert code("a\u2066\u200bb") == "`a\ufffdb`"
