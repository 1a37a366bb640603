"""Text for Slack: literal where it came from outside, and split without harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.slack_mrkdwn import escaped
from bot.domain.slack_text import ELLIPSIS, FENCE, folded, foreign_link, link, split

WORDS = st.text(alphabet=st.sampled_from("ab &<>\n`|x\u00e9"), max_size=400)


def test_a_link_of_ours_has_our_words() -> None:
    assert link("https://bot.example.org/i/1?a=1&b=2", "run 1 <b>") == (
        "<https://bot.example.org/i/1?a=1&amp;b=2|run 1 &lt;b&gt;>"
    )
    assert link("https://bot.example.org/", "") == "<https://bot.example.org/|bot.example.org>"


def test_sl_14_a_link_from_outside_says_where_it_leads() -> None:
    assert foreign_link("https://evil.example/x", "bank.example") == (
        "<https://evil.example/x|bank.example> (evil.example)"
    )


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://", "mailto:a@b.example", "https://a.example/>|<!channel>", "x y"]
)
def test_sl_14_what_is_no_web_page_is_no_link(url: str) -> None:
    said = foreign_link(url, "click")

    assert "<" not in said
    assert said.startswith("click (")
    with pytest.raises(ValueError, match="web page"):
        link(url, "click")


def test_what_is_folded_says_so_and_ends_before_a_code_that_would_be_cut() -> None:
    assert folded("short", 5) == "short"
    assert folded("longer", 5) == f"long{ELLIPSIS}"
    assert folded("abc&amp;def", 7) == f"abc{ELLIPSIS}"
    assert folded("see <https://a.example|a>", 10) == f"see {ELLIPSIS}"


def test_text_is_split_at_lines_then_at_words_then_anywhere() -> None:
    assert split("aaaa\nbbbb cccc", 12) == ["aaaa", "bbbb", "cccc"]
    assert split("x" * 20, 12) == ["x" * 8, "x" * 8, "x" * 4]
    assert split("xxxxxx&amp;yyyy", 12) == ["xxxxxx", "&amp;yyy", "y"]
    assert split("\n\n", 12) == []


def test_what_is_longer_than_a_part_without_an_end_is_cut_all_the_same() -> None:
    assert split(f"<{'a' * 20}", 12)[0] == "<aaaaaaa"


def test_code_that_is_cut_goes_on_as_code() -> None:
    parts = split(f"{FENCE}\n" + "line of code\n" * 6 + FENCE + "\nafter", 60)

    assert len(parts) == 2
    assert all(each.count(FENCE) % 2 == 0 for each in parts)
    assert all(len(each) <= 60 for each in parts)


@given(WORDS, st.integers(min_value=20, max_value=90))
def test_no_part_is_too_long_or_empty_and_no_word_is_lost(text: str, most: int) -> None:
    said = escaped(text)
    parts = split(said, most)

    def words(given: str) -> str:
        return given.replace("`", "").replace("\n", "").replace(" ", "")

    assert all(0 < len(each) <= most and each.strip() for each in parts)
    assert words("".join(parts)) == words(said)


@given(st.text(max_size=300), st.integers(min_value=2, max_value=90))
def test_what_is_folded_fits_whatever_it_is(text: str, most: int) -> None:
    assert len(folded(escaped(text), most)) <= most
