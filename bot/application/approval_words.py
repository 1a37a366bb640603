"""Every sentence about approvals: for which paths they are taken, how many are missing, when they lapse."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.application import words
from bot.application.configuration import PATH
from bot.application.reasons import code
from bot.domain import events as e
from bot.domain.approving import ADMIN, Standing
from bot.domain.commands import PREFIX
from bot.domain.integration import Integration
from bot.domain.states import State
from bot.domain.vouching import LapsedApproval
from bot.records import Actor

MOST_NAMES: Final = 5
MOST_RULES: Final = 10
_VAIN: Final = (
    ", which **too few can give**: whoever asked for it meets none, nor does a team of another account. "
    "Somebody else has to ask for it anew, or the rule to be changed and then asked anew."
)


def taken(rule: e.PathRule) -> str:
    """What a rule asks for."""
    return f"{rule.count} approval{'' if rule.count == 1 else 's'}{_by_whom(rule)}"


def still(it: Standing) -> str:
    """What is missing of it."""
    if it.rule.count == 1:
        return f"an approval{_by_whom(it.rule)}"
    return f"{it.missing} of {it.rule.count} approvals{_by_whom(it.rule)}"


def _by_whom(rule: e.PathRule) -> str:
    """Names with their sign would be called; as code they are not."""
    more = len(rule.by) - MOST_NAMES
    others = [f"{more} more"] if more > 0 else []
    named = " or ".join([*map(code, rule.by[:MOST_NAMES]), *others])
    admin = " by an admin" if rule.role == ADMIN else ""
    by = f"{' out of' if admin else ' by'} {named}" if named else ""
    return f"{admin}{by} for {code(rule.path)}"


def rules(standing: Iterable[Standing]) -> list[str]:
    """What the paths that it changes still wait for; nothing where they wait for nothing."""
    missing = [f"{still(each)}{_VAIN if each.is_vain else ''}" for each in standing if each.missing]
    listed = [f"- {each}" for each in _first(missing)]
    return ["\n".join(["For paths that it changes it **waits for**:", *listed])] if missing else []


def unread(files: Sequence[str]) -> list[str]:
    """That nobody can approve it, and who can help; nothing where all that is said is known."""
    if not files:
        return []
    where = " and ".join(code(each) for each in files)
    return [
        f"**What `{PATH}` of {where} says of approvals cannot be read**, so nobody's approval releases "
        "a merge until it can. Whoever may write there mends the file (`/claude config` says what is wrong), "
        "or lets me see it. I read it again at every approval."
    ]


def needed(count: int, standing: Sequence[Standing]) -> str:
    """All that it takes, in a line."""
    return ", and ".join([str(count), *_first([taken(each.rule) for each in standing])])


def _first(said: Sequence[str]) -> list[str]:
    more = len(said) - MOST_RULES
    return [*said[:MOST_RULES], *([f"{more} more"] if more > 0 else [])]


def approved(it: Integration, *, by: Actor) -> str:
    """After an approval: what it opens, or what is missing still."""
    missing, standing = it.approvals_missing, it.rules_standing
    deploys = None if it.way == "merge" else it.may_deploy
    said = words.approved(by=by.login, head=it.head, deploys=deploys, missing=missing)
    if not missing and any(each.missing for each in standing):
        said = f"Approved by @{by.login} for `{it.head[:7]}`."
    return "\n\n".join([said, *rules(standing), *_unasked(it, by)])


def _unasked(it: Integration, by: Actor) -> list[str]:
    teams = [name for given in it.approvals if given.by.id == by.id for name in given.unasked]
    if not teams:
        return []
    named = ", ".join(map(code, teams))
    return [
        f"GitHub does not let me know whether @{by.login} is a member of {named}, so this is no approval by "
        "it: the App lacks the right to read members. Its operator can grant it."
    ]


def lapsed_marker(name: str, nth: int) -> str:
    """How the bot finds again that it said so."""
    return f"<!-- claude-code-bot:lapsed:{name}:{nth} -->"


def lapsed(it: Integration, lapse: e.ApprovalLapsed) -> str:
    """Where the approval stood, that it holds no more."""
    return (
        f"@{lapse.whose.login}, your approval of `{lapse.head[:7]}` has lapsed: one holds for "
        f"{_days(lapse.days)} here.{_after(it, lapse)}"
    )


def _after(it: Integration, lapse: e.ApprovalLapsed) -> str:
    """Whether another is wanted; its gate may be about to be there again, or at rest. Nothing once it is
    over or sent back.
    """
    is_stopped = it.cancelled is not None or it.rejected_by is not None
    if is_stopped or it.state not in {State.REVIEWING, State.DEPLOYING}:
        return ""
    if any(given.by == lapse.whose for given in it.approvals):
        return " You have approved it anew."
    return " It takes no other." if it.approved else f" Look at it again, then `{PREFIX} approve`."


def refused(error: LapsedApproval) -> str:
    """To somebody whose approval comes too late."""
    return (
        f"You said that more than {_days(error.days)} ago, and an approval holds no longer here. Look at it "
        "again, then say it again."
    )


def _days(count: int) -> str:
    return "a day" if count == 1 else f"{count} days"
