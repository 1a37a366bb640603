"""Every sentence about a set-up: what it was not let go, and how it ended."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.fencing import spelled
from bot.records import Outcome

REFUSALS: Final[Mapping[str, str]] = {
    "an_address": "an address instead of a name",
    "not_allowed": "not among the hosts that the operator allows (SETUP_HOSTS)",
    "not_public": "its address is not one of the internet",
    "bytes": "the set-up has sent or fetched as much as it may",
}
LAST_CHARACTERS: Final = 4_000
TITLE: Final = "The set-up was refused the way to:"


def with_refused(output: str, refused: Sequence[str]) -> str:
    """What was printed, and then which ways were refused and why."""
    if not refused:
        return output
    return "\n".join([output.rstrip("\n"), "", TITLE, *map(_refusal, refused), ""])


def _refusal(what: str) -> str:
    place, _, why = what.rpartition(" ")
    return f"- {place}: {REFUSALS.get(why, why)}"


def ended(status: int | None, how: str, *, during: str) -> str:
    """How a run ended, for the model."""
    told = f"exit status {status}" if how == "exited" else f"stopped: {how}"
    return f"the set-up before them failed: {told}" if during == "setup" else told


def installs_withheld(paths: Sequence[str]) -> str:
    """For the model: what its change asks for is not there; nothing where it asks for nothing more."""
    if not paths:
        return ""
    named = ", ".join(spelled(path) for path in paths)
    told = "is not installed for this command: a person has to grant it first, and will be asked to before"
    return f"[What {named} ask for beside what was installed before {told} your change is tested.]\n"


def setup_failed(outcome: Outcome, refused: Sequence[str]) -> str:
    """For the model, before what its command printed: nothing is installed, and why."""
    how = ended(outcome.status, outcome.ended, during="tests")
    said = with_refused(outcome.output[-LAST_CHARACTERS:], refused)
    told = f"The set-up of what the tests need failed ({how}), and nothing is installed for this command:"
    return f"[{told}\n{said}]\n"
