"""Which fact makes which move: the only way an integration comes from one state into another."""

import pytest

from bot.domain import events as e
from bot.domain.integration import evolve
from bot.domain.states import MOVES, State
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ADMIN_APPROVAL,
    AGREED,
    ASKED,
    BASE_MOVED,
    CHECKED,
    DEPLOYED,
    DEPRECATED,
    REMOVED,
    REPAIRING,
    REQUESTED,
    SECOND_ACTIVE,
    TAKEN_UP,
    TESTED,
    UP_FOR_REVIEW,
    WORKED,
    WRITTEN,
    History,
    cancelled,
    failed,
    integration,
)

LIVES = {
    "well": ACTIVE,
    "asked": ASKED,
    "repaired": REPAIRING,
    "retired": DEPRECATED,
    "renewed": SECOND_ACTIVE,
    "stopped": failed(*cancelled(*UP_FOR_REVIEW), reason="cancelled", during="reviewing"),
}
AGAIN_FROM = (State.VALIDATING, State.GENERATING, State.TESTING)
SETTLED = (*LIVES["stopped"], e.UndoFinished())
MADE_BY = {
    (State.DRAFT, State.VALIDATING): (REQUESTED, "ValidationStarted"),
    (State.VALIDATING, State.GENERATING): (TAKEN_UP, "RequestValidated"),
    (State.GENERATING, State.TESTING): (WORKED, "CodeGenerated"),
    (State.TESTING, State.REVIEWING): (WRITTEN, "TestsPassed"),
    (State.TESTING, State.GENERATING): (REPAIRING[:-1], "RepairStarted"),
    (State.REVIEWING, State.DEPLOYING): ((*UP_FOR_REVIEW, ADMIN_APPROVAL), "Released"),
    (State.DEPLOYING, State.GENERATING): (CHECKED, "BaseMoved"),
    (State.DEPLOYING, State.REVIEWING): (CHECKED, "ApprovalLapsed"),
    (State.DEPLOYING, State.ACTIVE): (DEPLOYED, "Activated"),
    (State.ACTIVE, State.GENERATING): (ACTIVE, "VersionRequested"),
    (State.ACTIVE, State.DEPRECATED): (REMOVED, "Deprecated"),
    **{(State.FAILED, end): (SETTLED, f"Retried {end}") for end in AGAIN_FROM},
}
WORKING = (REQUESTED, TAKEN_UP, AGREED, WRITTEN, TESTED, DEPLOYED, ACTIVE)
# Moves that the table has and that no command makes: what was merged is taken back, never deployed again.
NOT_YET = {
    (State.REVIEWING, State.GENERATING),
    (State.FAILED, State.DEPLOYING),
}


def moves(history: History) -> list[tuple[State, State, str]]:
    states = [integration(history[:n]).state for n in range(len(history) + 1)]
    steps = zip(states, states[1:], history, strict=False)
    return [(one, two, type(fact).__name__) for one, two, fact in steps if one is not two]


@pytest.mark.parametrize(("move", "history", "name"), [(m, *by) for m, by in MADE_BY.items()])
def test_a_move_is_made_by_its_own_fact(move: tuple[State, State], history: History, name: str) -> None:
    facts: dict[str, e.Event] = {type(fact).__name__: fact for life in LIVES.values() for fact in life}
    facts["BaseMoved"] = BASE_MOVED
    facts["ApprovalLapsed"] = e.ApprovalLapsed(whose=ADMIN, head=ADMIN_APPROVAL.head, days=14)
    facts |= {f"Retried {end}": e.Retried(by=ADMIN, state=end, attempt=2) for end in AGAIN_FROM}

    before = integration(history)

    assert (before.state, evolve(before, facts[name]).state) == move


@pytest.mark.parametrize("history", WORKING)
def test_from_everywhere_it_may_come_to_nothing(history: History) -> None:
    before = integration(history)

    after = evolve(before, e.IntegrationFailed(reason="internal", during="", detail=""))

    assert (after.state, after.reason) == (State.FAILED, "internal")
    assert State.FAILED in MOVES[before.state]


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_no_life_moves_otherwise(life: History) -> None:
    known = {(*move, name) for move, (_, name) in MADE_BY.items()}
    known |= {(state, State.FAILED, "IntegrationFailed") for state in State}

    assert set(moves(life)) <= known


def test_every_move_of_the_table_is_made_by_a_fact_or_listed_as_still_to_come() -> None:
    table = {(start, end) for start, ends in MOVES.items() for end in ends}
    failing = {(start, State.FAILED) for start, ends in MOVES.items() if State.FAILED in ends}

    assert table == set(MADE_BY) | failing | NOT_YET
