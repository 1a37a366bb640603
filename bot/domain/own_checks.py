"""The repository's own checks as the tester: what all of them together say of the commit that they judge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.check_records import CheckSuite, OthersCheck
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.records import Recorded

PASSED: Final = frozenset(("success", "neutral", "skipped"))
# These say that the change is wrong. Whatever else is no pass says only that nobody knows.
FAILED: Final = frozenset(("failure", "timed_out", "startup_failure"))
# What puts the commit up to be judged, or has it judged again; its time begins with the last of them.
PUTS_UP: Final = (
    e.CodeGenerated.__name__,
    e.CommitMade.__name__,
    e.BranchCreated.__name__,
    e.BranchMoved.__name__,
    e.PullRequestCreated.__name__,
    e.PullRequestDescribed.__name__,
    e.Retried.__name__,
    e.Resumed.__name__,
)


class Outcome(StrEnum):
    """What follows from the checks as they stand."""

    WAITS = "waits"
    PASSED = "passed"
    FAILED = "failed"
    STOPPED = "stopped"
    ABSENT = "absent"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The checks of one commit, counted: those that came to their end, and what they came to.

    `open` are the names of those that did not, `green` of those that succeeded; `begun` is whether there is
    any at all.
    """

    begun: bool = False
    open: tuple[str, ...] = ()
    green: tuple[str, ...] = ()
    passed: int = 0
    well: int = 0
    failed: tuple[OthersCheck, ...] = ()
    stopped: tuple[OthersCheck, ...] = ()

    @property
    def done(self) -> int:
        return self.well + len(self.failed) + len(self.stopped)

    @property
    def total(self) -> int:
        return self.done + len(self.open)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a pass has to stand before it is believed, a first check may take to begin, all of them to
    end.
    """

    settle: timedelta
    grace: timedelta
    limit: timedelta


def tally(
    checks: Sequence[OthersCheck], suites: Sequence[CheckSuite] = (), needed: Iterable[str] = ()
) -> Tally:
    """What checks, the suites that they belong to and commit statuses say together.

    One that is needed and not there is waited for. A suite is asked only what no check of it says: that it
    will have more, or that it ended before any began.
    """
    found = [*checks, *(_ended(suite) for suite in suites if _ended_alone(suite))]
    ended = [check for check in found if check.status == "completed"]
    still = [check.name for check in found if check.status != "completed"]
    names = {check.name for check in found}
    missing = [name for name in dict.fromkeys(needed) if name not in names]
    more = [suite.app for suite in suites if _has_more(suite)] if not still else []
    return Tally(
        begun=bool(found or more),
        open=(*still, *missing, *more),
        green=green_names(ended),
        passed=sum(check.conclusion == "success" for check in ended),
        well=sum(check.conclusion in PASSED for check in ended),
        failed=tuple(check for check in ended if check.conclusion in FAILED),
        stopped=tuple(check for check in ended if check.conclusion not in PASSED | FAILED),
    )


def green_names(found: Iterable[OthersCheck]) -> tuple[str, ...]:
    """What those are called that succeeded, each once."""
    return tuple(dict.fromkeys(check.name for check in found if check.conclusion == "success"))


def _ended_alone(suite: CheckSuite) -> bool:
    """Whether it ended badly, and no check of it says so: a workflow that cannot be read has no job."""
    return suite.status == "completed" and not suite.checks and suite.conclusion not in {*PASSED, None}


def _ended(suite: CheckSuite) -> OthersCheck:
    return OthersCheck(
        id=suite.id, name=suite.app, status=suite.status, conclusion=suite.conclusion, is_run=False
    )


def _has_more(suite: CheckSuite) -> bool:
    """Whether jobs of it are still to begin. One without any is made for every App, and may stay so."""
    return suite.status != "completed" and suite.checks > 0


def outcome(seen: Tally, *, waited: timedelta, patience: Patience) -> Outcome:
    """What follows: nobody's word is taken before all have ended, and a pass only once it has stood."""
    if not seen.begun:
        return Outcome.ABSENT if waited >= min(patience.grace, patience.limit) else Outcome.WAITS
    if seen.open:
        return Outcome.OVERDUE if waited >= patience.limit else Outcome.WAITS
    if seen.failed:
        return Outcome.FAILED
    if seen.stopped:
        return Outcome.STOPPED
    return Outcome.PASSED if waited >= patience.settle else Outcome.WAITS


def put_up_at(records: Iterable[Recorded]) -> datetime:
    """Since when the commit is there to be judged; there must be facts."""
    return max(record.at for record in records if record.type in PUTS_UP)


def count(it: Integration, head: str, seen: Tally) -> list[e.Event]:
    """How far they are, where that is news of the commit that waits for them."""
    counted = e.ChecksCounted(head=head, done=seen.done, total=seen.total)
    is_news = it.waiting_for == "checks" and it.head == head and it.counted != counted
    return [counted] if is_news and seen.total else []
