"""The one way in which what is asked is done: the right, the state as it is, the decision, the facts."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.application.approvals import vouched
from bot.application.asked import (
    WHILE_FROZEN,
    Adjust,
    AnswerQuestions,
    Approve,
    Asked,
    Cancel,
    Deploy,
    Deprecate,
    OfOne,
    RaiseBudget,
    Reject,
    RequestChanges,
    RequestIntegration,
    Retry,
    RollBack,
)
from bot.application.checking import look_before_approving
from bot.application.decisions import done_already
from bot.application.deprecating import deprecation
from bot.application.duplicates import turn_of
from bot.application.frozen import check_may_move
from bot.application.landing import check_not_merged
from bot.application.ports import World
from bot.application.reaching import look_at_one
from bot.application.recording import amend, was_recorded
from bot.application.requesting import check_share, requested
from bot.application.reviving import revived
from bot.application.rights import check_right
from bot.application.ruling import read_rules_again
from bot.application.taking_up import taken_up
from bot.domain import deciding, deploying, landing, outsiders, planning, retiring, vouching
from bot.domain import events as e
from bot.domain.adjusting import adjust
from bot.domain.integration import Integration, fold
from bot.domain.money import check_seen, more_than_now, raise_budget
from bot.domain.policy import NothingWaits, Role, Rules
from bot.domain.states import State
from bot.domain.timing import is_used_up
from bot.domain.titling import retitle
from bot.records import Actor, Recorded

# Also where it was sent back and is being changed: the pull request stays open meanwhile.
BEFORE_THE_MERGE: Final = (State.GENERATING, State.TESTING, State.REVIEWING)


async def handle(asked: Asked, *, key: str, door: str, world: World) -> Integration:
    """Check the right, load, decide, append; the same key appends once.

    Raises Denied with the reason, Unavailable where the right could not be checked.
    """
    role = await check_right(asked, world)
    meta = {"by": asked.by.id, "login": asked.by.login, "door": door}
    match asked:
        case RequestIntegration():
            async with turn_of(asked.repository.id):
                return await requested(asked, key=key, meta=meta, world=world)
        case _:
            try:
                return await _moved(asked, role, key=key, meta=meta, world=world)
            except NothingWaits as no:
                raise await _why_nothing_waits(no, asked, world) from None


async def _moved(asked: OfOne, role: Role, *, key: str, meta: Mapping[str, Any], world: World) -> Integration:
    """The one that is there already, moved. Raises Denied."""
    past = await world.log.read(asked.integration_id)
    it = fold(asked.integration_id, e.decode(past))
    _check_tenant(asked, it)
    if was_recorded(past, key):
        return it
    if asked.repository.installation_id != it.repository.installation_id:
        await look_at_one(it.id, asked.repository, by=asked.by, key=f"{key}:moved", world=world)
        past = await world.log.read(asked.integration_id)
        it = fold(asked.integration_id, e.decode(past))
    if not isinstance(asked, WHILE_FROZEN):
        await check_may_move(asked.repository, world)
    if isinstance(asked, Approve):
        await look_before_approving(it, key=f"{key}:checks", world=world)
        await read_rules_again(it, key=f"{key}:rules", world=world)
    if isinstance(asked, RequestChanges):
        await check_not_merged(it, key=f"{key}:merged", world=world)
    decision = await _decision(asked, it, past, role, world)
    return await amend(world, asked.integration_id, decision, key=key, meta=meta)


async def _why_nothing_waits(no: NothingWaits, asked: OfOne, world: World) -> NothingWaits:
    """Where somebody else was faster that is said, with who it was; not of another repository's."""
    past = await world.log.read(asked.integration_id)
    is_here = fold(asked.integration_id, e.decode(past)).repository.id == asked.repository.id
    return done_already(asked, past) if type(no) is NothingWaits and is_here else no


def _check_tenant(asked: Any, it: Integration) -> None:
    """An integration of another repository does not exist here."""
    if it.repository.id != asked.repository.id:
        raise NothingWaits(asked.integration_id)


async def _decision(  # noqa: C901, PLR0911  a table
    asked: OfOne, it: Integration, past: Sequence[Recorded], role: Role, world: World
) -> Any:
    match asked:
        case AnswerQuestions():
            text = await world.blobs.put(asked.repository.id, asked.text.encode())
            return lambda it: deciding.answer(it, by=asked.by, text=text)
        case Approve():
            return await _opening(asked, it, past, role, world)
        case RequestChanges() if asked.head is None and it.waiting_for == planning.WAITS:
            another = await _another_plan(asked, it, past, world)
            return lambda it: planning.send_back(it, another)
        case RequestChanges():
            is_over = is_used_up(it, past, now=world.clock.now())
            deciding.check_may_be_sent_back(it, said_at=asked.said_at, is_over_time=is_over)
            # What it goes on from is found out before: what cannot be is refused, and nothing is lost by it.
            wish = await taken_up(it, world, by=asked.by, parts=asked.parts, seen=asked.head)
            return lambda now: deciding.request_changes(now, wish)
        case Reject():
            why = await _kept(asked.why, asked, world)
            return lambda it: deciding.reject(it, by=asked.by, why=why)
        case Deploy():
            return lambda it: deciding.release_deploy(it, by=asked.by)
        case Cancel():
            return lambda it: deciding.cancel(it, by=asked.by, cause=asked.cause, role=role)
        case RaiseBudget():
            return lambda it: _raised(asked, it, world.rules)
        case Adjust():
            return lambda it: _adjusted(asked, it)
        case RollBack():
            why = await _kept(asked.why, asked, world)
            return lambda it: retiring.roll_back(it, by=asked.by, why=why)
        case Deprecate():
            return await deprecation(asked, it, world)
        case Retry():
            await check_share(it.repository.id, it.requested_by, it.id, world)
            return await revived(asked, it, past, world)


def _raised(asked: RaiseBudget, it: Integration, rules: Rules) -> list[e.Event]:
    check_seen(it, asked.seen)
    more = asked.micro_usd if asked.up_to is None else more_than_now(it, asked.up_to)
    return [*raise_budget(it, by=asked.by, micro_usd=more, rules=rules), *_said_of(asked, it)]


def _adjusted(asked: Adjust, it: Integration) -> list[e.Event]:
    check_seen(it, asked.seen)
    return _said_of(asked, it)


def _said_of(asked: RaiseBudget | Adjust, it: Integration) -> list[e.Event]:
    """What it is called from then on, and what is set for it, as far as that is said: all of it or none."""
    titled = [] if asked.title is None else retitle(it, by=asked.by, title=asked.title)
    return titled if asked.own is None else [*titled, *adjust(it, by=asked.by, own=asked.own)]


async def _opening(
    asked: Approve, it: Integration, past: Sequence[Recorded], role: Role, world: World
) -> Any:
    """Which gate it opens: the one that was seen, else the one that waits, or that they opened already."""
    if asked.installs is not None or (_is_bare(asked) and it.waiting_for == outsiders.WAITS):
        is_early, seen = outsiders.is_early(past, asked.said_at), asked.installs
        return lambda it: outsiders.grant(it, by=asked.by, is_early=is_early, seen=seen)
    if asked.plan is not None or (_is_bare(asked) and is_of_the_plan(it, asked.by)):
        spec, alone, said_at = it.plan.spec if it.plan else "", world.rules.self_approval, asked.said_at
        seen_spec = spec if asked.plan is None else asked.plan
        return lambda it: planning.approve(it, by=asked.by, spec=seen_spec, alone=alone, said_at=said_at)
    return await _approval(asked, it, role, world)


def _is_bare(asked: Approve) -> bool:
    """Whether it says nothing of what was seen: then it is for whatever waits."""
    return asked.head is None and asked.plan is None and asked.installs is None


def is_of_the_plan(it: Integration, by: Actor) -> bool:
    """Whether an approval is one of the plan, said once more perhaps, and of nothing that came of it."""
    is_said_again = it.plan_approved is not None and it.plan_approved.by == by and it.pull_request is None
    return it.waiting_for == planning.WAITS or is_said_again


async def _another_plan(
    asked: RequestChanges, it: Integration, past: Sequence[Recorded], world: World
) -> e.PlanSentBack:
    """The wish for another plan than the one that waits. Raises Denied."""
    is_over = is_used_up(it, past, now=world.clock.now())
    planning.check_may_be_sent_back(it, said_at=asked.said_at, is_over_time=is_over)
    said = await world.blobs.put(asked.repository.id, "\n\n".join(asked.parts).encode())
    return e.PlanSentBack(by=asked.by, spec=it.plan.spec if it.plan else "", said=said)


async def _kept(why: str, asked: Asked, world: World) -> str | None:
    """The digest of what was said for a reason; None where nothing was."""
    return await world.blobs.put(asked.repository.id, why.encode()) if why else None


async def _approval(asked: Approve, it: Integration, role: Role, world: World) -> Any:
    """Approving means the commit that the pull request shows now: asked of GitHub, not of the log."""
    head = it.head if asked.head is None else asked.head
    if asked.head is None and it.pull_request is not None:
        head = (await world.pulls.get(it.repository, it.pull_request)).head
    now, alone = world.clock.now(), world.rules.self_approval
    given = await vouched(it, asked.by, head, role, world, said_at=asked.said_at or asked.given_at)
    return lambda it: vouching.approve(it, given, alone=alone, now=now, said_at=asked.said_at)


async def note_closed(
    integration_id: str, number: int, *, by: Actor, merged: bool, key: str, world: World
) -> None:
    """Somebody else closed or merged the pull request: a fact from outside that stops the run."""

    def decide(it: Integration) -> list[e.Event]:
        if it.pull_request != number:
            return []
        if it.waiting_for == "merge" and merged:
            return landing.try_again(it, because="merged")  # by whom does not matter: what, it looks at
        if it.state not in BEFORE_THE_MERGE and it.waiting_for != "merge":
            return []
        cause = "merged_by_hand" if merged else "pull_request_closed"
        return deciding.cancel(it, by=by, cause=cause, role=None)

    await amend(world, integration_id, decide, key=key)


async def report_deployment(
    integration_id: str, deployment: int, outcome: str, *, key: str, world: World
) -> None:
    """How a deployment went, as whoever deploys says: a fact from outside, which needs no right."""
    await amend(
        world,
        integration_id,
        lambda it: deploying.report(it, deployment=deployment, outcome=outcome),
        key=key,
    )
