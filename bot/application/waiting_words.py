"""Every sentence about what an integration waits for, and who can help."""

from typing import Final

from bot.application import approval_words, freeze_words, landing_words, outsider_words, plan_words
from bot.application.money_words import resting
from bot.application.quoting import quoted
from bot.application.reasons import code
from bot.application.tester_words import waits_for_machines
from bot.application.views import StatusView
from bot.domain.commands import PREFIX
from bot.domain.freezing import FROZEN
from bot.domain.pausing import LONGEST

OWN_COUNTS: Final = "(the operator allows one's own approval here)"


def waiting_words(view: StatusView) -> list[str]:  # noqa: C901, PLR0911  a table
    """What it waits for, and who can help; nothing where it waits for nobody."""
    match view.waiting_for:
        case "answer":
            return [
                f"**Waits for an answer** from @{view.requested_by}, or anyone with write access: "
                f"`{PREFIX} answer <text>`.",
                quoted(view.detail),
            ]
        case "plan_approval":
            return [plan_words.waits(requested_by=view.requested_by, own_counts=view.own_plan)]
        case "install_approval":
            return [outsider_words.waits(view.installs_wanted)]
        case "approval":
            return [
                f"**{_approvals_missing(view)}** of `{view.head[:7]}` by {_who_may_approve(view)}: approve "
                f"#{view.pull_request} in a review, or comment `{PREFIX} approve`, "
                f"`{PREFIX} changes <what>` or `{PREFIX} reject <why>` there.{_released_with_it(view)}",
                *approval_words.unread(view.unread),
                *approval_words.rules(view.rules),
                *landing_words.merged_meanwhile(view),
                *landing_words.held(view),
            ]
        case "merge":
            return landing_words.held(view)
        case "deploy_approval":
            return [
                "**Merged; waits for somebody who may deploy** (a maintainer or an administrator): "
                f"`{PREFIX} deploy`."
            ]
        case "checks" | "deployment":
            return [waits_for_machines(view)]
        case str(cause) if cause == FROZEN:
            return [freeze_words.resting()]
        case str(cause) if cause in LONGEST:
            return [resting(cause, ceiling(view))]
        case _:
            return []


def _released_with_it(view: StatusView) -> str:
    if view.way == "merge":
        return ""
    return " An approval by somebody who may deploy releases the deployment as well."


def _approvals_missing(view: StatusView) -> str:
    if view.approvals_needed == 1 and not view.rules:
        return "Waits for an approval"
    if view.approvals_needed == 1:
        return f"Waits for approvals ({len(view.approvers)} given)"
    return f"Waits for {view.approvals_needed} approvals ({len(view.approvers)} given)"


def _who_may_approve(view: StatusView) -> str:
    if view.own_counts:
        return f"somebody with write access, @{view.requested_by} too {OWN_COUNTS}"
    return f"somebody with write access other than @{view.requested_by}"


def ceiling(view: StatusView) -> str:
    """Which ceiling of the run was reached, and where it was."""
    match view.detail:
        case "turns":
            return f"{view.turns_allowed} model turns"
        case "tokens":
            return f"{view.tokens_allowed:,} tokens"
        case "dollars":
            return f"${view.dollars_allowed:.2f}"
        case "minutes":
            waited = "the time that it waited for people does not count"
            return f"{view.minutes_allowed} minutes from the request to the gate; {waited}"
        case other:
            return code(other)
