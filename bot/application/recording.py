"""Load, decide, append: the one way a fact comes into the log, with all that must commit with it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from bot.application.frozen import check_not_frozen
from bot.application.lives import AGAIN, REMOVAL, removal_id, saga_id, undo_id, undo_of
from bot.application.ports import Kept, World
from bot.application.projections import row_of
from bot.domain import events as e
from bot.domain.integration import Integration, evolved, fold
from bot.domain.states import State
from bot.domain.timing import is_over_time
from bot.records import Conflict, Fact, FollowUp, Recorded, Start, StepFailed, Unavailable, Wake

TRIES: Final = 20
FACTS: Final = "facts"
WAKING: Final = (
    e.Answered,
    e.PlanApproved,
    e.InstallsGranted,
    e.PlanSentBack,
    e.Approved,
    e.ApprovalWithdrawn,
    e.ApprovalLapsed,
    e.ChangesRequested,
    e.SentBackByChecks,
    e.JudgedAgain,
    e.ChecksCounted,
    e.BaseMoved,
    e.MergeTriedAgain,
    e.Rejected,
    e.DeployReleased,
    e.DeploymentReported,
    e.RunEnded,
    e.CancelRequested,
    e.BudgetRaised,
    e.Adjusted,
)

Decide = Callable[[Integration], Sequence[e.Event]]


async def load(world: World, integration_id: str) -> Integration:
    """The integration as it is now."""
    return fold(integration_id, e.decode(await world.log.read(integration_id)))


async def running(world: World, integration_id: str) -> Integration:
    """The integration, if nobody stopped it, its time is not over and nothing of it is frozen.

    Raises StepFailed with the cause.
    """
    it = await unstopped(world, integration_id)
    await check_not_frozen(world, it.repository)
    return it


async def unstopped(world: World, integration_id: str) -> Integration:
    """The same, frozen or not: for what only notes and looks."""
    records = await world.log.read(integration_id)
    it = fold(integration_id, e.decode(records))
    if it.cancelled is not None:
        raise StepFailed(it.cancelled)
    if it.rejected_by is not None:
        raise StepFailed("rejected")
    if it.is_merged_too_early:
        raise StepFailed("merged_too_early", it.merged)
    if is_over_time(it, records, now=world.clock.now()):
        raise StepFailed("budget", "minutes")
    return it


async def stop_of(world: World, integration_id: str) -> StepFailed | None:
    """What stops it, if anything does."""
    try:
        await running(world, integration_id)
    except StepFailed as stop:
        return stop
    return None


async def amend(
    world: World,
    integration_id: str,
    decide: Decide,
    *,
    key: str,
    meta: Mapping[str, Any] | None = None,
    among: int | None = None,
) -> Integration:
    """Decide on what it is now and append that; decide again where somebody else was faster.

    The same key again decides nothing and returns the integration as it is. Where it may only be one among
    so many of its repository, Conflict is raised: what was decided on is not this integration alone.
    """
    for _ in range(TRIES):
        past = await world.log.read(integration_id)
        it = fold(integration_id, e.decode(past))
        events = () if was_recorded(past, key) else decide(it)
        if not events:
            return it
        try:
            return await _append(world, it, events, meta={**(meta or {}), "key": key}, among=among)
        except Conflict:
            if among is not None:
                raise
    raise Unavailable("stream_busy")


async def append_beside(
    world: Kept,
    stream: str,
    fact: Fact,
    *,
    key: str,
    meta: Mapping[str, Any],
    follow_ups: Sequence[FollowUp] = (),
) -> None:
    """Append to a stream that is no integration's, behind whatever is there; a key once. Raises Unavailable.

    Of what is there nothing is read: it costs the same however much it is.
    """
    await world.log.append(stream, [fact], after=None, key=key, meta=meta, row={}, follow_ups=follow_ups)


async def _append(
    world: World, it: Integration, events: Sequence[e.Event], *, meta: Mapping[str, Any], among: int | None
) -> Integration:
    after = evolved(it, events)
    await world.log.append(
        it.id,
        e.encode(events),
        after=it.version,
        key=meta["key"],
        meta=meta,
        row=row_of(after),
        follow_ups=[*_engine_follow_ups(world, after, events), *_told(world, it, after)],
        among=among,
    )
    return after


def was_recorded(past: Iterable[Recorded], key: str) -> bool:
    """Whether this very command or step has appended already."""
    return any(record.meta.get("key") == key for record in past)


def _engine_follow_ups(world: World, after: Integration, events: Sequence[e.Event]) -> list[FollowUp]:
    """A request starts a saga, as does each further life; what a waiting saga should look at wakes it; where
    the saga has ended, what it made is taken back by an undo of its own.
    """
    if isinstance(events[0], (e.IntegrationRequested, e.VersionRequested, e.Retried)):
        return [
            Start(
                queue="saga",
                workflow=world.saga,
                id=saga_id(after),
                args=(after.id, str(after.repository.id), after.repository.account),
            )
        ]
    if any(isinstance(event, e.ReachedAgain) for event in events):
        undo = undo_of(world.saga)
        args = (after.id, after.reason or "")
        return [Start(queue="saga", workflow=undo, id=undo_id(after, nth=AGAIN), args=args)]
    if after.state is not State.FAILED and any(isinstance(event, WAKING) for event in events):
        return [Wake(workflow_id=saga_id(after), topic=FACTS, key=f"{after.id}:{after.version}")]
    if isinstance(events[0], e.RollBackRequested):  # its saga has ended
        undo = undo_of(world.saga)
        start = Start(queue="saga", workflow=undo, id=undo_id(after), args=(after.id, after.reason or ""))
        return [start, *_of_removal(after, events)]
    return _of_removal(after, events)


def _of_removal(after: Integration, events: Sequence[e.Event]) -> list[FollowUp]:
    """To be taken out for good is a workflow of its own; while it waits it is told when that is over."""
    if isinstance(events[0], e.DeprecationRequested):
        return [Start(queue="saga", workflow=REMOVAL, id=removal_id(after), args=(after.id,))]
    is_over = isinstance(events[0], e.RollBackRequested) and after.removal and after.removal.waits_for
    if isinstance(events[0], e.RemovalClosed) or is_over:
        return [Wake(workflow_id=removal_id(after), topic=FACTS, key=f"{after.id}:{after.version}:removal")]
    return []


def _told(world: World, before: Integration, after: Integration) -> list[FollowUp]:
    """What the subscribers want to follow; most facts are worth nothing to one or another."""
    wanted = (tell(before, after) for tell in world.subscribers)
    return [follow_up for follow_up in wanted if follow_up is not None]
