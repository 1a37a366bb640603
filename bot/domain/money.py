"""Money: what may be used up, how much of it is, and how far a top-up goes. Amounts in millionths."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import Denied, NothingWaits, Rules
from bot.domain.states import State
from bot.records import Actor, Fact, Recorded

NEARLY: Final = 0.8
AMOUNT: Final = re.compile(r"\$?[0-9]{1,6}(\.[0-9]{1,6})?", re.ASCII)
RAISED: Final = "MonthRaised"
OVER: Final = frozenset((State.ACTIVE, State.DEPRECATED))
COSTLY: Final = (e.TurnTaken.__name__, e.AnswerLost.__name__)


class ChangedSince(Denied):
    """It was said of what the integration was before: something has happened to it since."""

    code = "changed_since"


class BudgetNotLowered(Denied):
    """What a run may use up only grows: it may use up more than that already."""

    code = "budget_not_lowered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a repository and its owner have spent in a month, and may; None where there is no ceiling."""

    month: str
    repository: int
    repository_allowed: int
    owner: int
    owner_allowed: int | None

    def reached(self) -> str | None:
        """Which ceiling is reached, as the code of why it stops."""
        if self.owner_allowed is not None and self.owner >= self.owner_allowed:
            return "owner_budget"
        return "monthly_budget" if self.repository >= self.repository_allowed else None

    def nearly(self) -> str | None:
        """Which ceiling is nearly reached: owner or repository."""
        if self.owner_allowed is not None and _is_near(self.owner, self.owner_allowed):
            return "owner"
        return "repository" if _is_near(self.repository, self.repository_allowed) else None


def micro_dollars(amount: str) -> int | None:
    """An amount of dollars, such as 2.50 or $5, as millionths; None where it is no amount."""
    if not AMOUNT.fullmatch(amount):
        return None
    whole, _, parts = amount.removeprefix("$").partition(".")
    return int(whole) * 1_000_000 + int(parts.ljust(6, "0"))


def nearly_spent(it: Integration) -> str | None:
    """The ceiling of which four fifths are used up: dollars, tokens or turns."""
    used = (
        ("dollars", it.micro_usd, it.micro_usd_allowed),
        ("tokens", it.tokens, it.tokens_allowed),
        ("turns", it.turns, it.turns_allowed),
    )
    return next((name for name, spent, allowed in used if _is_near(spent, allowed)), None)


def _is_near(spent: int, allowed: int) -> bool:
    return spent >= allowed * NEARLY


def more_than_now(it: Integration, micro_usd: int) -> int:
    """How much more it takes until it may use up so much. Raises BudgetNotLowered."""
    if micro_usd < it.micro_usd_allowed:
        raise BudgetNotLowered
    return micro_usd - it.micro_usd_allowed


def check_seen(it: Integration, seen: int | None) -> None:
    """`seen` is how many facts it had when something was said of it. Raises ChangedSince if it has more."""
    if seen not in {None, it.version}:
        raise ChangedSince


def raise_budget(it: Integration, *, by: Actor, micro_usd: int, rules: Rules) -> list[e.Event]:
    """Let it use up more: of turns, tokens and minutes as much as a run of so many dollars has.

    What has failed may get more as well, to be tried again with. Nothing more changes nothing, also of what
    has ended.
    """
    if not micro_usd:
        return []
    is_being_stopped = it.state is not State.FAILED and (it.cancelled or it.rejected_by)
    if it.state in OVER or is_being_stopped:
        raise NothingWaits("budget")
    more = {name: _share(getattr(rules, name), micro_usd, rules) for name in ("turns", "tokens", "minutes")}
    return [e.BudgetRaised(by=by, micro_usd=micro_usd, **more)]


def _share(whole: int, micro_usd: int, rules: Rules) -> int:
    """Rounded up; all of it where the operator set no dollars to measure by."""
    return -(-whole * micro_usd // rules.micro_usd) if rules.micro_usd else whole


def month_of(moment: datetime) -> str:
    """The month that a moment belongs to, as 2026-01; moments are in UTC."""
    return f"{moment:%Y-%m}"


def spent_in(month: str, records: Iterable[Recorded]) -> int:
    """What the model cost in that month, by these facts of one integration."""
    return sum(
        int(record.data["micro_usd"])
        for record in records
        if record.type in COSTLY and month_of(record.at) == month
    )


def stream_of(repository_id: int) -> str:
    """The stream of a repository's money. No integration has a colon in its id."""
    return f"money:{repository_id}"


def month_raised(month: str, micro_usd: int, *, by: Actor) -> Fact:
    """A person let the repository spend more in that month."""
    return Fact(
        type=RAISED,
        data={"month": month, "micro_usd": micro_usd, "by": {"id": by.id, "login": by.login}},
    )


def raised_in(month: str, records: Iterable[Recorded]) -> int:
    """By how much people have raised the repository's budget of that month."""
    return sum(
        int(record.data["micro_usd"])
        for record in records
        if record.type == RAISED and record.data["month"] == month
    )
