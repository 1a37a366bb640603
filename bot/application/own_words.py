"""What is set for one integration alone, in words: in its comment, to whoever set it, and why it was not."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.application.configuration_file import Fault
from bot.application.configuration_values import shown
from bot.application.fault_words import fault, more
from bot.application.reasons import code
from bot.domain.adjusting import KEYS, NotSettable
from bot.domain.commands import PREFIX

SETTABLE: Final = ", ".join(f"`{key}`" for key in KEYS)


def line(said: Mapping[str, Any]) -> list[str]:
    """What is set for it; nothing where all is as its repository has it."""
    return [f"Set for this integration alone: {listed(said)}."] if said else []


def listed(said: Mapping[str, Any]) -> str:
    """Each key and its value: people's words, shown and not read."""
    return ", ".join(
        f"`{key}` {code(shown(value)) if shown(value) else 'none'}" for key, value in said.items()
    )


def adjusted(said: Mapping[str, Any], *, by: str) -> str:
    """It is set, or was already."""
    return f"As @{by} says. {''.join(line(said)) or 'Nothing is set for this integration alone.'}"


def not_understood(faults: Sequence[Fault]) -> str:
    """What stands behind the command is no configuration."""
    return f"I could not read that: {fault(faults[0])}{more(len(faults) - 1)} Nothing has changed."


def refused(no: NotSettable) -> str:
    """Why it is not set."""
    key = code(no.key)
    match no.why:
        case "of_repository":
            return f"{key} is for the repository's configuration alone to say. Set for one are: {SETTABLE}."
        case "weaker":
            return (
                f"For one integration {key} is only made stricter, and {code(no.value)} holds for this one "
                "already."
            )
        case "planned":
            return (
                f"It is being written already, so {key} comes too late. `{PREFIX} cancel` stops it; where it "
                "is asked for anew, `--plan-first` shows the plan before."
            )
        case "merged":
            return (
                f"It is merged, so {key} comes too late for this version. `{PREFIX} rollback` takes it back."
            )
        case _:
            return f"It is out for good, so there is nothing that {key} could still be set for."
