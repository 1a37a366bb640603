"""Private keys in a text: where each begins and ends, and what only speaks of one."""

import pytest

from bot.domain.secrecy import mark, shown, without_secrets
from bot.records import Question

LINES = "\n".join(["q7Rk2ZpW9xTbV4nLs8HdYc3GmJf6AeUo"] * 3)
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
KEY = f"{BEGIN}\n{LINES}\n{END}"
MARK = mark("private key")


@pytest.mark.parametrize(
    ("text", "without"),
    [
        (KEY, "\n".join([MARK] * 5)),
        (f"a {KEY} b", f"a {MARK}\n{MARK}\n{MARK}\n{MARK}\n{MARK} b"),
        (KEY.replace("\n", "\\n"), MARK),
        (f"{BEGIN}\n{LINES}", "\n".join([MARK] * 4)),
        (f"{BEGIN} {KEY}", f"{BEGIN} " + "\n".join([MARK] * 5)),
        (f"{KEY}\n{BEGIN}\n{LINES}", "\n".join([MARK] * 9)),
    ],
)
def test_each_line_of_a_key_becomes_a_mark(text: str, without: str) -> None:
    assert without_secrets(text) == without


@pytest.mark.parametrize(
    "text",
    [BEGIN, f"{BEGIN}\n...\n{END}", f"{BEGIN}\n${{BODY}}1\n{END}"],
)
def test_what_speaks_of_a_key_and_holds_none_stays(text: str) -> None:
    assert without_secrets(text) == text


def test_the_model_is_shown_the_marks_and_its_own_words_as_they_were() -> None:
    messages = (
        {"role": "user", "content": KEY},
        {"role": "assistant", "content": [{"type": "text", "text": KEY}]},
    )

    question, left_out = shown(Question(model="m", system="s", messages=messages))

    assert (question.messages[0]["content"], question.messages[1], left_out) == (
        "\n".join([MARK] * 5),
        messages[1],
        ("private key",),
    )
