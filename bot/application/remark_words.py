"""Every sentence about how far a test result can be trusted."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.application.reasons import code
from bot.domain.secrecy import without_secrets
from bot.domain.trust import Remark, Tested, Trust

MOST_PATHS: Final = 10

REMARKS: Final[Mapping[str, str]] = {
    "failing_test_passed": "A test that must fail was set beside the others. The run with it fails without "
    "this change, and not with it: something in the change makes failures disappear.",
    "old_tests_fail": "The tests as they were before this change fail on it.",
    "old_tests_fewer": "Of the tests as they were before this change, fewer pass on it: {now}, before "
    "{before}.",
    "flaky": "Flaky: on the very same change the tests failed at first{names}, and passed when run again.",
    "result_gone": "The run ended with status 0, but without a result that could be counted; before this "
    "change there was one ({before} passed).",
    "nothing_passed": "Not one test passed.",
    "fewer_passed": "Fewer tests pass than before this change: {now}, before {before}.",
    "new_tests_idle": "New tests were written, and yet not one more passes than before: the command does not "
    "seem to run {paths}.",
    "report_failed": "The report that the run wrote counts tests that failed, although the run ended well.",
    "report_fewer": "The report that the run wrote counts fewer tests that passed than the run printed.",
    "report_broken": "What the run wrote as its report is none, or cannot be read within bounds.",
    "tests_removed": "Tests were removed: {paths}.",
    "tests_changed": "Tests that were there before, or files among them, were changed: {paths}.",
    "runner_changed": "What decides how tests are run was changed: {paths}.",
    "installs_changed": "What is installed for the tests was changed, and so was run with them: {paths}.",
}

FAILING: Final = (
    "**Checks fail on this commit**, and nothing more was changed for that: the cause may lie elsewhere. "
    "Nobody can approve it before none of them fails."
)


def remark(it: Remark) -> str:
    """One remark as a sentence; numbers and paths that are known no more are left open."""
    numbers = {
        name: "?" if count is None else str(count) for name, count in (("now", it.now), ("before", it.before))
    }
    return REMARKS[it.code].format(paths=_paths(it.paths), names=_names(it.names), **numbers)


def remarks(found: Iterable[Remark]) -> str:
    """All of them, one a line."""
    return "\n".join(f"- {remark(each)}" for each in found)


def outcome(tested: Tested) -> str:
    """What the run is called, in a few words behind the name of its command."""
    if tested.trust is Trust.FAILED:
        return "**failed**"
    if tested.trust is Trust.REMARKED:
        return f"{_counted(tested) or 'passed'}, but **with remarks**"
    return _counted(tested) or "passed by its status alone, not counted"


def _counted(tested: Tested) -> str:
    before = "" if tested.before is None else f", {tested.before} before this change"
    return "" if tested.passed is None else f"{tested.passed} passed{before}"


def warning(tested: Tested) -> list[str]:
    """What must be looked at; nothing after a plain pass."""
    if tested.trust is Trust.FAILED:
        return [FAILING]
    if not tested.remarks:
        return []
    return [f"**Look at the tests.** They passed, but:\n\n{remarks(tested.remarks)}"]


def title(tested: Tested) -> str:
    """How the check run begins."""
    return {
        Trust.PLAIN: "Tests passed",
        Trust.UNCOUNTED: "Tests passed, not counted",
        Trust.REMARKED: "Tests passed with remarks",
        Trust.FAILED: "Checks fail",
    }[tested.trust]


def _names(names: tuple[str, ...]) -> str:
    return f" ({_first(list(map(without_secrets, names)))})" if names else ""


def _paths(paths: tuple[str, ...]) -> str:
    return _first(paths) or "(no longer known)"


def _first(entries: Sequence[str]) -> str:
    named = [code(entry) for entry in entries[:MOST_PATHS]]
    more = len(entries) - MOST_PATHS
    return ", ".join([*named, *([f"and {more} more"] if more > 0 else [])])
