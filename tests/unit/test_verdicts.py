"""Verdicts on findings: what is said, what holds, for which finding, and until when."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from bot.domain.anchors import Anchor
from bot.domain.freezing import LONGEST_REASON
from bot.domain.remarks import Finding, Sorted, sort
from bot.domain.verdicts import (
    LONGEST_PATH,
    TYPES,
    Kind,
    NoSuchFinding,
    Said,
    Verdict,
    by_others,
    in_force,
    judged,
    named,
    said,
    said_until,
    settled,
    short,
    stream_of,
    subject_of,
)
from bot.records import Actor, Fact, Recorded

NOW: Final = datetime(2026, 11, 2, 12, tzinfo=UTC)
ADMIN: Final = Actor(id=3, login="admin")
DEVELOPER: Final = Actor(id=1, login="developer")
FINDING: Final = Finding(
    rule="lost-update",
    severity="major",
    confidence=90,
    anchor=Anchor(path="a.py", line=5),
    title="It is lost",
    text="Because.",
    code=(b"    total = 1",),
)
OTHER: Final = replace(FINDING, rule="race")


def record(kind: Kind, it: Finding = FINDING, **said: Any) -> Recorded:
    fact = judged(kind, subject_of(it), **{"by": ADMIN, "number": 5, **said})
    return kept(fact)


def kept(fact: Fact) -> Recorded:
    data = json.dumps(fact.data)
    return Recorded(
        seq=1,
        stream="verdicts:7",
        version=1,
        type=fact.type,
        data_json=data,
        meta_json="{}",
        at=NOW,
        hash="h",
    )


def holding(*records: Recorded, now: datetime = NOW) -> Mapping[str, Verdict]:
    return in_force(records, now)


def test_a_repository_has_one_stream_that_is_no_integrations() -> None:
    assert stream_of(7) == "verdicts:7"


def test_what_was_said_of_a_finding_last_is_what_holds() -> None:
    found = holding(record("accepted", why="Later."), record("dismissed", why="Wrong."))

    [only] = found.values()
    assert (only.kind, only.why, only.by, only.at, only.number) == ("dismissed", "Wrong.", ADMIN, NOW, 5)
    assert (only.of.title, only.of.path, only.of.name) == ("It is lost", "a.py", short(FINDING.fingerprint))


@pytest.mark.parametrize("kind", ["accepted", "dismissed"])
def test_what_was_lifted_holds_no_more_and_may_be_said_again(kind: Kind) -> None:
    lifted = (record(kind), record("lifted"))

    assert holding(*lifted) == {}
    assert [each.kind for each in holding(*lifted, record(kind)).values()] == [kind]


def test_it_ends_at_the_moment_that_was_said_and_what_was_said_before_does_not_come_back() -> None:
    past = (record("dismissed"), record("accepted", until=NOW + timedelta(days=1)))

    assert [each.kind for each in holding(*past).values()] == ["accepted"]
    assert holding(*past, now=NOW + timedelta(days=1)) == {}


def test_facts_of_another_kind_are_passed_over() -> None:
    assert holding(kept(Fact(type="SomethingElse", data={}))) == {}


def test_it_holds_for_the_same_finding_wherever_that_is_and_for_no_other() -> None:
    found = holding(record("accepted"))

    assert settled(replace(FINDING, anchor=Anchor(path="a.py", line=50)), found) is not None
    assert settled(OTHER, found) is None


@pytest.mark.parametrize(("severity", "is_settled"), [("nit", True), ("major", True), ("critical", False)])
def test_it_does_not_hold_where_the_same_is_graver_than_it_was(severity: Any, *, is_settled: bool) -> None:
    found = holding(record("dismissed"))

    assert (settled(replace(FINDING, severity=severity), found) is not None) is is_settled


def test_id_13_nobodys_own_word_counts_where_they_wrote_the_pull_request() -> None:
    theirs = record("accepted", OTHER, by=DEVELOPER)
    past = [record("dismissed"), theirs, kept(Fact(type="SomethingElse", data={}))]

    assert by_others(past, {ADMIN.id}) == [theirs]
    assert by_others(past, set()) == past[:2]


def test_id_13_nor_does_it_take_anything_from_somebody_elses_there_but_by_lifting() -> None:
    past = [record("dismissed"), record("accepted", by=DEVELOPER)]
    lifted = [*past, record("lifted", by=DEVELOPER)]

    assert [each.by for each in holding(*by_others(past, {DEVELOPER.id})).values()] == [ADMIN]
    assert holding(*by_others(lifted, {DEVELOPER.id})) == {}


def test_what_is_settled_is_said_at_no_line_and_counts_no_more() -> None:
    found = sort([FINDING, OTHER], least=0, is_settled=lambda it: it == FINDING)

    assert found == Sorted(on_lines=(OTHER,), settled=(FINDING,))
    assert found.all == (OTHER,)
    assert found.only_on_lines(()) == Sorted(listed=(OTHER,), settled=(FINDING,))
    assert found.only_on_lines({OTHER.fingerprint}) == found


def test_what_is_of_no_line_is_known_by_its_title() -> None:
    loose = replace(FINDING, code=())

    assert loose.fingerprint != replace(loose, title="Another").fingerprint
    assert loose.fingerprint == replace(loose, text="Otherwise.").fingerprint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Said(finding="", why="")),
        ("`52c1aea0`", Said(finding="52c1aea0", why="")),
        ("52c1aea0  We know\nof it.", Said(finding="52c1aea0", why="We know of it.")),
        ("52c1aea0 why until 2d", Said(finding="52c1aea0", why="why", until=NOW + timedelta(days=2))),
        ("52c1aea0 until 2h", Said(finding="52c1aea0", why="", until=NOW + timedelta(hours=2))),
        (
            "52c1aea0 not until May UNTIL 2027-05-01",
            Said(finding="52c1aea0", why="not until May", until=datetime(2027, 5, 1, tzinfo=UTC)),
        ),
        ("52c1aea0 until we know", Said(finding="52c1aea0", why="until we know", is_unread=True)),
        ("52c1aea0 it stays until", Said(finding="52c1aea0", why="it stays until", is_unread=True)),
    ],
)
def test_the_finding_why_and_the_end_are_read_in_that_order(text: str, expected: Said) -> None:
    assert said_until(text, NOW) == expected


def test_where_there_is_no_end_to_be_said_all_is_why() -> None:
    assert said("52c1aea0 until 2h") == Said(finding="52c1aea0", why="until 2h")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Said(finding="of-the-thread", why="")),
        (
            "We know it until 2h",
            Said(finding="of-the-thread", why="We know it", until=NOW + timedelta(hours=2)),
        ),
        ("until 2h", Said(finding="of-the-thread", why="", until=NOW + timedelta(hours=2))),
        ("0BADF00D We know it", Said(finding="0BADF00D", why="We know it")),
        ("52c1aea07d6423fb", Said(finding="52c1aea07d6423fb", why="")),
        ("deaf ears", Said(finding="of-the-thread", why="deaf ears")),
    ],
)
def test_in_the_thread_of_a_finding_its_name_may_be_left_out(text: str, expected: Said) -> None:
    assert said_until(text, NOW, thread="of-the-thread") == expected
    assert said(text, thread="of-the-thread").finding == expected.finding


def test_what_is_kept_is_short_and_hides_nothing() -> None:
    it = replace(FINDING, title="a\u200b\n" * 500, anchor=Anchor(path="p" * 5_000, line=1))

    assert "\u200b" not in subject_of(it).title
    assert len(subject_of(it).title) <= LONGEST_REASON
    assert len(subject_of(it).path) == LONGEST_PATH
    assert len(said("52c1aea0 " + "why " * 500).why) <= LONGEST_REASON


@pytest.mark.parametrize("much", [8, 12, 16])
def test_a_finding_is_called_by_the_beginning_of_its_fingerprint(much: int) -> None:
    found = [subject_of(FINDING), subject_of(OTHER), subject_of(FINDING)]

    assert named(FINDING.fingerprint[:much].upper(), found) == subject_of(FINDING)


def test_what_is_called_by_less_by_another_name_or_like_another_is_not_known() -> None:
    like = replace(subject_of(OTHER), fingerprint=f"{FINDING.fingerprint[:10]}000000")
    found = [subject_of(FINDING), like]
    for word in ("", FINDING.fingerprint[:7], f"{FINDING.fingerprint}0", short(FINDING.fingerprint)):
        with pytest.raises(NoSuchFinding) as error:
            named(word, found)
        assert (error.value.word, error.value.found) == (word, tuple(found))


def test_each_kind_is_a_fact_of_its_own() -> None:
    assert len(set(TYPES.values())) == len(TYPES) == 3
