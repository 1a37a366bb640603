"""Verdicts on findings: with which of them people live, which they call none, why, and until when.

They are facts in a stream for each repository, and hold wherever the same is found there again.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from bot.domain.freezing import UNTIL, reason
from bot.domain.moments import ahead
from bot.domain.policy import Denied
from bot.domain.remarks import SEVERITIES, Finding, Severity
from bot.records import Actor, Fact, Recorded

FAMILY: Final = "verdicts"
ACCEPTED: Final = "FindingAccepted"
DISMISSED: Final = "FindingDismissed"
LIFTED: Final = "FindingVerdictLifted"
Kind = Literal["accepted", "dismissed", "lifted"]
KINDS: Final[Mapping[str, Kind]] = {ACCEPTED: "accepted", DISMISSED: "dismissed", LIFTED: "lifted"}
TYPES: Final[Mapping[Kind, str]] = {kind: name for name, kind in KINDS.items()}
# With what is wrong nobody lives for ever, unless they say so again.
LASTS: Final = timedelta(days=90)
LONGEST_PATH: Final = 300
SHORT: Final = 8
NAME: Final = re.compile(r"[0-9a-fA-F]{8,16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a verdict is on: a finding, as it can be told once nobody has it any more."""

    fingerprint: str
    severity: Severity
    title: str
    path: str

    @property
    def name(self) -> str:
        """By what people call it."""
        return short(self.fingerprint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody said of a finding, on which pull request; no end lasts until it is lifted."""

    kind: Kind
    of: Subject
    why: str
    by: Actor
    at: datetime
    until: datetime | None
    number: int

    @property
    def fingerprint(self) -> str:
        """Of the finding."""
        return self.of.fingerprint

    def holds(self, it: Finding) -> bool:
        """Whether it is of this finding, and not of one that was less grave when it was said."""
        is_graver = SEVERITIES.index(it.severity) < SEVERITIES.index(self.of.severity)
        return it.fingerprint == self.fingerprint and not is_graver


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said of which finding: why, and until when; `is_unread` where its end is no time."""

    finding: str
    why: str
    until: datetime | None = None
    is_unread: bool = False


class NoSuchFinding(Denied):
    """None or more than one is called that; `found` are those that there are."""

    code = "no_such_finding"

    def __init__(self, word: str, found: Iterable[Subject]) -> None:
        super().__init__(word)
        self.word, self.found = word, tuple(found)


class OwnPullRequest(Denied):
    """Who wrote a pull request says nothing of what was found in it."""

    code = "own_pull_request"


def stream_of(repository_id: int) -> str:
    """The stream of a repository's verdicts. No integration has a colon in its id."""
    return f"{FAMILY}:{repository_id}"


def said(text: str, *, thread: str | None = None) -> Said:
    """The finding, and why, as they stand in that order behind the word.

    In the `thread` of a finding its name may be left out.
    """
    finding, words = _parts(text, thread)
    return Said(finding=finding, why=reason(words))


def said_until(text: str, now: datetime, *, thread: str | None = None) -> Said:
    """The same, and behind them the end; only what is a time behind the last `until` is one."""
    finding, words = _parts(text, thread)
    told = next((nth for nth in reversed(range(len(words))) if words[nth].lower() == UNTIL), None)
    if told is None:
        return Said(finding=finding, why=reason(words))
    end = ahead(" ".join(words[told + 1 :]), now)
    if end is None:
        return Said(finding=finding, why=reason(words), is_unread=True)
    return Said(finding=finding, why=reason(words[:told]), until=end)


def _parts(text: str, thread: str | None) -> tuple[str, list[str]]:
    first, *words = text.split() or [""]
    name = first.strip("`")
    if thread is None or NAME.fullmatch(name):
        return name, words
    return thread, text.split()


def subject_of(it: Finding) -> Subject:
    """The finding, in a few words on one line."""
    return Subject(
        fingerprint=it.fingerprint,
        severity=it.severity,
        title=reason(it.title.split()),
        path=it.anchor.path[:LONGEST_PATH],
    )


def judged(
    kind: Kind, of: Subject, *, by: Actor, number: int, why: str = "", until: datetime | None = None
) -> Fact:
    """Somebody said that of a finding, on that pull request."""
    return Fact(
        type=TYPES[kind],
        data={
            "fingerprint": of.fingerprint,
            "severity": of.severity,
            "title": of.title,
            "path": of.path,
            "why": why,
            "by": {"id": by.id, "login": by.login},
            "until": None if until is None else until.isoformat(),
            "number": number,
        },
    )


def verdict_of(record: Recorded) -> Verdict:
    """As it was said."""
    data, until = record.data, record.data["until"]
    of = Subject(
        fingerprint=data["fingerprint"], severity=data["severity"], title=data["title"], path=data["path"]
    )
    return Verdict(
        kind=KINDS[record.type],
        of=of,
        why=data["why"],
        by=Actor(**data["by"]),
        at=record.at,
        until=None if until is None else datetime.fromisoformat(until),
        number=data["number"],
    )


def in_force(records: Iterable[Recorded], now: datetime) -> Mapping[str, Verdict]:
    """By the fingerprint of each finding what was said of it last, unless that was lifted or is over."""
    verdicts = (verdict_of(each) for each in records if each.type in KINDS)
    latest = {each.fingerprint: each for each in verdicts}
    return {of: it for of, it in latest.items() if it.kind != "lifted" and not _is_over(it, now)}


def _is_over(it: Verdict, now: datetime) -> bool:
    return it.until is not None and it.until <= now


def by_others(records: Iterable[Recorded], writers: Collection[int]) -> list[Recorded]:
    """What counts where these people wrote the pull request: nobody's own word clears their own work.

    What they lift is lifted there, too; what they say beside somebody else's word takes nothing from that.
    """
    verdicts = [each for each in records if each.type in KINDS]
    return [each for each in verdicts if each.type == LIFTED or each.data["by"]["id"] not in writers]


def settled(it: Finding, verdicts: Mapping[str, Verdict]) -> Verdict | None:
    """The verdict that holds for this finding."""
    found = verdicts.get(it.fingerprint)
    return found if found is not None and found.holds(it) else None


def settled_by(verdicts: Mapping[str, Verdict]) -> Callable[[Finding], bool]:
    """Whether one of these holds for a finding."""
    return lambda it: settled(it, verdicts) is not None


def short(fingerprint: str) -> str:
    """By what people call a finding."""
    return fingerprint[:SHORT]


def named(word: str, found: Iterable[Subject]) -> Subject:
    """The one that is called so, by that much of its name at least. Raises NoSuchFinding."""
    known = {each.fingerprint: each for each in found}
    meant = [it for of, it in known.items() if len(word) >= SHORT and of.startswith(word.lower())]
    if len(meant) != 1:
        raise NoSuchFinding(word, known.values())
    return meant[0]
