"""Whether a workflow can be dispatched with the inputs that are given, by what its file declares."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.domain.dispatching import KEY

LONGEST_TOLD: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """The inputs that it declares, each with whether it has to be given."""

    inputs: Mapping[str, bool] = field(default_factory=dict)


def unfit(read: ByHand | None, given: Iterable[str]) -> tuple[str, str] | None:
    """Why it cannot be dispatched with these inputs: a code and which; None where it can."""
    if read is None:
        return "workflow_not_by_hand", ""
    names = set(given)
    if odd := sorted(names - set(read.inputs)):
        return "workflow_inputs_unknown", _listed(odd)
    if missing := sorted(name for name, must in read.inputs.items() if must and name not in names | {KEY}):
        return "workflow_inputs_missing", _listed(missing)
    return None


def _listed(names: Iterable[str]) -> str:
    """Half a sign, which YAML can spell, no fact could hold."""
    return ", ".join(name[:LONGEST_TOLD].encode(errors="replace").decode() for name in names)
