"""Findings: known again wherever their lines move, capped, in order, and what follows from them."""

from dataclasses import replace
from typing import Any, Final

import pytest

from bot.domain.anchors import Anchor
from bot.domain.remarks import (
    MOST_NITS,
    MOST_ON_LINES,
    SEVERITIES,
    Finding,
    Severity,
    Sorted,
    conclusion,
    each_once,
    judged,
    sort,
    still_so,
)

FINDING: Final = Finding(
    rule="lost-update",
    severity="major",
    confidence=90,
    anchor=Anchor(path="a.py", line=5),
    title="It is lost",
    text="Because.",
    code=(b"    total = 1",),
)


def finding(**changed: Any) -> Finding:
    line = changed.pop("line", 5)
    return replace(FINDING, anchor=replace(FINDING.anchor, line=line), **changed)


@pytest.mark.parametrize(
    "same",
    [
        finding(line=50),
        finding(code=(b"total  =\t1\r",)),
        finding(title="Said otherwise", text="And longer.", severity="minor", confidence=71),
    ],
)
def test_a_finding_is_the_same_wherever_its_lines_are_and_however_it_is_said(same: Finding) -> None:
    assert same.fingerprint == FINDING.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        finding(rule="race"),
        finding(code=(b"    total = 2",)),
        replace(FINDING, anchor=Anchor(path="b.py", line=5)),
        replace(FINDING, anchor=Anchor(path="a.py", line=5, side="LEFT")),
    ],
)
def test_another_rule_place_or_code_makes_another_finding(other: Finding) -> None:
    assert other.fingerprint != FINDING.fingerprint


def test_the_gravest_and_surest_come_first() -> None:
    found = [
        finding(severity="nit", line=1),
        finding(severity="critical", confidence=80, line=2),
        finding(severity="critical", confidence=99, line=3),
        finding(line=4),
    ]

    assert [each.anchor.line for each in sort(found, least=0).all] == [3, 2, 4, 1]


def test_who_is_not_sure_enough_is_not_heard_and_nothing_is_said_twice() -> None:
    kept = sort([FINDING, FINDING, finding(line=9, confidence=69)], least=70)

    assert kept == Sorted(on_lines=(FINDING,), unsure=1)


def test_what_was_said_before_and_what_is_of_no_line_is_only_listed() -> None:
    loose = finding(line=7, code=())

    assert sort([FINDING, loose], least=0, said={FINDING.fingerprint}).listed == (FINDING, loose)


def test_each_is_there_once_and_at_its_line_where_it_has_one() -> None:
    lost = finding(line=0, known_as=FINDING.fingerprint)
    unsettled = replace(FINDING, is_unsettled=True)
    alone = finding(line=0, rule="race")

    assert each_once([unsettled, lost, alone, FINDING, finding(line=9)]) == (alone, FINDING, finding(line=9))


def test_more_than_people_read_is_listed() -> None:
    found = [finding(line=nth, code=(b"%d" % nth,)) for nth in range(MOST_ON_LINES + 3)]
    nits = [finding(severity="nit", line=nth, code=(b"n%d" % nth,)) for nth in range(MOST_NITS + 2)]

    assert (len(sort(found, least=0).on_lines), len(sort(found, least=0).listed)) == (MOST_ON_LINES, 3)
    assert (len(sort(nits, least=0).on_lines), len(sort(nits, least=0).listed)) == (MOST_NITS, 2)
    assert sort(nits, least=0).only_on_lines(()).listed == tuple(nits)


@pytest.mark.parametrize("severity", SEVERITIES)
def test_the_check_judges_only_where_it_shall(severity: Severity) -> None:
    found = [finding(severity=severity)]

    assert conclusion(found, fails_at=None, is_whole=True) == "neutral"
    assert conclusion([], fails_at=severity, is_whole=True) == "success"
    assert conclusion([], fails_at=severity, is_whole=False) == "neutral"
    assert [conclusion(found, fails_at="nit", is_whole=whole) for whole in (True, False)] == ["failure"] * 2
    assert conclusion(found, fails_at="critical", is_whole=True) == (
        "failure" if severity == "critical" else "success"
    )


def test_a_finding_is_as_sure_as_the_less_sure_of_its_readers() -> None:
    other = finding(line=6, confidence=40)

    assert judged([FINDING, other, finding(line=7)], {0: 80, 1: 95}) == [
        replace(FINDING, confidence=80),
        other,
    ]


def test_what_nobody_could_settle_is_less_sure_and_stands_at_no_line() -> None:
    doubtful = finding(line=8, confidence=10)

    found = judged([FINDING, doubtful, finding(line=9)], {}, {0, 1})

    assert [(each.confidence, each.is_unsettled) for each in found] == [
        (FINDING.confidence - 20, True),
        (0, True),
    ]
    assert sort(found, least=0).on_lines == ()
    assert len(sort(found, least=0).listed) == 2


def test_what_was_reproduced_is_settled_whatever_else_is_said_of_it() -> None:
    assert judged([FINDING], {0: 100}, {0}) == [FINDING]


def test_nobody_is_surer_than_sure() -> None:
    found = [finding(confidence=10**9), finding(confidence=-5), finding(confidence=900)]

    assert [each.confidence for each in judged(found, {0: 300, 1: 90}, {2})] == [100, 0, 80]


def test_what_is_looked_at_again_is_settled_once_it_is_reproduced() -> None:
    unsettled = finding(confidence=75, is_unsettled=True)

    assert still_so([unsettled, FINDING], [90, None]) == [replace(FINDING, confidence=90), FINDING]
    assert still_so([unsettled, FINDING], [None, 10]) == [unsettled, FINDING]


def test_what_nobody_could_settle_neither_fails_nor_passes() -> None:
    unsettled = finding(severity="critical", is_unsettled=True)

    assert conclusion([unsettled], fails_at="major", is_whole=True) == "neutral"
    assert conclusion([unsettled, finding(severity="critical")], fails_at="major", is_whole=True) == "failure"
    assert (
        conclusion([finding(severity="nit", is_unsettled=True)], fails_at="major", is_whole=True) == "success"
    )


def test_of_two_that_are_the_same_the_one_that_was_reproduced_is_said() -> None:
    unsettled = finding(severity="critical", confidence=99, is_unsettled=True)

    assert sort([unsettled, FINDING], least=0) == Sorted(on_lines=(FINDING,))


def test_what_was_seen_where_the_first_reader_could_not_look_is_as_sure_as_the_second() -> None:
    doubtful = finding(confidence=40)

    assert [each.confidence for each in judged([doubtful], {0: 90}, (), {0})] == [90]
    assert [each.confidence for each in judged([doubtful], {0: 90})] == [40]
