"""What is pressed beneath a run in Slack, done: the same commands as on GitHub, answered alike."""

from dataclasses import dataclass, replace
from typing import Final

from bot.application import approval_words, commands, money_words, outsider_words, plan_words, words
from bot.application.asked import (
    AnswerQuestions,
    Approve,
    Cancel,
    Deploy,
    OfOne,
    RaiseBudget,
    RequestChanges,
    Retry,
    RollBack,
)
from bot.application.decisions import done_already
from bot.application.ports import World
from bot.application.recording import was_recorded
from bot.application.slack_thread_words import BUDGET_STEP
from bot.domain import events as e
from bot.domain.integration import Integration, fold
from bot.domain.slack_acts import Act, Seen, check_seen, is_passed
from bot.domain.states import State
from bot.records import Actor, Repository

DOOR: Final = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressing:
    """Who presses what of which run, with the words that it takes."""

    act: Act
    seen: Seen
    by: Actor
    repository: Repository
    text: str = ""


async def press(it: Pressing, *, key: str, world: World) -> str:
    """What is said to it. The same key does it once. Raises ShownBefore, Denied, StepFailed, Unavailable.

    What was pressed is of what stood there then, and of nothing that came after it.
    """
    past = await world.log.read(it.seen.integration_id)
    now = fold(it.seen.integration_id, e.decode(past))
    asked = _asked(it, now)
    if not was_recorded(past, key):
        check_seen(now, it.act, it.seen)
        if is_passed(now, it.act, it.seen) and it.act is not Act.APPROVE:
            raise done_already(asked, past)
    return _said(asked, await commands.handle(asked, key=key, door=DOOR, world=world))


def _asked(it: Pressing, now: Integration) -> OfOne:  # noqa: C901, PLR0911  a table
    by, repository, named = it.by, it.repository, it.seen.integration_id
    match it.act:
        case Act.APPROVE:
            return _approval(it, now)
        case Act.CHANGES:
            head = it.seen.what if it.seen.gate in {"approval", "merge"} else None
            return RequestChanges(
                by=by, repository=repository, integration_id=named, parts=(it.text,), head=head
            )
        case Act.ANSWER:
            return AnswerQuestions(by=by, repository=repository, integration_id=named, text=it.text)
        case Act.DEPLOY:
            return Deploy(by=by, repository=repository, integration_id=named)
        case Act.BUDGET:
            return RaiseBudget(
                by=by,
                repository=repository,
                integration_id=named,
                micro_usd=BUDGET_STEP,
                seen=now.version,
            )
        case Act.RETRY:
            return Retry(by=by, repository=repository, integration_id=named)
        case Act.ROLLBACK:
            return RollBack(by=by, repository=repository, integration_id=named, why="")
        case Act.CANCEL:
            return Cancel(by=by, repository=repository, integration_id=named, cause="cancelled")


def _approval(it: Pressing, now: Integration) -> Approve:
    """Of exactly what was seen: the plan, what is to be installed, or the commit."""
    of = Approve(by=it.by, repository=it.repository, integration_id=it.seen.integration_id)
    match it.seen.gate:
        case "plan_approval":
            return replace(of, plan=it.seen.what)
        case "install_approval":
            return replace(of, installs=now.installs_wanted)
        case _:
            return replace(of, head=it.seen.what)


def _said(asked: OfOne, it: Integration) -> str:  # noqa: C901, PLR0911  a table
    """As a comment's command is answered on GitHub."""
    by = asked.by.login
    match asked:
        case Approve() if it.installs_granted is not None and it.state is State.TESTING:
            return outsider_words.granted(by=by)
        case Approve() if it.plan_approved is not None and it.pull_request is None:
            return plan_words.approved(by=by)
        case Approve():
            return approval_words.approved(it, by=asked.by)
        case RequestChanges() if it.stage is State.VALIDATING:
            return plan_words.sent_back(by=by)
        case RequestChanges():
            return words.sent_back(by=by)
        case AnswerQuestions():
            return words.heard(by=by)
        case Deploy():
            return words.released(by=by)
        case RaiseBudget():
            return money_words.run_raised(it, by=by)
        case Retry():
            return words.at_work_again(by=by, state=it.retried.state if it.retried else "", issue=it.issue)
        case RollBack():
            return words.rolling_back(by=by, issue=it.issue)
        case _:
            return words.cancelling(by=by)
