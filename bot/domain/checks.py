"""Checks of others on the commit that waits at the gate: when a failing one sends it back by itself."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.check_records import OthersCheck
from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import Denied
from bot.domain.states import State

# Whoever cancelled or skipped a check, or has to act first, did not find that the change is wrong.
FAILED: Final = frozenset(("failure", "timed_out"))
# One that is `waiting` waits for a person, for days perhaps: nobody waits for it.
UNDER_WAY: Final = frozenset(("queued", "in_progress", "requested", "pending"))


class ChecksFail(Denied):
    """Checks that judge it fail on this commit: it is approved once none does."""

    code = "checks_fail"

    def __init__(self, head: str) -> None:
        super().__init__(head)
        self.head = head


def are_done(checks: Iterable[OthersCheck]) -> bool:
    """Whether none of them will still say anything by itself."""
    return all(check.status not in UNDER_WAY for check in checks)


def failing(checks: Iterable[OthersCheck]) -> list[OthersCheck]:
    """Those that failed."""
    return [check for check in checks if check.status == "completed" and check.conclusion in FAILED]


def ids_of(checks: Iterable[OthersCheck]) -> tuple[int, ...]:
    """Which they are, whatever the order they are told in."""
    return tuple(sorted(check.id for check in checks))


def is_shown(it: Integration, head: str) -> bool:
    """Whether exactly this commit waits for approval."""
    return it.waiting_for == "approval" and it.head == head


def is_about_to_be_shown(it: Integration, head: str) -> bool:
    """Whether this commit is on its way to the gate."""
    is_on_its_way = it.state is State.REVIEWING and it.cancelled is None and not it.at_gate
    return is_on_its_way and it.branch != "" and head in {it.head, it.commit}


def is_news(it: Integration, failed: Sequence[int]) -> bool:
    """Whether other checks fail than are known to."""
    return tuple(failed) != _known(it)


def fail(
    it: Integration, *, head: str, failed: Sequence[int], said: str, most: int, is_over_time: bool
) -> list[e.Event]:
    """They failed: back to work, unless something holds it back; what is told late changes nothing."""
    if not is_shown(it, head) or not is_news(it, failed):
        return []
    left = held_back(it, failed, most=most, is_over_time=is_over_time)
    noted = e.ChecksFailed(head=head, failing=tuple(failed), said=said, left=left)
    return [noted] if left else [noted, e.SentBackByChecks(attempt=it.attempt + 1)]


def held_back(it: Integration, failed: Sequence[int], *, most: int, is_over_time: bool) -> str:
    """Why it is not sent back by itself, as a code; empty where it is.

    Nothing goes back twice for the same, or more often than `most` times before a person says something.
    """
    if it.failing_checks is not None and it.failing_checks.left == e.DISPUTED:
        return e.DISPUTED
    if set(failed) <= set(_known(it)):
        return (it.checks.left if it.checks else "") or "told"
    if not it.sends_back:
        return "off"
    if it.check_rounds >= most:
        return "rounds"
    return it.limit_reached() or ("minutes" if is_over_time else "")


def is_left_failing(it: Integration) -> bool:
    """Whether the model leaves as it is on the branch what its judges fail, and people had before that.

    What came to no gate yet is nobody's to decide on: it ends.
    """
    was_seen = it.tester == "checks" and it.sent_back_from != ""
    is_all_there = it.change == it.on_branch and not it.merges
    return was_seen and is_all_there and it.state is State.GENERATING and it.has_failed and not it.remarks


def leave(it: Integration, *, files: int, summary: str, failed: Sequence[int], said: str) -> list[e.Event]:
    """Back to people, to whom it is shown as failing; where nothing of it fails by now it is judged again."""
    if not is_left_failing(it):
        return []
    if not failed:
        return _judged_again(it, files=files, summary=summary)
    return [
        e.CodeGenerated(attempt=it.attempt, change=it.change, files=files, summary=summary),
        e.ChecksFailed(head=it.head, failing=tuple(failed), said=said, left=e.DISPUTED),
        e.ChecksDisputed(head=it.head),
    ]


def judge_again(it: Integration, *, head: str) -> list[e.Event]:
    """None of its judges fails it any longer: it is judged as any, and comes to its gate as what passed."""
    if not is_shown(it, head) or not it.is_unpassed:
        return []
    return _judged_again(it, files=it.files, summary=it.summary)


def _judged_again(it: Integration, *, files: int, summary: str) -> list[e.Event]:
    attempt = it.attempt + 1
    written = e.CodeGenerated(attempt=attempt, change=it.change, files=files, summary=summary)
    return [e.JudgedAgain(attempt=attempt), written]


def is_disputed(it: Integration) -> bool:
    """Whether the model leaves what its judges had passed, and failed later, as it was at its gate."""
    is_for_checks = it.is_red and it.sent_back_by is None and not it.went_back_for_base
    is_as_it_was = it.change == it.on_branch and it.head == it.sent_back_from
    return is_for_checks and is_as_it_was and it.attempt == it.first_attempt


def dispute(it: Integration, *, remarks: tuple[str, ...]) -> list[e.Event]:
    """What the model leaves as it passed goes back to its gate, with what was remarked on it there."""
    return [e.ChecksDisputed(head=it.head, remarks=remarks)] if is_disputed(it) else []


def succeed(it: Integration, *, head: str) -> list[e.Event]:
    """None of them fails any more."""
    return [e.ChecksPassed(head=head)] if is_shown(it, head) and _known(it) else []


def _known(it: Integration) -> tuple[int, ...]:
    return it.failing_checks.failing if it.failing_checks else ()
