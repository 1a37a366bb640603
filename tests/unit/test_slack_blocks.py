"""Whatever is put into them, Slack takes the blocks: held to the limits as the stand-in knows them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import slack_blocks as blocks
from bot.domain.slack_mrkdwn import escaped
from standins.slack import blockkit

MORE = "More is on its page."
WORDS = st.text(max_size=40) | st.sampled_from(["&<>", "`", "a\nb ", " "])
KINDS = ("sections", "header", "divider", "context", "fields", "rows", "asks")
# A kind of block, its words, how often these are said, and how many of it there are.
RECIPES = st.lists(
    st.tuples(st.sampled_from(KINDS), WORDS, st.sampled_from([1, 50, 1000]), st.sampled_from([1, 13, 60])),
    max_size=8,
)


def button(label: str, number: int) -> dict[str, Any]:
    return blocks.button(label, action=f"a{number}", value=f"run:{number}")


def made_of(recipes: list[tuple[str, str, int, int]]) -> list[dict[str, Any]]:
    """Blocks of every kind, of whatever words."""
    found: list[dict[str, Any]] = []
    for kind, words, times, many in recipes:
        found += MAKERS[kind](escaped(words * times), many)
    return found


def asking(text: str) -> dict[str, Any]:
    asks = blocks.asking(text, text, confirm=text, deny=text)
    return blocks.button(text, action="x", style="danger", asks=asks)


MAKERS: dict[str, Callable[[str, int], list[dict[str, Any]]]] = {
    "sections": lambda text, _: blocks.sections(text),
    "header": lambda text, _: [blocks.header(text)],
    "divider": lambda _, many: [blocks.divider()] * many,
    "context": lambda text, many: blocks.context(*[text] * many),
    "fields": lambda text, many: blocks.fields([(text, text)] * many),
    "rows": lambda text, many: blocks.actions([button(text, each) for each in range(many)]),
    "asks": lambda text, _: blocks.actions([asking(text)]),
}


@settings(max_examples=40)
@given(RECIPES)
def test_slack_takes_every_message(recipes: list[tuple[str, str, int, int]]) -> None:
    wanted = made_of(recipes)
    said = blocks.message(wanted, more=MORE)

    assert blockkit.faults_in_message(said) == []
    assert not blockkit.too_long(said)
    assert said == wanted or MORE in str(said[-1])


@settings(max_examples=40)
@given(RECIPES, WORDS, st.none() | WORDS)
def test_slack_takes_every_modal_and_every_home(
    recipes: list[tuple[str, str, int, int]], title: str, submit: str | None
) -> None:
    wanted = made_of(recipes)
    window = blocks.modal(title * 9, wanted, callback="run", more=MORE, submit=submit, metadata="1")
    home = blocks.home(wanted, more=MORE)

    assert blockkit.faults_in_view(window) == []
    assert blockkit.faults_in_view(home) == []


@settings(max_examples=40)
@given(WORDS, WORDS, st.lists(st.tuples(WORDS, st.text(max_size=3)), max_size=9), st.sampled_from([1, 60]))
def test_slack_takes_every_question(
    label: str, hint: str, options: list[tuple[str, str]], times: int
) -> None:
    many = [(text * times, value * times) for text, value in options] * times
    menu = blocks.choice(many, action="pick", placeholder=label * times)
    element = menu or {"type": "plain_text_input", "action_id": "text"}
    asked = blocks.question(label * times, element, block="b", hint=hint * times, optional=times == 1)
    window = blocks.modal("t", [asked], callback="run", more=MORE, submit="Go")

    assert blockkit.faults_in_view(window) == []


def test_a_message_that_fits_stays_as_it_is() -> None:
    made = [*blocks.sections("hello"), blocks.divider()]

    assert blocks.message(made, more=MORE) == made


def test_what_is_too_much_for_one_message_says_that_there_is_more() -> None:
    said = blocks.message([blocks.divider()] * 60, more=MORE)

    assert len(said) == 50
    assert said[-1]["elements"][0]["text"] == MORE
    assert blocks.message([blocks.divider()] * 60, more="")[-1]["type"] == "context"


def test_long_text_is_split_and_none_of_it_is_lost() -> None:
    text = "\n".join(f"line {number}" for number in range(600))

    said = blocks.sections(text)

    assert "\n".join(each["text"]["text"] for each in said) == text
    assert all(each["text"]["verbatim"] for each in said)


def test_of_two_buttons_of_one_name_one_stays() -> None:
    row = blocks.actions([button("first", 1), button("second", 1)])

    assert [each["text"]["text"] for each in row[0]["elements"]] == ["second"]


def test_what_cannot_be_chosen_by_its_value_is_not_offered() -> None:
    assert blocks.choice([("a", ""), ("b", "v" * 151)], action="pick", placeholder="p") is None


def test_a_button_that_only_leads_somewhere_has_no_value() -> None:
    made = blocks.button("Open", action="open", url="https://bot.example.org/")

    assert (made["url"], "value" in made) == ("https://bot.example.org/", False)


def test_what_a_button_or_a_modal_is_about_is_never_shortened() -> None:
    with pytest.raises(ValueError, match="too long"):
        blocks.button("Go", action="a", value="v" * 2001)
    with pytest.raises(ValueError, match="too long"):
        blocks.modal("t", [], callback="c", more=MORE, metadata="m" * 3001)


def test_words_of_many_letters_are_left_out_of_a_message_and_bytes_of_a_view() -> None:
    long = blocks.sections("\u00e9" * 60_000)

    said, home = blocks.message(long, more=MORE), blocks.home(long, more=MORE)

    assert (len(said), len(home["blocks"])) == (4, 14)
    assert not blockkit.too_long(said)
    assert blockkit.faults_in_view(home) == []
