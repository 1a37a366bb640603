"""What the workflows of an integration are called: each of its lives has workflows of its own."""

from typing import Final

from bot.domain.integration import Integration
from bot.domain.states import State

UNDOES: Final = 3
# What could not be taken back before, for it was out of reach, has an undo more.
AGAIN: Final = UNDOES + 1
REMOVAL: Final = "integration_removal_v1"


def saga_id(it: Integration) -> str:
    """The workflow that carries the integration in its newest life."""
    return f"int-{it.name}"


def undo_of(saga: str) -> str:
    """The workflow that takes back what a saga of this name made, where the saga itself does not."""
    return saga.replace("saga", "undo")


def undo_id(it: Integration, *, nth: int = 1) -> str:
    """The nth such undo of its newest life."""
    return f"undo-{it.name}" if nth == 1 else f"undo-{it.name}-{nth}"


def removal_id(it: Integration) -> str:
    """The workflow that takes out for good what runs: another each time that this is asked for."""
    return f"remove-{it.name}-{it.removal.nth if it.removal is not None else 1}"


def is_past(workflow_id: str, it: Integration) -> bool:
    """Whether the workflow belongs to an earlier life, of which nothing is left to do."""
    names = [it.name_in(life) for life in range(1, it.lives + 1) if life != it.life]
    again = ("", *(f"-{nth}" for nth in range(2, AGAIN + 1)))
    undoes = [f"undo-{name}{nth}" for name in names for nth in again]
    return workflow_id in {*(f"int-{name}" for name in names), *undoes}


def ending_of(it: Integration) -> str:
    """What its end is called: one that was active can end once more, as can each further version."""
    of = it.newer or it
    if of.state is State.FAILED and of.during == State.ACTIVE:
        return f"{of.name}:rolled_back"
    return f"{of.name}:deprecated" if of.state is State.DEPRECATED else of.name
