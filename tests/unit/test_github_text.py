"""Texts fit GitHub's limits, whatever is in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.infrastructure.github_text import BODY_CHARACTERS, cut, fit, fit_line, length

MARKER = "\n<!-- claude-code-bot: status -->"
NOTICE = "*(Cut here: the text is longer than GitHub takes.)*"
FAMILY = "👨\u200d👩\u200d👧"


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert fit("x" * BODY_CHARACTERS) == "x" * BODY_CHARACTERS


def test_out_06_a_text_that_is_too_long_says_that_it_is_cut() -> None:
    fitted = fit("x" * 200_000)

    assert fitted.endswith(NOTICE)
    assert length(fitted) <= BODY_CHARACTERS


def test_out_06_nearly_all_of_it_is_kept() -> None:
    assert length(fit("x" * 200_000)) > BODY_CHARACTERS - 100


def test_a_hidden_marker_at_the_end_survives_the_cut() -> None:
    assert fit("x" * 200_000 + MARKER).endswith(NOTICE + MARKER)


def test_a_hidden_text_too_long_for_a_marker_is_cut_like_any_other() -> None:
    assert length(fit("<!--" + "x" * 70_000 + "-->")) <= BODY_CHARACTERS


@pytest.mark.parametrize("fence", ["```", "~~~"])
def test_a_block_of_code_that_is_cut_is_closed_before_the_notice(fence: str) -> None:
    fitted = fit(f"Log:\n{fence}\n" + "x\n" * 100_000)

    assert f"\n{fence}\n\n{NOTICE}" in fitted


@pytest.mark.parametrize(
    "begun",
    [
        "``` a ` b",
        "```\nx\n```~",
        "```\nx\n    ```",
        "```\nx\n\t```",
        "~~~\nx\n~~~`",
        "~~~ a`b",
        "````\nx\n```",
        "````\nx\n````~ ~",
        "```\nx\n``` \t\n~~~",
        "`````````` a",
        "```\r\nx\r\n```\r~~~~",
    ],
)
def test_out_06_the_notice_is_no_code_whatever_was_left_open(begun: str) -> None:
    page = MarkdownIt("commonmark").render(fit(f"a\n\n{begun}\n" + "x\n" * 100_000))

    assert page.endswith("<p><em>(Cut here: the text is longer than GitHub takes.)</em></p>\n")


def test_a_block_of_code_before_the_cut_is_left_alone() -> None:
    fitted = fit("```\na\n```\n" + "x\n" * 100_000)

    assert fitted.count("```") == 2


@pytest.mark.parametrize("most", range(6 * length(FAMILY)))
@pytest.mark.parametrize("sign", [FAMILY, "e\u0301", "👍🏽", "☀\ufe0f"])
def test_out_06_the_cut_goes_between_characters_as_people_see_them(sign: str, most: int) -> None:
    kept = cut(sign * 10, most=min(most, 9 * length(sign)))

    assert kept == sign * (len(kept) // len(sign))


@given(st.text(max_size=300), st.integers(min_value=200, max_value=300))
def test_whatever_the_text_it_fits_and_can_be_sent(text: str, most: int) -> None:
    fitted = fit(text * 3, most=most)

    assert length(fitted) <= most
    fitted.encode()


def test_half_a_character_is_replaced() -> None:
    assert fit("a\ud83db") == "a\ufffdb"


def test_a_title_is_one_line_with_an_ellipsis_where_it_was_cut() -> None:
    assert fit_line("Send\n  paid\tinvoices", most=10) == "Send paid…"


def test_a_title_that_fits_stays() -> None:
    assert fit_line("Send", most=4) == "Send"
