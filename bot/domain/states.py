"""The nine states of an integration and every move between them, as one table."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where an integration stands."""

    DRAFT = "draft"
    VALIDATING = "validating"
    GENERATING = "generating"
    TESTING = "testing"
    REVIEWING = "reviewing"
    DEPLOYING = "deploying"
    ACTIVE = "active"
    FAILED = "failed"
    DEPRECATED = "deprecated"


MOVES: Final[Mapping[State, tuple[State, ...]]] = {
    State.DRAFT: (State.VALIDATING, State.FAILED),
    State.VALIDATING: (State.GENERATING, State.FAILED),
    State.GENERATING: (State.TESTING, State.FAILED),
    State.TESTING: (State.GENERATING, State.REVIEWING, State.FAILED),
    State.REVIEWING: (State.GENERATING, State.DEPLOYING, State.FAILED),
    # Back where it could not be merged any more: the base has moved, or an approval is over.
    State.DEPLOYING: (State.GENERATING, State.REVIEWING, State.ACTIVE, State.FAILED),
    State.ACTIVE: (State.GENERATING, State.FAILED, State.DEPRECATED),
    State.FAILED: (State.VALIDATING, State.GENERATING, State.TESTING, State.DEPLOYING),
    State.DEPRECATED: (),
}


class InvalidStateTransition(Exception):
    """A move that the table does not have; names both states and what is possible instead."""

    def __init__(self, current: State, wanted: State) -> None:
        self.current, self.wanted, self.possible = current, wanted, MOVES[current]
        instead = ", ".join(self.possible) or "nothing: it has ended"
        super().__init__(f"{current} cannot become {wanted}; possible from here: {instead}")


def check_move(current: State, wanted: State) -> None:
    """Raise InvalidStateTransition unless the table has this move."""
    if wanted not in MOVES[current]:
        raise InvalidStateTransition(current, wanted)


def diagram() -> str:
    """The state machine as a Mermaid diagram, for the README."""
    moves = [f"    {start} --> {end}" for start, ends in MOVES.items() for end in ends]
    return "\n".join([
        "stateDiagram-v2",
        f"    [*] --> {State.DRAFT}",
        *moves,
        f"    {State.DEPRECATED} --> [*]",
    ])
