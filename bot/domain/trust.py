"""How far a test run that ended well can be trusted: what is remarked on it, and what it is called then."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.judges import Judges


class Trust(StrEnum):
    """What a run is called that people are shown: it ended well, or they are to see that it did not."""

    PLAIN = "plain"
    UNCOUNTED = "uncounted"
    REMARKED = "remarked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that a person should know before believing the run.

    `code` is stable, `names` are of tests.
    """

    code: str
    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    before: int | None = None
    now: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """The change once more, with the tests as they were before it: whether all passed, and how many."""

    is_green: bool
    passed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that is known of a run that ended well.

    `before` and `now` count the tests that passed, None where that cannot be told. `is_blind`: with a test
    that must fail among them they ended well as before. `installs` are the files by which something else was
    installed for the tests than before. `report` is what does not fit of what the run reports, as codes.
    `failed_first` are the tests that failed on the same change before it was run again, as far as their names
    were told; None where it passed at once.
    """

    judges: Judges
    before: int | None
    now: int | None
    old_tests: Rerun | None = None
    is_blind: bool = False
    installs: tuple[str, ...] = ()
    report: tuple[str, ...] = ()
    failed_first: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A run that ended well, as people are told of it, or one that they have at their gate all the same."""

    passed: int | None = None
    before: int | None = None
    remarks: tuple[Remark, ...] = ()
    is_failed: bool = False

    @property
    def trust(self) -> Trust:
        if self.is_failed:
            return Trust.FAILED
        if self.remarks:
            return Trust.REMARKED
        return Trust.UNCOUNTED if self.passed is None else Trust.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of one run: `report` is its digest, `remarks` are codes."""

    report: str
    ended: str
    is_green: bool
    passed: int | None = None
    failed: int | None = None
    remarks: tuple[str, ...] = ()


def remarks_on(seen: Seen) -> tuple[Remark, ...]:
    """What keeps it from being a plain pass, the weightiest first."""
    return (
        *_fooled(seen),
        *_old_tests(seen),
        *_flaky(seen),
        *_counts(seen),
        *_report(seen),
        *_files(seen),
    )


def _fooled(seen: Seen) -> Sequence[Remark]:
    return [Remark(code="failing_test_passed")] if seen.is_blind else []


def _old_tests(seen: Seen) -> Sequence[Remark]:
    again = seen.old_tests
    if again is None:
        return []
    if not again.is_green:
        return [Remark(code="old_tests_fail")]
    fewer = seen.before is not None and (again.passed or 0) < seen.before
    return [Remark(code="old_tests_fewer", before=seen.before, now=again.passed)] if fewer else []


def _flaky(seen: Seen) -> Sequence[Remark]:
    return [] if seen.failed_first is None else [Remark(code="flaky", names=seen.failed_first)]


def _counts(seen: Seen) -> Sequence[Remark]:
    if seen.now is None:
        return [Remark(code="result_gone", before=seen.before)] if seen.before is not None else []
    if seen.now == 0:
        return [Remark(code="nothing_passed", before=seen.before)]
    if seen.before is not None and seen.now < seen.before:
        return [Remark(code="fewer_passed", before=seen.before, now=seen.now)]
    idle = seen.judges.new_tests if seen.now == seen.before else ()
    return [Remark(code="new_tests_idle", paths=idle)] if idle else []


def _report(seen: Seen) -> Sequence[Remark]:
    return [Remark(code=code) for code in seen.report]


def _files(seen: Seen) -> Sequence[Remark]:
    kinds = (
        ("tests_removed", seen.judges.removed),
        ("tests_changed", seen.judges.changed),
        ("runner_changed", seen.judges.steering),
        ("installs_changed", seen.installs),
    )
    return [Remark(code=code, paths=paths) for code, paths in kinds if paths]
