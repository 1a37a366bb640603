"""Every sentence about money: what may be used up, what was, and what a run rests for."""

from datetime import datetime
from typing import Final

from bot.application.reasons import code
from bot.application.views import StatusView
from bot.domain.commands import PREFIX
from bot.domain.integration import Integration
from bot.domain.money import Spending
from bot.domain.policy import ROLES, Permission

WHO: Final = " or ".join(role for role, held in ROLES.items() if Permission.BUDGET in held)
SAY_MORE: Final = f"Somebody who is {WHO} lets it go on: `{PREFIX} budget +<dollars>`."
SAY_MONTH: Final = f"Somebody who is {WHO} can let it spend more: `{PREFIX} budget month +<dollars>`."
OPERATORS: Final = "Its operator can raise that (`MONTHLY_BUDGET`)."
NEXT_MONTH: Final = "It goes on by itself with the next month (UTC)."


def dollars(micro_usd: int) -> str:
    """An amount as people read it."""
    return f"${micro_usd / 1e6:,.2f}"


def ceiling(it: Integration, which: str) -> str:
    """A ceiling of the run, by its name."""
    match which:
        case "turns":
            return f"{it.turns_allowed:,} model turns"
        case "tokens":
            return f"{it.tokens_allowed:,} tokens"
        case "minutes":
            return f"{it.minutes_allowed} minutes of work"
        case _:
            return dollars(it.micro_usd_allowed)


def resting(cause: str, told: str) -> str:
    """What a run rests for, and who can help; `told` is its ceiling."""
    match cause:
        case "monthly_budget":
            return (
                "**Paused: this repository has used up its budget of the month.** Nothing is lost. "
                f"{NEXT_MONTH} {SAY_MONTH}"
            )
        case "owner_budget":
            return (
                "**Paused: this account has used up its budget of the month.** Nothing is lost. "
                f"{NEXT_MONTH} {OPERATORS}"
            )
        case _:
            return (
                f"**Paused: this run has used up its {told}.** Nothing is lost, and nothing is paid twice. "
                f"{SAY_MORE} `{PREFIX} cancel` ends it; after a week it ends by itself."
            )


def paused_marker(integration_id: str, rest: int) -> str:
    """How the bot finds again that it said so."""
    return f"<!-- claude-code-bot:paused:{integration_id}:{rest} -->"


def nearly_marker(integration_id: str, which: str, allowed: str) -> str:
    """How the bot finds again that it said so."""
    return f"<!-- claude-code-bot:nearly:{integration_id}:{which}:{allowed} -->"


def month_marker(repository_id: int, month: str, which: str, allowed: int) -> str:
    """How the bot finds again that it said so."""
    return f"<!-- claude-code-bot:month:{repository_id}:{month}:{which}:{allowed} -->"


def paused(it: Integration, cause: str, which: str) -> str:
    """Said once for each rest: an edit reaches nobody's inbox."""
    return f"@{it.requested_by.login} `{it.id}`: {resting(cause, ceiling(it, which))}"


def nearly(it: Integration, which: str) -> str:
    """Said once for each ceiling."""
    return (
        f"@{it.requested_by.login} `{it.id}` has used up four fifths of its {ceiling(it, which)}. At the "
        f"ceiling it rests and asks; somebody who is {WHO} can add to it before: "
        f"`{PREFIX} budget +<dollars>`."
    )


def month_nearly(spent: Spending, which: str) -> str:
    """Said once for each ceiling of a month."""
    if which == "owner":
        used, allowed, can = spent.owner, spent.owner_allowed or 0, OPERATORS
        whose = "This account"
    else:
        used, allowed, can = spent.repository, spent.repository_allowed, SAY_MONTH
        whose = "This repository"
    return (
        f"{whose} has spent {dollars(used)} of its {dollars(allowed)} of {_named(spent.month)}. "
        f"At the ceiling whatever runs rests until the next month. {can}"
    )


def run(it: Integration) -> str:
    """What a run has used up, and may."""
    minutes = "" if it.minutes_allowed is None else f"; at most {it.minutes_allowed} minutes of work"
    return (
        f"`{it.id}` is **{it.state}** and has used {dollars(it.micro_usd)} of "
        f"{dollars(it.micro_usd_allowed)}, {it.turns} of {it.turns_allowed} model turns, {it.tokens:,} of "
        f"{it.tokens_allowed:,} tokens{minutes}. "
        f"`{PREFIX} budget +<dollars>` adds to all of these."
    )


def month(spent: Spending) -> str:
    """What was spent this month, and may be."""
    said = (
        f"In {_named(spent.month)} (UTC) this repository has spent {dollars(spent.repository)} of "
        f"{dollars(spent.repository_allowed)}. `{PREFIX} budget month +<dollars>` adds to that."
    )
    if spent.owner_allowed is None:
        return said
    whole = f"Its whole account has spent {dollars(spent.owner)} of {dollars(spent.owner_allowed)}"
    return f"{said} {whole}; only the bot's operator can raise that."


def run_raised(it: Integration, *, by: str) -> str:
    """After a top-up of a run."""
    return (
        f"@{by}, it may use up {dollars(it.micro_usd_allowed)} now, {it.turns_allowed} model turns and "
        f"{it.tokens_allowed:,} tokens. What rested for that goes on where it stopped."
    )


def month_raised(spent: Spending, *, by: str) -> str:
    """After a top-up of a month."""
    return (
        f"@{by}, this repository may spend {dollars(spent.repository_allowed)} in {_named(spent.month)} now "
        f"({dollars(spent.repository)} spent). What rested for that goes on where it stopped."
    )


def no_budget(text: str) -> str:
    """Words that are no amount."""
    return (
        f"{code(text)} is nothing that I could add. Say `{PREFIX} budget +5` for this run, or "
        f"`{PREFIX} budget month +20` for this repository and month; amounts are US dollars."
    )


def _named(month: str) -> str:
    return f"{datetime.strptime(month, '%Y-%m'):%B %Y}"  # noqa: DTZ007  a month, no moment


def _cached(view: StatusView) -> str:
    share = view.cached_share
    return "" if share is None else f"; {share:.0%} of what the model was given came from its cache"


def so_far(view: StatusView) -> str:
    """What it cost so far, at the end of the status comment."""
    lost = {0: "", 1: ", 1 answer that broke off"}.get(view.lost, f", {view.lost} answers that broke off")
    return (
        f"<sub>Cost so far: ${view.dollars:.4f} of at most ${view.dollars_allowed:.2f}, "
        f"{view.turns} of at most {view.turns_allowed} model turns{lost}{_cached(view)}.</sub>"
    )
