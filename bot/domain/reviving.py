"""What failed is tried again: a new life of the same integration, from where it is still good."""

from typing import Final

from bot.domain import events as e
from bot.domain.deciding import WORKING
from bot.domain.integration import TESTS_SAY, Integration
from bot.domain.planning import is_agreed
from bot.domain.policy import CannotRetry
from bot.domain.states import State

# What a person decided, or did, stays so: only a new request asks again.
FINAL: Final = ("rejected", "refused", "merged_by_hand")
# What the commit that it began from, or the rights of who asked, have to be looked at again for.
FROM_THE_START: Final = (
    "not_mergeable",
    "merge_overdue",
    "base_has_it",
    "base_changed",
    "base_missing",
    "commit_gone",
    "bad_commit",
    "requester_lost_access",
    "no_checks",
)
# Where what was said in the conversation is itself what it failed of.
SPOILT: Final = ("no_progress", "context_exceeded", "refused_by_model")
# Where the model leaves a finished change as it is: whether what judged it was right, people say.
DISPUTED: Final = ("tests_disputed", "remarks_disputed")
FINISHED: Final = (State.TESTING, State.REVIEWING, State.DEPLOYING, State.ACTIVE)


def is_at_work_again(it: Integration) -> bool:
    """Whether it was tried again, and has not ended since."""
    return it.retried is not None and it.state in WORKING


def check_may_be_retried(it: Integration, *, is_over_time: bool) -> None:
    """Raise CannotRetry where it has not failed and been taken back, or nothing more may come of it."""
    if it.newer is not None:
        raise CannotRetry("newer", str(it.newer.edition))
    if it.state is not State.FAILED:
        raise CannotRetry("not_failed", it.state)
    if not it.settled:
        raise CannotRetry("not_settled")
    if it.reason in FINAL:
        raise CannotRetry(it.reason or "")
    if spent := it.limit_reached() or ("minutes" if is_over_time else None):
        raise CannotRetry("spent", spent)


def good_from(it: Integration) -> tuple[State, ...]:
    """From where what failed is still good; what was merged is being taken back, so never to be deployed.

    Where a plan is wanted that nobody has approved, nothing that would come after it is.
    """
    if it.plan_first and not is_agreed(it):
        return (State.VALIDATING,)
    came = State(it.during or State.VALIDATING)
    states = [State.VALIDATING]
    if it.spec:
        states.append(State.GENERATING)
    if came in FINISHED or it.reason in DISPUTED:
        states.append(State.TESTING)
    return tuple(states)


def best_from(it: Integration) -> State:
    """Where it is tried again from, if nobody says."""
    came, possible = State(it.during or State.VALIDATING), good_from(it)
    if it.reason in FROM_THE_START or came not in {State.GENERATING, *FINISHED}:
        return State.VALIDATING
    is_written_anew = it.reason in TESTS_SAY or it.merged or came is State.GENERATING
    return State.GENERATING if is_written_anew and State.GENERATING in possible else possible[-1]


def place_of(it: Integration, wanted: State | None) -> State:
    """The state that it is tried again from. Raises CannotRetry where that one is not good any more."""
    if wanted is None:
        return best_from(it)
    possible = good_from(it)
    if wanted not in possible:
        raise CannotRetry("not_good", wanted, possible=possible)
    return wanted


def begins_anew(it: Integration, state: State) -> bool:
    """Whether nothing of the conversation is of use any more."""
    return state is State.GENERATING and it.reason in SPOILT


def is_to_be_told(it: Integration, state: State) -> bool:
    """Whether the model, which had finished, does not know yet why that came to nothing."""
    is_finished = State(it.during or State.VALIDATING) in FINISHED
    return state is State.GENERATING and is_finished and it.reason not in TESTS_SAY


def retry(it: Integration, asked: e.Retried) -> list[e.Event]:
    """Try it again, unless somebody else just has."""
    if is_at_work_again(it):
        return []
    if it.state is not State.FAILED or not it.settled or asked.attempt != it.attempt + 1:
        raise CannotRetry("not_failed", it.state)
    return [asked]
