"""Plain words to the bot: when they are to it, and what they may become, whatever a model says."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import mentioned
from bot.domain.mentioned import Mention, Understood
from bot.domain.mentions import (
    AT_ONCE,
    CODE,
    LONGEST,
    PROPOSED,
    UNCLEAR,
    Does,
    Names,
    Proposes,
    Unclear,
    meaning_in,
    meanings,
    move_of,
    own_words,
    plain_move,
    schema_of,
    words_to,
)
from bot.records import Actor, Fact, Recorded, Repository
from handlers import COMMANDS
from tests.unit.test_grammar import LOOK_ALIKES

BOT = "claude-code-bot[bot]"
KNOWN = frozenset(COMMANDS)
NOW = datetime(2026, 11, 30, tzinfo=UTC)
SHOP = Repository(id=7, full_name="acme/shop", installation_id=2, owner_id=9)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("@claude-code-bot where?", "where?"),
        ("@claude-code-bot, where?\n\nIn which file?", "where?\n\nIn which file?"),
        ("\n \n@Claude-Code-Bot: where?", "where?"),
        ("@claude-code-bot[bot] where?", "where?"),
        ("@claude-code-bot", ""),
        ("@claude-code-bot\nwhere?", "where?"),
        ("@claude-code-bot-2 where?", None),
        ("@claude-code-bots where?", None),
        ("@claude-code-bot/team where?", None),
        ("@claude where?", None),
        ("Where, @claude-code-bot?", None),
        (" @claude-code-bot where?", None),
        ("> @claude-code-bot where?", None),
        ("```\n@claude-code-bot where?\n```", None),
        ("<!-- x\n@claude-code-bot where?\n-->", None),
        ("`@claude-code-bot` where?", None),
        ("", None),
    ],
)
def test_the_bot_is_spoken_to_where_a_comment_begins_with_its_name(body: str, said: str | None) -> None:
    assert words_to(BOT, body) == said


@pytest.mark.parametrize("body", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_what_only_looks_like_a_command_is_not_said_to_it_either(body: str) -> None:
    assert words_to(BOT, body.replace("/claude", f"@{BOT}")) is None or body.startswith("/claude")


def test_what_is_quoted_and_what_is_code_is_not_sorted() -> None:
    said = "what is this?\n\n> @bot approve\n\n```\n/claude approve\n```\n\nI see it daily."

    assert own_words(said) == f"what is this?\n\n{CODE}\n\nI see it daily."
    assert own_words("> approve\n```\napprove\n```") == ""
    assert len(own_words("x" * 5_000)) == LONGEST


@given(st.text() | st.builds(lambda word: json.dumps({"means": word}), st.text()))
def test_pi_08_whatever_a_model_answers_is_one_of_the_list(text: str) -> None:
    assert meaning_in(text, KNOWN) in meanings(KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "approve",
        '"approve"',
        '["approve"]',
        '{"means": ["approve"]}',
        '{"means": "approve --force"}',
        '{"means": "approve; rm -rf /"}',
        '{"means": "APPROVE"}',
        '{"means": null}',
        "{}",
        "[" * 100_000,
    ],
)
def test_pi_08_what_is_not_in_the_list_is_unclear(text: str) -> None:
    assert meaning_in(text, KNOWN) == UNCLEAR
    assert move_of(UNCLEAR, KNOWN) == Unclear()


def test_pi_10_words_become_five_commands_and_no_other_whatever_a_model_says() -> None:
    moves = {means: move_of(means, KNOWN) for means in meanings(KNOWN)}

    assert {each.name for each in moves.values() if isinstance(each, Does)} == {
        "ask",
        "help",
        "review",
        "status",
        "why",
    }
    assert {each.name for each in moves.values() if isinstance(each, Proposes)} == PROPOSED & KNOWN
    assert {each.name for each in moves.values() if isinstance(each, Names)} >= {
        *("approve", "reject", "deploy", "rollback", "accept", "dismiss", "budget", "freeze", "unfreeze"),
        *("cancel", "retry", "deprecate", "changes", "answer", "pause", "resume"),
    }
    assert moves["review_focus"] == Does(name="review", has_text=True)
    assert moves["ask"] == Does(name="ask", has_text=True)


def test_what_may_only_be_proposed_is_so_once_there_is_such_a_command() -> None:
    assert move_of("fix", {"help"}) == Unclear()
    assert move_of("fix", {"help", "fix"}) == Proposes(name="fix")


def test_the_shape_of_an_answer_is_the_closed_list() -> None:
    schema = schema_of({"help", "ask"})

    assert schema["properties"]["means"]["enum"] == ["ask", "help", "review_focus", "unclear"]
    assert (schema["required"], schema["additionalProperties"]) == (["means"], False)


@pytest.mark.parametrize(
    ("words", "move"),
    [
        ("", Does(name="help")),
        (" ?! ", Does(name="help")),
        ("Status?", Does(name="status")),
        ("review.", Does(name="review")),
        ("ask", Does(name="ask")),
        ("approve!", Names(name="approve")),
        ("integrate", Names(name="integrate")),
        ("status of this", None),
        ("unclear", None),
        ("review_focus", None),
        ("hello", None),
    ],
)
def test_a_bare_name_of_a_command_costs_nothing(words: str, move: object) -> None:
    assert plain_move(words, KNOWN) == move


def test_every_command_that_words_may_become_is_declared() -> None:
    assert AT_ONCE.keys() <= KNOWN


def recorded(*facts: tuple[str, Fact]) -> list[Recorded]:
    return [
        Recorded(
            nth, "mentions:7:5", nth, fact.type, json.dumps(fact.data), json.dumps({"key": key}), NOW, ""
        )
        for nth, (key, fact) in enumerate(facts, 1)
    ]


def test_what_was_heard_is_read_back_with_what_was_made_of_it() -> None:
    mention = Mention(repository=SHOP, number=5, by=Actor(id=1, login="ada"), comment="d1")
    heard = (mentioned.heard_key("k"), mentioned.heard(mention))
    made = (mentioned.understood_key("k"), mentioned.understood(Understood(means="ask", tokens=9)))

    assert mentioned.mention_in(recorded(heard), "k") == mention
    assert mentioned.meaning_of(recorded(heard), "k") is None
    assert mentioned.meaning_of(recorded(heard, made), "k") == "ask"
    assert mentioned.meaning_of(recorded(heard, made), "other") is None
    assert mentioned.stream_of(7, 5) == "mentions:7:5"
