"""Why somebody may not have what they asked for, in words."""

from collections.abc import Mapping
from typing import Final

from bot.application import (
    approval_words,
    check_words,
    decision_words,
    fix_words,
    freeze_words,
    landing_words,
    own_words,
    removal_words,
    verdict_words,
    words,
)
from bot.application.reasons import code
from bot.domain.adjusting import NotSettable
from bot.domain.approving import RulesUnread
from bot.domain.checks import ChecksFail
from bot.domain.commands import PREFIX
from bot.domain.done_already import DoneAlready
from bot.domain.fixing import OfAnIntegration
from bot.domain.freezing import Frozen, NotFrozen, NotOwner, OnlyOperator
from bot.domain.landing import MergedMeanwhile
from bot.domain.money import BudgetNotLowered, ChangedSince
from bot.domain.outsiders import InstallsNotSeen
from bot.domain.policy import (
    AskedAlready,
    BeingDeprecated,
    CannotDeprecate,
    CannotGoOn,
    CannotRetry,
    CeilingReached,
    Denied,
    MergedAlready,
    NotAllowed,
    NothingToRollBack,
    NothingWaits,
    NotSeen,
    OwnCommits,
    OwnerNotAllowed,
    PlanNotSeen,
    PlansUsedUp,
    SelfApproval,
    StaleApproval,
    TestedAgain,
    TooManyUnderWay,
)
from bot.domain.states import InvalidStateTransition, State
from bot.domain.verdicts import NoSuchFinding, OwnPullRequest
from bot.domain.vouching import LapsedApproval


def refusal(error: Denied | InvalidStateTransition) -> str:  # noqa: C901, PLR0912, PLR0915  a table
    """Why somebody may not have what they asked for, and who could."""
    match error:
        case MergedAlready():
            could = " or ".join(error.who_could)
            has = f"you are {error.role} here" if error.role else "you have no role here"
            said = (
                f"It is merged. To stop it now is to roll it back, which needs `{error.needs}`, and {has}. "
                f"Somebody who is {could} could do it."
            )
        case NotAllowed():
            could = " or ".join(error.who_could)
            has = f"you are {error.role} here" if error.role else "you have no role here"
            said = f"This needs `{error.needs}`, and {has}. Somebody who is {could} could do it."
        case OwnerNotAllowed():
            said = "This bot does not serve this account. Its operator can add it to `ALLOWED_OWNERS`."
        case SelfApproval():
            said = "You asked for it, so somebody else with write access has to approve it."
        case OwnCommits():
            said = "You committed to it yourself, so somebody else with write access has to approve it."
        case CeilingReached():
            said = (
                f"This run has used up its {error.which}, so I could not work on it. `{PREFIX} budget "
                f"+<dollars>` allows more; or approve it as it is, or `{PREFIX} reject` it."
            )
        case CannotGoOn():
            said = f"I cannot go on from what stands on the branch. {_why_not(error)} Nothing has changed."
        case StaleApproval():
            said = (
                f"The pull request shows `{error.seen[:7]}`, but I tested `{error.tested[:7]}`. "
                f"I do not merge what I did not test. `{PREFIX} changes <what>` has me take it up."
            )
        case RulesUnread(files=files):
            said = "".join(approval_words.unread(files))
        case ChecksFail():
            said = check_words.refused(error.head)
        case LapsedApproval():
            said = approval_words.refused(error)
        case NotSeen():
            said = (
                f"You said that before #{error.pull_request} showed what it shows now, so it cannot have "
                "been about that. Look at it, then say it again."
            )
        case PlanNotSeen():
            said = (
                "You said that before this plan stood here, so it cannot have been about it. Look at it "
                f"(`{PREFIX} plan`), then say it again."
            )
        case InstallsNotSeen():
            said = (
                "You said that before it was shown here what the change wants installed, so it cannot have "
                f"been about that. Look at it (`{PREFIX} status`), then say it again."
            )
        case PlansUsedUp():
            said = (
                f"I have made the plan anew {error.most} times, and that is as often as I may. `{PREFIX} "
                f"approve` it, or `{PREFIX} reject` it and ask anew with `{PREFIX} integrate <what>`, with "
                "all that you know by now."
            )
        case AskedAlready(integration_id=it, issue=issue, state=state):
            stands = "This runs already" if state == State.ACTIVE else "This is already under way"
            said = (
                f"{stands} in #{issue}: `{it}` is **{state}**. I do not do it twice; `{PREFIX} integrate … "
                "--anyway` has me do it all the same."
            )
        case TooManyUnderWay():
            said = (
                f"You have {error.most} integrations under way here, and that is as many as one person may "
                f"have. `{PREFIX} cancel` one, or wait until one has ended."
            )
        case CannotDeprecate():
            said = removal_words.refusal(error)
        case BeingDeprecated():
            said = removal_words.no_version(error)
        case Frozen(freezes=freezes):
            said = freeze_words.refused(freezes)
        case OnlyOperator():
            said = freeze_words.only_operator(error)
        case NotOwner():
            said = freeze_words.not_owner(error)
        case NotFrozen():
            said = freeze_words.not_frozen(error)
        case NoSuchFinding():
            said = verdict_words.no_finding(error)
        case OwnPullRequest():
            said = verdict_words.own_pull_request()
        case OfAnIntegration():
            said = fix_words.of_an_integration()
        case NotSettable():
            said = own_words.refused(error)
        case CannotRetry():
            said = _no_retry(error)
        case ChangedSince():
            said = "Something has happened to it since you looked. Look again, then say it again."
        case BudgetNotLowered():
            said = f"It may use up more than that already, and that stays so. `{PREFIX} cancel` stops it."
        case NothingToRollBack(state=state):
            said = f"There is nothing to roll back: it is **{state}**.{INSTEAD.get(state, '')}"
        case MergedMeanwhile():
            said = landing_words.TOO_LATE[0].upper() + landing_words.TOO_LATE[1:]
        case TestedAgain():
            said = words.tested_again()
        case DoneAlready():
            said = decision_words.second(error)
        case NothingWaits():
            said = f"Nothing here waits for that now. `{PREFIX} status` shows where it stands."
        case _:
            said = f"That is not possible now: {code(str(error))}."
    return said


# Why something is not tried again, by its code.
NO_RETRY: Final[Mapping[str, str]] = {
    "not_settled": "I am still taking back what I made. Say it again when the last word is said.",
    "rejected": f"It was rejected at the gate, and that stays so. `{PREFIX} integrate <what>` asks anew.",
    "refused": f"I refused the request itself. `{PREFIX} integrate <what>` asks for something else.",
    "merged_by_hand": "Somebody else merged it, so there is nothing left to make. "
    f"`{PREFIX} integrate <what>` asks for more.",
    "still_merged": "What it merged is still there, and I could not take it back: the last word says why. "
    f"Revert it by hand, then ask anew with `{PREFIX} integrate <what>`.",
}


def _no_retry(error: CannotRetry) -> str:
    match error.why:
        case "not_failed":
            return f"Only what has failed can be tried again, and it is **{error.what}**."
        case "newer":
            return (
                f"v{error.what} came to nothing, and the version before it runs. `{PREFIX} integrate <what>` "
                "asks for another."
            )
        case "spent":
            return (
                f"It has used up its {error.what}. `{PREFIX} budget +<dollars>` allows it more; then say it "
                "again."
            )
        case "revert_open":
            return f"What it merged is still there. Merge its revert, #{error.what}, then say it again."
        case "not_good":
            possible = ", ".join(f"`{PREFIX} retry from {state}`" for state in error.possible)
            return f"From **{error.what}** it cannot be tried again. Possible: {possible}."
        case known:
            return NO_RETRY[known]


# What somebody may want who wants to roll back what does not run.
_CANCEL: Final = f" Nothing of it is merged; `{PREFIX} cancel` stops it."
INSTEAD: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (State.DRAFT, State.VALIDATING, State.GENERATING, State.TESTING, State.REVIEWING), _CANCEL
    ),
    State.FAILED: " What was made is taken back already; the last word says what came of that.",
    State.DEPRECATED: f" It is out for good; `{PREFIX} integrate <what>` asks for something new.",
}

# What could be no part of a change of mine has the code of why.
WHY_NOT: Final[Mapping[str, str]] = {
    "branch_gone": "It was deleted.",
    "branch_rewritten": "It was rewritten, and no longer holds my commit.",
    "too_many_files": "It differs from its base in more files than I may change.",
    "change_too_large": "It differs from its base by more than I may change.",
}


def _why_not(error: CannotGoOn) -> str:
    known = WHY_NOT.get(error.why)
    if known is not None:
        return known
    return f"I may change nothing of this, so it would not be tested: {code(error.what)} ({code(error.why)})."


def review_not_counted(error: Denied) -> str:
    """A review approved, but it opens no gate."""
    if isinstance(error, StaleApproval):
        return (
            f"This approval is of `{error.seen[:7]}`, but I tested `{error.tested[:7]}`. "
            "I count only an approval of what I tested."
        )
    return f"This approval does not count for me. {refusal(error)}"


def review_sends_nothing_back(error: Denied) -> str:
    """A review asked for changes, but it may not."""
    return f"I change nothing for this review. {refusal(error)}"
