"""Workflow: a fact outward to Slack, as the first message of the run's thread and a line for each decision.

It takes part in no decision, and what Slack says no to stops nothing: then GitHub is told so, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import slack_thread_words as words
from bot.application.decisions import decisions_in
from bot.application.effects import say_once
from bot.application.notifying import CALM_SECONDS, LONG, NOWHERE, is_due, look, what_people_see
from bot.application.ports import Subscriber, World
from bot.application.recording import load
from bot.application.slack_hearing import Slack
from bot.application.slack_places import note_run, place_of
from bot.application.slack_replying import TOO_LONG, stands
from bot.application.slack_replying import say_once as say_in_slack_once
from bot.domain.integration import Integration
from bot.infrastructure.engine import start, step
from bot.records import FollowUp, Recorded, Start, StepFailed
from bot.slack_records import Place, Posted, Said

log = structlog.get_logger()

WORKFLOW: Final = "slack.tell_v1"
GONE: Final = ("slack_message_not_found", "slack_thread_not_found")
# The tries are used up: the next fact tells it, or whoever looks for what hangs.
LATER: Final = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """Where a run is told of in Slack."""

    place: Place
    posted: Posted

    @property
    def inside(self) -> Place:
        """The same, as what is said in it needs it."""
        return replace(self.place, channel=self.posted.channel, thread=self.posted.ts)


def on_fact(before: Integration, after: Integration) -> FollowUp | None:
    """The same as the status comment: at once what people see, now and then what only adds up."""
    calm = what_people_see(before) == what_people_see(after)
    if calm and after.state not in LONG:
        return None
    return _telling(after.id, after.version, f"{after.id}-{after.version}", CALM_SECONDS if calm else 0)


async def again(integration_id: str, version: int, *, name: str, world: World) -> Start:
    """Show it anew, although nothing happened to it, and whatever it shows by now."""
    await world.notes.put(f"slack-shown:{integration_id}", "")
    return _once_more(integration_id, version, name)


def _once_more(integration_id: str, version: int, name: str) -> Start:
    return _telling(integration_id, version + 1, f"{integration_id}-{name}", 0)


def _telling(integration_id: str, version: int, name: str, calm: int) -> Start:
    return Start(
        queue="notify",
        workflow=WORKFLOW,
        id=f"slack-tell-{name}",
        args=(integration_id, version, calm),
        partition=f"slack-tell-{integration_id}",
    )


SUBSCRIBERS: Final[tuple[Subscriber, ...]] = (on_fact,)


async def show_thread(world: World, integration_id: str, version: int, calm: int, *, key: str) -> None:
    """Bring the thread up to date, unless it shows this fact already. Raises StepFailed, Unavailable."""
    slack, note = world.slack, f"slack-told:{integration_id}"
    now = world.clock.now().timestamp()
    told = await world.notes.get(note)
    if slack is None or (told is not None and not is_due(told, version, calm=calm, now=now)):
        return
    it, view = await look(world, integration_id)
    records = [each for each in await world.log.read(integration_id) if each.version <= it.version]
    about = await world.repositories.describe(it.repository)
    place = await place_of(it, slack, world, about)
    if place is not None:
        said = words.first_message(it, view, page=about.page)
        bare = words.bare_message(it, view, page=about.page)
        await _show_or_begin_anew(it, records, place, [said, bare], slack, world)
    await world.notes.put(note, f"{it.version} {now:.3f}")


async def _show_or_begin_anew(
    it: Integration,
    records: Sequence[Recorded],
    place: Place,
    sizes: Sequence[Said],
    slack: Slack,
    world: World,
) -> None:
    """Whose first message somebody has deleted has another thread; whose second one is too, has none."""
    try:
        await _show(it, records, place, sizes, slack, world)
    except StepFailed as no:
        if no.code not in GONE or await world.notes.get(_anew(it)):
            raise
        log.info("slack_thread_begun_anew", code=no.code)
        await world.notes.put(_anew(it), "begun")
        await _show(it, records, place, sizes, slack, world)


def _anew(it: Integration) -> str:
    return f"slack-anew:{it.id}"


async def _show(
    it: Integration,
    records: Sequence[Recorded],
    place: Place,
    sizes: Sequence[Said],
    slack: Slack,
    world: World,
) -> None:
    """The first of these messages that Slack takes; then what was decided since."""
    before = await _mirrored(it, world)
    for nth, said in enumerate(sizes, start=1):
        try:
            thread = await _first_message(it, place, said, slack, world)
        except StepFailed as no:
            if no.code not in TOO_LONG or nth == len(sizes):
                raise
            log.warning("slack_told_in_short", code=no.code, detail=no.detail)
        else:
            await _mirror(it, records, before, thread, slack, world)
            return


async def _first_message(it: Integration, place: Place, said: Said, slack: Slack, world: World) -> Thread:
    """Said once; then edited in place, where it says something else."""
    is_anew = await world.notes.get(_anew(it)) is not None
    name, note = f"thread:{it.id}{':anew' if is_anew else ''}", f"slack-shown:{it.id}"
    posted = await stands(place, said, slack, world, name=name, note=note)
    thread = Thread(place=place, posted=posted)
    await note_run(thread.inside, thread.posted.ts, it.id, world)
    return thread


async def _mirrored(it: Integration, world: World) -> int:
    """Up to which fact decisions are in the thread; those from before it began are in its first message."""
    note = f"slack-mirrored:{it.id}"
    known = await world.notes.get(note)
    if known is None:
        await world.notes.put(note, str(it.version))
    return it.version if known is None else int(known)


async def _mirror(
    it: Integration,
    records: Sequence[Recorded],
    before: int,
    thread: Thread,
    slack: Slack,
    world: World,
) -> None:
    """A line for each decision since then, in order, each once."""
    for decision in decisions_in(records):
        if decision.version > before:
            said, name = words.line(decision), f"line:{it.id}:{decision.version}"
            await say_in_slack_once(thread.inside, said, slack, world, name=name)
    await world.notes.put(f"slack-mirrored:{it.id}", str(it.version))


async def say_untold(world: World, integration_id: str, code: str, *, key: str) -> None:
    """On GitHub, once: that it cannot be followed in Slack, and why."""
    it = await load(world, integration_id)
    marker, body = words.untold_marker(it.id), words.untold(it.id, code)
    try:
        await say_once(world, it.repository, it.issue, body, marker=marker, effect=f"slack-untold:{it.id}")
    except StepFailed as no:
        if no.code not in NOWHERE:
            raise
        log.warning("telling_given_up", code=no.code)


async def tell(world: World, integration_id: str, version: int, calm: int) -> None:
    """What Slack says no to ends here; what it could not be asked is tried again later."""
    try:
        await step(show_thread, world, integration_id, version, calm, unforeseen="internal")
    except StepFailed as no:
        log.warning("slack_not_told", code=no.code, detail=no.detail)
        if no.code == LATER:
            raise
        if no.code.startswith("slack_"):
            await step(say_untold, world, integration_id, no.code)


async def untold(world: World, integration_id: str, *, key: str) -> int:
    """The version that Slack was not told of; 0 where a later telling has made up for it."""
    it = await load(world, integration_id)
    told = await world.notes.get(f"slack-told:{it.id}")
    return it.version if told is None or is_due(told, it.version) else 0


async def tell_again(world: World, integration_id: str, planned: Any) -> None:
    """What could not be told of is told now."""
    version = await step(untold, world, integration_id)
    if version:
        await start(_once_more(integration_id, version, f"{version}-{planned}"))


def register(world: World) -> None:
    """Tell the engine of the telling; wiring calls this before launch, in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def slack_tell_v1(integration_id: str, version: int, calm: int) -> None:
        """The first message, then what was decided."""
        with bound_contextvars(integration=integration_id):
            await tell(world, integration_id, version, calm)
