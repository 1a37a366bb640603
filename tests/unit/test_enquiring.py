"""Questions as facts: what was asked, where, and how it ended."""

import json
from datetime import UTC, datetime

from bot.domain import enquiring
from bot.domain.enquiring import Concluded, Enquiry
from bot.domain.retrying import held_up
from bot.records import Actor, Recorded, Repository

NOW = datetime(2026, 11, 30, tzinfo=UTC)
REPOSITORY = Repository(id=7, full_name="acme/shop", installation_id=2, owner_id=9)
ASKED = Enquiry(
    repository=REPOSITORY,
    number=5,
    is_pull=True,
    by=Actor(id=1, login="ada"),
    text="d1",
    comment=101,
    said_at=NOW,
)


def test_a_question_is_read_back_as_it_was() -> None:
    facts = [held_up(enquiring.HELD_UP, "frozen", nth=1), enquiring.asked(ASKED)]
    past = [
        Recorded(nth, "questions:7:5", nth, fact.type, json.dumps(fact.data), '{"key": "a"}', NOW, "")
        for nth, fact in enumerate(facts, 1)
    ]

    read = enquiring.enquiry_in(past, "a")

    assert read == ASKED
    assert (read.repository.full_name, read.by.login) == ("acme/shop", "ada")


def test_its_stream_is_no_integrations_and_its_end_has_a_key_of_its_own() -> None:
    assert enquiring.stream_of(7, 5) == "questions:7:5"
    assert enquiring.ending_key("a") == "a:concluded"


def test_its_end_says_what_was_read_and_what_it_cost() -> None:
    ended = enquiring.concluded(Concluded(outcome="said", commit="c1", text="d2", calls=2, tokens=30))

    assert ended.type == "QuestionConcluded"
    assert ended.data == {
        "outcome": "said",
        "commit": "c1",
        "text": "d2",
        "calls": 2,
        "tokens": 30,
        "micro_usd": 0,
    }
