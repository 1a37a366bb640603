"""Which test runs that failed are repeated, on the very same change, before it counts that they failed."""

from collections.abc import Sequence
from typing import Final

from msgspec import structs

from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.reports import MOST_FAILING, Failing
from bot.records import Outcome

MOST_RERUNS: Final = 2
# A change is judged in one step of the engine: so long for all its runs, beside two set-ups.
TOGETHER_SECONDS: Final = 6_120
# The change, its old tests, and twice with a test that must fail.
RUNS: Final = 4


def reruns(wanted: int, *, seconds: int, used: int = 0) -> int:
    """As many as there is time for where each run may take so long, and so many were used up already."""
    return max(0, min(wanted, MOST_RERUNS, TOGETHER_SECONDS // seconds - RUNS - used))


def is_of_the_tests(outcome: Outcome) -> bool:
    """Whether the tests ended by themselves and failed: no limit stopped them, and no set-up failed."""
    return outcome.ended == "exited" and outcome.during == "tests" and outcome.status != 0


def unsteady(runs: Sequence[Sequence[Failing]]) -> tuple[str, ...]:
    """The tests that failed in some of these runs on the very same change, and not in all.

    None where a run did not name all that failed in it: what is not named may have failed all the same.
    """
    is_known = all(0 < len(run) < MOST_FAILING for run in runs)
    named = [frozenset(each.full_name for each in run) for run in runs]
    ever = frozenset[str]().union(*named)
    return tuple(sorted(name for name in ever if any(name not in run for run in named))) if is_known else ()


def repeat(it: Integration, failed: e.TestsRepeated) -> list[e.Event]:
    """They failed, and are run again."""
    return [structs.replace(failed, attempt=it.attempt)]


def names_in(earlier: Sequence[Sequence[Failing]]) -> tuple[str, ...] | None:
    """The names of all that failed in these runs; None where there was none."""
    names = dict.fromkeys(each.full_name for run in earlier for each in run)
    return tuple(names) if earlier else None
