"""What plain words in Slack seem to want: for its asker alone, as it was shown, for an hour."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.slack_offers import (
    GOOD_FOR,
    LEFT,
    LONGEST,
    TAKEN,
    Offer,
    answer_in,
    answered,
    offer_in,
    offered,
    request_of,
    stream_of,
    why_not,
)
from bot.domain.slack_talks import YOU, Line, Talk, TextFile
from bot.records import Fact, Recorded
from bot.slack_link_records import SlackUser
from tests.unit.histories import SHOP

ALICE = SlackUser(team="T1", id="U1")
AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
OFFER = Offer(
    command="integrate",
    repository=SHOP,
    number=0,
    text="d1",
    by=ALICE,
    channel="C1",
    name="slack-heard:k",
    shown_in="D1",
    thread=None,
)


def recorded(*facts: Fact) -> tuple[Recorded, ...]:
    return tuple(
        Recorded(nth, "s", nth, each.type, json.dumps(each.data), "{}", AT, "")
        for nth, each in enumerate(facts, start=1)
    )


def test_an_offer_is_kept_as_it_was_made() -> None:
    assert offer_in(recorded(offered(OFFER))) == OFFER
    assert offer_in(()) is None
    assert stream_of("o1") == "slack-offers:o1"
    assert offer_in(recorded(answered(TAKEN))) is None


def test_of_two_answers_the_first_counts() -> None:
    assert answer_in(recorded(offered(OFFER))) == ""
    assert answer_in(recorded(offered(OFFER), answered(LEFT), answered(TAKEN))) == LEFT


@pytest.mark.parametrize(
    ("by", "channel", "after", "why"),
    [
        (ALICE, "C1", timedelta(), ""),
        (ALICE, "D1", GOOD_FOR - timedelta(seconds=1), ""),
        (ALICE, "D1", GOOD_FOR, "late"),
        (ALICE, "D1", timedelta(seconds=-1), "late"),
        (ALICE, "C2", timedelta(), "not_yours"),
        (SlackUser(team="T1", id="U2"), "C1", timedelta(), "not_yours"),
        (SlackUser(team="T2", id="U1"), "C1", timedelta(), "not_yours"),
        (SlackUser(team="T1", id="U1", enterprise="E1"), "C1", timedelta(), "not_yours"),
    ],
)
def test_sl_12_only_its_asker_takes_it_there_and_soon(
    by: SlackUser, channel: str, after: timedelta, why: str
) -> None:
    past = recorded(offered(OFFER))

    assert why_not(past, "taken", by=by, channel=channel, now=AT + after) == why


def test_what_was_answered_first_counts() -> None:
    past = recorded(offered(OFFER), answered(TAKEN))

    assert why_not(past, "taken", by=ALICE, channel="C1", now=AT + GOOD_FOR) == ""
    assert why_not(past, "left", by=ALICE, channel="C1", now=AT) == "left"
    assert why_not((), "taken", by=ALICE, channel="C1", now=AT) == "not_yours"


def test_what_is_asked_for_are_their_words_and_behind_them_what_they_lean_on() -> None:
    talk = Talk(
        lines=(
            Line(by="bob, U2", text="send\nthem"),
            Line(by=YOU, text="I do not know"),
            Line(by="eve, U3", text="x"),
        ),
        files=(TextFile(name="a.csv", text="1,2\n3,4\n"),),
    )

    text, is_cut = request_of("do \u202ethat\n", talk)

    assert not is_cut
    assert text == (
        "do that\n\nSaid before in the thread in Slack, by whom it is:\n\n> bob: send\n> them\n\n"
        "> eve: x\n\nAttached to it:\n\na.csv:\n\n    1,2\n    3,4"
    )
    assert request_of("just that", Talk()) == ("just that", False)


def test_no_secret_goes_from_slack_into_an_issue() -> None:
    token = "ghp_" + "a1B2" * 9
    talk = Talk(lines=(Line(by="bob, U2", text=f"use {token}"),))

    text, _ = request_of(f"with {token}", talk)

    assert token not in text
    assert text.count("secret left out") == 2


def test_of_what_has_no_room_the_newest_stays_and_it_is_told() -> None:
    lines = tuple(Line(by="bob, U2", text=f"{nth}".ljust(900, ".")) for nth in range(20))

    text, is_cut = request_of("do that", Talk(lines=lines))

    assert is_cut
    assert len(text) < LONGEST + 300
    assert "> bob: 19." in text
    assert "> bob: 3." not in text
    assert request_of("x" * 9_000, Talk()) == ("x" * LONGEST, True)
    assert request_of("x", Talk(earlier=1))[1]
    assert request_of("x", Talk(files=(TextFile(name="a", text="y" * 9_000),)))[1]
