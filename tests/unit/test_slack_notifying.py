"""What somebody is told in Slack without having asked: by which way, when, and whether at all."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.domain import events as e
from bot.domain import slack_notifying as rules
from bot.domain.integration import Integration, fold
from bot.domain.slack_notifying import Digest, Kind, Notice, Quiet, Way, Wishes
from bot.domain.states import State
from bot.records import Fact, Recorded
from bot.slack_link_records import SlackUser
from tests.unit.histories import (
    ADMIN,
    ADMIN_APPROVAL,
    APPROVAL,
    ASKED,
    BEGAN,
    DEVELOPER,
    ID,
    OPENED,
    PLANNING,
    REQUESTER,
    TAKEN_UP,
    UP_FOR_REVIEW,
    History,
)

ALICE = SlackUser(team="T1", id="U1", enterprise="E1")
NIGHT = Quiet(time(22), time(7))


def it_is(history: History) -> Integration:
    return fold(ID, history)


def recorded(*facts: Fact) -> list[Recorded]:
    return [
        Recorded(at, "s", at, fact.type, json.dumps(fact.data), "{}", BEGAN, "h")
        for at, fact in enumerate(facts, start=1)
    ]


@pytest.mark.parametrize(
    ("quiet", "at", "is_quiet"),
    [
        (NIGHT, time(21, 59), False),
        (NIGHT, time(22), True),
        (NIGHT, time(23, 59), True),
        (NIGHT, time(6, 59), True),
        (NIGHT, time(7), False),
        (Quiet(time(12), time(13)), time(12, 30), True),
        (Quiet(time(12), time(13)), time(13), False),
        (Quiet(time(12), time(13)), time(11, 59), False),
        (Quiet(time(9), time(9)), time(9), False),
    ],
)
def test_quiet_hours_go_over_midnight_too(*, quiet: Quiet, at: time, is_quiet: bool) -> None:
    now = datetime.combine(BEGAN.date(), at, tzinfo=UTC)

    assert Wishes(quiet=quiet).is_quiet(now) is is_quiet
    assert Wishes().is_quiet(now) is False


def test_what_is_said_of_a_repository_counts_before_what_is_said_of_all() -> None:
    wishes = Wishes(ways={"ended": "none"}, repositories={7: {"ended": "channel"}})

    assert [wishes.way("ended", 7), wishes.way("ended", 8), wishes.way("question", 7)] == [
        "channel",
        "none",
        "direct",
    ]


@pytest.mark.parametrize(
    ("digest", "at", "day"),
    [
        ("none", "2026-01-05T10:00", None),
        ("daily", "2026-01-06T08:59", None),
        ("daily", "2026-01-06T09:00", "2026-01-06"),
        ("daily", "2026-01-06T23:59", "2026-01-06"),
        ("weekly", "2026-01-05T09:00", "2026-01-05"),
        ("weekly", "2026-01-06T09:00", None),
    ],
)
def test_a_digest_is_due_from_nine_on_by_the_clock_on_their_wall(
    digest: Digest, at: str, day: str | None
) -> None:
    local = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("America/New_York"))

    assert Wishes(digest=digest).digest_of(local) == day


def test_a_digest_that_was_asked_for_later_than_nine_begins_on_another_day() -> None:
    wishes = Wishes(digest="daily", since=datetime(2026, 1, 6, 9, 30, tzinfo=UTC))

    assert wishes.digest_of(datetime(2026, 1, 6, 12, tzinfo=UTC)) is None
    assert wishes.digest_of(datetime(2026, 1, 7, 12, tzinfo=UTC)) == "2026-01-07"


def test_a_digest_waits_until_it_is_quiet_no_more() -> None:
    wishes = Wishes(digest="daily", quiet=Quiet(time(8), time(11)))

    assert wishes.digest_of(datetime(2026, 1, 6, 10, tzinfo=UTC)) is None
    assert wishes.digest_of(datetime(2026, 1, 6, 11, tzinfo=UTC)) == "2026-01-06"


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (TAKEN_UP, ASKED, ["question"]),
        (OPENED, UP_FOR_REVIEW, ["gate"]),
        (TAKEN_UP, UP_FOR_REVIEW, ["gate"]),
        (TAKEN_UP, PLANNING, ["gate"]),
        (UP_FOR_REVIEW, (*UP_FOR_REVIEW, e.Reminded(of="approval")), ["reminder"]),
        (UP_FOR_REVIEW, (*UP_FOR_REVIEW, APPROVAL), []),
    ],
)
def test_what_a_fact_gives_people_to_be_told_of(before: History, after: History, kinds: list[Kind]) -> None:
    assert rules.kinds_of(it_is(before), it_is(after)) == kinds


def test_an_end_is_told_once() -> None:
    over = replace(it_is(UP_FOR_REVIEW), state=State.ACTIVE)

    assert rules.kinds_of(it_is(UP_FOR_REVIEW), over) == ["ended"]
    assert rules.kinds_of(over, over) == []


def test_a_deployment_is_for_people_where_it_waits_for_people() -> None:
    approved = it_is((*UP_FOR_REVIEW, ADMIN_APPROVAL))
    it = replace(approved, state=State.DEPLOYING, merged="c0ffee", deployment=1)
    assert it.waiting_for == "deployment"

    assert rules.is_for_people(it) is False
    assert rules.is_for_people(replace(it, deployment_needs_person=True)) is True


def test_a_question_and_an_end_are_for_whoever_asked() -> None:
    gate, asked = it_is(UP_FOR_REVIEW), it_is(ASKED)

    assert [rules.is_for_requester(kind, gate) for kind in ("question", "gate", "reminder", "ended")] == [
        True,
        False,
        False,
        True,
    ]
    assert rules.is_for_requester("reminder", asked)


def test_nobody_is_called_to_approve_alone_what_they_asked_for_or_twice() -> None:
    gate, approved = it_is(UP_FOR_REVIEW), it_is((*UP_FOR_REVIEW, APPROVAL))

    assert rules.could_help(gate, DEVELOPER, own_counts=False)
    assert not rules.could_help(gate, REQUESTER, own_counts=False)
    assert rules.could_help(gate, REQUESTER, own_counts=True)
    two = replace(approved, approvals_needed=2)
    assert two.waiting_for == "approval"
    assert not rules.could_help(two, DEVELOPER, own_counts=True)
    assert rules.could_help(two, ADMIN, own_counts=True)
    assert rules.could_help(it_is(ASKED), REQUESTER, own_counts=False)


@pytest.mark.parametrize(
    ("kind", "history", "is_told"),
    [
        ("question", ASKED, True),
        ("question", UP_FOR_REVIEW, False),
        ("gate", UP_FOR_REVIEW, True),
        ("reminder", TAKEN_UP, False),
        ("ended", UP_FOR_REVIEW, False),
    ],
)
def test_what_was_held_is_told_where_there_is_still_a_reason(
    *,
    kind: Kind,
    history: History,
    is_told: bool,
) -> None:
    assert rules.still(Notice(kind=kind, integration=ID, version=1), it_is(history)) is is_told


def test_what_was_set_comes_back_as_it_was_and_of_many_repositories_the_newest() -> None:
    repositories: dict[int, dict[Kind, Way]] = {number: {"gate": "direct"} for number in range(60)}
    wishes = Wishes(
        ways={"ended": "none"}, repositories=repositories, digest="weekly", quiet=NIGHT, zone="Asia/Tokyo"
    )
    past = recorded(rules.wished(ALICE, Wishes()), rules.wished(ALICE, wishes))

    found = rules.wishes_in(past)

    assert found == replace(
        wishes,
        repositories={number: repositories[number] for number in range(10, 60)},
        since=BEGAN,
    )
    assert rules.wishes_in(past[:1]).quiet is None
    assert rules.wishes_in([]) == Wishes()
    assert rules.user_in(past[0]) == ALICE


def test_what_is_held_is_told_once_each_run_by_its_newest_notice() -> None:
    gate = Notice(kind="gate", integration=ID, version=3)
    end = Notice(kind="ended", integration=ID, version=9)
    other = Notice(kind="question", integration="other", version=4)
    facts = [rules.held(ALICE, each) for each in (gate, other, end)]

    assert rules.held_in(recorded(*facts)) == [other, end]
    assert rules.held_in(recorded(*facts, rules.told(ALICE, upto=3))) == []
    late = recorded(*facts[:2], rules.held(ALICE, end), rules.told(ALICE, upto=2))
    assert rules.held_in(late) == [end]


def test_for_whom_something_is_held_is_seen_at_the_newest_fact() -> None:
    notice = Notice(kind="gate", integration=ID, version=3)
    held = recorded(rules.held(ALICE, notice))
    told = recorded(rules.held(ALICE, notice), rules.told(ALICE, upto=1))
    between = recorded(*[rules.held(ALICE, notice)] * 2, rules.told(ALICE, upto=1))

    assert [rules.are_held(each[-1:]) for each in (held, told, between)] == [[ALICE], [], [ALICE]]


def test_each_account_has_streams_of_its_own() -> None:
    assert (rules.settings_of(ALICE), rules.held_of(ALICE)) == (
        "slack-notices:E1/T1/U1",
        "slack-held:E1/T1/U1",
    )
