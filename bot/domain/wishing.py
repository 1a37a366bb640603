"""What is said of an integration beside what it is to do: its branch, what it may cost, the plan first."""

from dataclasses import dataclass
from typing import Final

from bot.domain.branch_names import is_branch
from bot.domain.commands import Spoken
from bot.domain.money import micro_dollars

BUDGET: Final = "an amount of dollars, such as 2.50"
BASE: Final = "the name of a branch"


class BadOption(Exception):
    """What is said for an option is none of what it takes, which `wanted` says."""

    def __init__(self, option: str, wanted: str) -> None:
        super().__init__(option, wanted)
        self.option, self.wanted = option, wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was said; None where nothing was. The budget is in millionths of a dollar."""

    base: str | None = None
    micro_usd: int | None = None
    plan_first: bool = False
    anyway: bool = False


def options_of(spoken: Spoken) -> Options:
    """The options of a command. Raises BadOption."""
    said = spoken.options
    return Options(
        base=base_of(said.get("base")),
        micro_usd=budget_of(said.get("budget")),
        plan_first="plan-first" in said,
        anyway="anyway" in said,
    )


def budget_of(given: str | None) -> int | None:
    """Millionths of a dollar, None where nothing was given. Raises BadOption."""
    budget = None if given is None else micro_dollars(given)
    if given is not None and not budget:
        raise BadOption("budget", BUDGET)
    return budget


def base_of(given: str | None) -> str | None:
    """The branch, None where nothing was given. Raises BadOption."""
    if given is not None and not is_branch(given):
        raise BadOption("base", BASE)
    return given
