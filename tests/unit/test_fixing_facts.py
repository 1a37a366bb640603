"""What is meant by a wish for a fix, and which of several is carried out."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pytest

from bot.domain.fixing import (
    HELD_UP,
    Concluded,
    Meant,
    OfAnIntegration,
    Wish,
    asked,
    concluded,
    ending_key,
    is_next,
    is_stopped,
    meant,
    same_before,
    stopped,
    stream_of,
    under_way,
    wish_in,
)
from bot.domain.retrying import held_up
from bot.records import Actor, Fact, Recorded
from tests.unit.histories import BEGAN, SHOP

BY: Final = Actor(id=1, login="developer")
WISH: Final = Wish(
    repository=SHOP,
    number=5,
    by=BY,
    kind="words",
    name="",
    subject="words:1",
    text="d" * 64,
    comment=9,
    said_at=BEGAN,
    thread=None,
)


def records(*facts: tuple[str, Fact]) -> list[Recorded]:
    return [
        Recorded(
            seq=nth,
            stream=stream_of(7, 5),
            version=nth,
            type=fact.type,
            data_json=json.dumps(fact.data),
            meta_json=json.dumps({"key": key}),
            at=BEGAN,
            hash="",
        )
        for nth, (key, fact) in enumerate(facts, 1)
    ]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", {}, None),
        ("  ", {}, None),
        ("use a set", {}, Meant(kind="words", words="use a set")),
        ("ABCDEF12", {}, Meant(kind="finding", name="abcdef12")),
        (
            "`abcdef12` but keep the name",
            {},
            Meant(kind="finding", name="abcdef12", words="but keep the name"),
        ),
        ("abcdef12\n\nBut  keep it.", {}, Meant(kind="finding", name="abcdef12", words="But  keep it.")),
        ("abcdef1", {}, Meant(kind="words", words="abcdef1")),
        ("checks", {}, Meant(kind="checks")),
        ("the failing check", {}, Meant(kind="checks")),
        ("CI!", {}, Meant(kind="checks")),
        ("the check of the month", {}, Meant(kind="words", words="the check of the month")),
        ("conflict", {}, Meant(kind="conflict")),
        ("the merge conflicts.", {}, Meant(kind="conflict")),
        ("", {"finding": "f" * 16, "thread": 3}, Meant(kind="finding", name="f" * 16)),
        ("gently", {"finding": "f" * 16, "thread": 3}, Meant(kind="finding", name="f" * 16, words="gently")),
        ("", {"thread": 3}, Meant(kind="line", name="3")),
        ("as she says", {"thread": 3}, Meant(kind="line", name="3", words="as she says")),
        ("conflict", {"thread": 3}, Meant(kind="conflict")),
    ],
)
def test_what_is_meant(text: str, where: dict[str, Any], what: Meant | None) -> None:
    assert meant(text, **where) == what


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (Meant(kind="words", words="Use  a set"), Meant(kind="words", words="use a SET"), True),
        (Meant(kind="words", words="use a set"), Meant(kind="words", words="use a list"), False),
        (Meant(kind="finding", name="a" * 8, words="x"), Meant(kind="finding", name="a" * 8), True),
        (Meant(kind="finding", name="a" * 8), Meant(kind="finding", name="b" * 8), False),
        (Meant(kind="checks"), Meant(kind="conflict"), False),
        (Meant(kind="line", name="3"), Meant(kind="line", name="3", words="so"), False),
    ],
)
def test_what_is_the_same(one: Meant, other: Meant, *, is_same: bool) -> None:
    assert (one.subject == other.subject) is is_same


def test_a_wish_is_read_back_as_it_was_written() -> None:
    past = records(("other", held_up(HELD_UP, "unavailable", nth=1)), ("k", asked(replace(WISH, thread=4))))

    assert wish_in(past, "k") == replace(WISH, thread=4)


ENDED: Final = concluded(Concluded(outcome="pushed", commit="c" * 40))


@pytest.mark.parametrize(
    ("past", "keys"),
    [
        ([("a", asked(WISH)), ("b", asked(WISH))], ["a", "b"]),
        ([("a", asked(WISH)), (ending_key("a"), ENDED), ("b", asked(WISH))], ["b"]),
        ([("a", asked(WISH)), ("s", stopped(BY)), ("b", asked(WISH))], ["b"]),
    ],
)
def test_which_are_under_way(past: Sequence[tuple[str, Fact]], keys: list[str]) -> None:
    assert under_way(records(*past)) == keys


@pytest.mark.parametrize(
    ("key", "is_its_turn"), [("a", True), ("b", True), ("c", False), ("d", False), ("other", True)]
)
def test_one_goes_on_after_the_other(key: str, *, is_its_turn: bool) -> None:
    """The first has ended: the second is next."""
    past = records(
        ("a", asked(WISH)),
        ("b", asked(WISH)),
        ("c", asked(WISH)),
        ("d", asked(WISH)),
        ("a:concluded", concluded(Concluded(outcome="fixed"))),
    )

    assert is_next(past, key) is is_its_turn


def test_what_is_asked_for_twice_is_done_once() -> None:
    other = asked(replace(WISH, subject="checks"))
    past = records(("o", other), ("a", asked(WISH)), ("b", asked(WISH)))

    assert same_before(past, "b") == WISH
    assert same_before(past, "a") is None


def test_who_was_stopped_follows_nobody() -> None:
    past = records(("a", asked(WISH)), ("b", asked(WISH)), ("s", stopped(BY)))

    assert (is_stopped(past, "b"), same_before(past, "b")) == (True, None)


def test_a_refusal_names_the_integration() -> None:
    assert OfAnIntegration("abc").integration_id == "abc"
