"""The model's Markdown: paragraphs and code stay, and nothing in it acts or hides."""

import pytest

from bot.application.model_markdown import shown


def test_paragraphs_lists_and_code_stay_as_they_are() -> None:
    text = "One `a`.\n\n- two\n- three\n\n```py\nx = 1\n\ny = 2\n```\n\nFour."

    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("[docs](https://eve.example)", "[docs]\u200b(https://eve.example)"),
        ("[docs][1]\n\n[1]: https://eve.example", "[docs]\u200b[1]\n\n[1]\u200b: https://eve.example"),
        ("![x](https://eve.example)", "!\u200b[x]\u200b(https://eve.example)"),
        ("<https://eve.example>", "<\u200bhttps://eve.example>"),
        ("@admin", "@\u200badmin"),
        ("/merge", "\\/merge"),
        ("a ``` b ~~~~ c", "a ``\u200b` b ~~\u200b~~ c"),
        ("<details>", "<\u200bdetails>"),
    ],
)
def test_in_words_nothing_acts(text: str, harmless: str) -> None:
    assert shown(text) == harmless


def test_code_is_closed_and_what_it_holds_cannot_leave_it() -> None:
    assert shown("1. ````\n   ```\n   @bot /merge <!-- x\n   /merge") == (
        "````\n```\n@\u200bbot /merge <\u200b!-- x\n\u200b/merge\n````"
    )


def test_what_would_be_drawn_is_shown_as_text() -> None:
    assert shown("```Mermaid\ngraph\n```") == "```\ngraph\n```"


def test_what_shows_nothing_is_in_neither() -> None:
    assert shown("a\u202eb\n```\nc\U000e0041d\n```") == "ab\n\n```\ncd\n```"
