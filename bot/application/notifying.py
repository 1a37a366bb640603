"""Workflow: a fact outward, as the one status comment and one last word; takes part in no decision."""

import json
from collections.abc import Awaitable
from typing import Final

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application import status_words as words
from bot.application.announcing import announce, remind
from bot.application.asking import load_answer
from bot.application.check_reports import failing_names, printed_of
from bot.application.effects import say_once
from bot.application.freeze_telling import show_check
from bot.application.frozen import freezes_on
from bot.application.lives import ending_of
from bot.application.placing import Placed, place
from bot.application.planning import load_plan
from bot.application.ports import Subscriber, World
from bot.application.recording import load
from bot.application.texts import load_kept_back, load_removal, load_tested, load_text, load_told
from bot.application.titling import show_title
from bot.application.turns import turn_of
from bot.application.views import StatusView, view_of
from bot.domain import events as e
from bot.domain.conversation import doing
from bot.domain.integration import Integration, fold
from bot.domain.reaching import OUT_OF_REACH
from bot.domain.secrecy import without_secrets
from bot.domain.states import State
from bot.infrastructure.engine import step
from bot.records import FollowUp, Start, StepFailed

log = structlog.get_logger()

WORKFLOW: Final = "notify.tell_v1"
CALM_SECONDS: Final = 10
QUOTED: Final = ("refused", "tests_disputed", "remarks_disputed")
LAST_WORDS_CHARACTERS: Final = 2000
LONG: Final = (State.VALIDATING, State.GENERATING)
# The issue is gone or locked, or the repository out of reach: saying it again will not help. Once that is
# within reach again it is told all the same.
NOWHERE: Final = ("issue_gone", "pull_request_gone", "github_forbidden", *OUT_OF_REACH)


def on_fact(before: Integration, after: Integration) -> FollowUp | None:
    """What people see is told at once; what only adds up is told now and then, while the model is at work."""
    calm = what_people_see(before) == what_people_see(after)
    if calm and after.state not in LONG:
        return None
    return Start(
        queue="notify",
        workflow=WORKFLOW,
        id=f"tell-{after.id}-{after.version}",
        args=(after.id, after.version, CALM_SECONDS if calm else 0),
        partition=after.id,
    )


def again(integration_id: str, version: int, *, name: str) -> Start:
    """A telling of what is no fact of the integration's own: also where all of those have been told."""
    return Start(
        queue="notify",
        workflow=WORKFLOW,
        id=f"tell-{name}",
        args=(integration_id, version + 1, 0),
        partition=integration_id,
    )


def what_people_see(it: Integration) -> tuple[object, ...]:
    """What is worth an edit at once; the rest (turns, cost) may wait for the next."""
    return (
        it.state,
        it.waiting_for,
        it.titles,
        it.own,
        it.tests,
        it.runs_again,
        it.reason,
        it.settled,
        it.cancelled,
        it.rolled_back,
        it.removal,
        it.edition,
        it.life,
        it.pull_request,
        it.approvals,
        it.ruled,
        it.unread,
        it.lapses,
        it.held_up,
        it.micro_usd_allowed,
        it.failing_checks,
        it.counted,
        it.reminders,
        it.held,
        it.run,
        it.deployment_needs_person,
    )


SUBSCRIBERS: Final[tuple[Subscriber, ...]] = (on_fact,)


async def show_status(world: World, integration_id: str, version: int, calm: int, *, key: str) -> bool:
    """Bring the status comment up to date, unless it shows this fact already; whether it has ended.

    `calm` is for how many seconds after the last edit a fact of less weight is left for the next one.
    """
    now = world.clock.now().timestamp()
    told = await world.notes.get(f"told:{integration_id}")
    if told is not None and not is_due(told, version, calm=calm, now=now):
        return (await load(world, integration_id)).ended
    it, view = await look(world, integration_id)
    await said_somewhere(it, place_status(it, words.status_comment(view), world))
    await said_somewhere(it, announce(it, world))
    await said_somewhere(it, remind(it, view, world))
    await said_somewhere(it, show_check(it, view.freezes, world))
    await said_somewhere(it, show_title(it, view.freezes, world))
    await world.notes.put(f"told:{integration_id}", f"{it.version} {now:.3f}")
    return it.ended


async def said_somewhere(it: Integration, saying: Awaitable[object]) -> None:
    """Say it; where there is no place any more where people would read it, that is in the log instead."""
    try:
        await saying
    except StepFailed as failure:
        if failure.code not in NOWHERE:
            raise
        log.warning("telling_given_up", code=failure.code)


def is_due(told: str, version: int, *, calm: float = 0.0, now: float = 0.0) -> bool:
    """Whether a fact of this version is still untold, and the last edit not so fresh that it may wait.

    An edit that was made in the future, by a clock that is ahead of this one, lets nothing wait.
    """
    last, at = told.split()
    return int(last) < version and not 0 <= now - float(at) < calm


async def place_status(it: Integration, body: str, world: World) -> None:
    """The one status comment of the integration."""
    marker = words.status_marker(it.id)
    placed = Placed(repository=it.repository, number=it.issue, name=f"status:{it.id}", marker=marker)
    await place(placed, body, world)


async def look(world: World, integration_id: str) -> tuple[Integration, StatusView]:
    """The integration, and what people are shown of it."""
    records = await world.log.read(integration_id)
    it = fold(integration_id, e.decode(records))
    of = it.newer or it
    return it, view_of(
        it,
        records,
        detail=await told_beside(of, world),
        tested=await load_tested(world, of),
        told=await load_told(world, of, records),
        kept_back=await _kept_back(of, world),
        failing=await failing_names(world, of),
        plan=await load_plan(world, of),
        removal=await load_removal(world, it),
        own_counts=world.rules.self_approval,
        at_work=await _at_work(it, world),
        turn=await turn_of(it, world),
        freezes=await freezes_on(it.repository, world),
    )


async def _at_work(it: Integration, world: World) -> tuple[str, str] | None:
    """What the model's newest answer is about, while it writes the code."""
    if it.state is not State.GENERATING or it.paused or not it.talk:
        return None
    kind, digest = it.talk[-2] if it.talk[-1][0] == "results" else it.talk[-1]
    return doing(await load_answer(world, it, digest)) if kind == "answer" else None


async def _kept_back(it: Integration, world: World) -> tuple[str, ...]:
    """The files that were shown to nobody; of tests that are red before all else their report tells."""
    if it.reason not in {"tests_red", "setup_red"}:
        return await load_kept_back(world, it)
    return tuple(json.loads(await load_text(world, it, it.detail)).get("hidden", ()))


async def told_beside(it: Integration, world: World) -> str:
    """What people need beside the facts: questions, the model's reason, what the tests printed last."""
    if it.questions is not None:
        return await load_text(world, it, it.questions)
    if it.paused is not None:
        return it.paused.detail
    if it.rolled_back is not None and it.rolled_back.why is not None:
        return await load_text(world, it, it.rolled_back.why)
    if it.reason in QUOTED and it.detail:
        return await load_text(world, it, it.detail)
    before = dict.fromkeys(("tests_red", "setup_red"), (it.detail,))
    report = {"tests": it.reports[-1:], **before}.get(it.reason or "", ())
    if report:
        told = json.loads(await load_text(world, it, report[0]))
        output = without_secrets(str(told["output"] if "output" in told else printed_of(told)))
        return output[-LAST_WORDS_CHARACTERS:] or words.NOTHING
    return ""


async def say_last(world: World, integration_id: str, *, key: str) -> None:
    """One comment more when it has ended: an edit reaches nobody's inbox."""
    it, view = await look(world, integration_id)
    if not it.ended:
        return
    marker, effect = words.last_marker(view.ending), f"last:{view.ending}"
    said = words.last_word(view)
    saying = say_once(world, it.repository, it.issue, said, marker=marker, effect=effect, looks_first=True)
    await said_somewhere(it, saying)
    await world.notes.put(effect, "said")


async def untold(world: World, integration_id: str, *, key: str) -> int:
    """The version that nobody was told of, or not to the end; 0 where a later telling has made up for it."""
    it = await load(world, integration_id)
    told = await world.notes.get(f"told:{it.id}")
    last = await world.notes.get(f"last:{ending_of(it)}")
    behind = told is None or is_due(told, it.version) or (it.ended and last is None)
    return it.version if behind else 0


async def tell(world: World, integration_id: str, version: int, calm: int) -> None:
    """The last word does not depend on the status comment."""
    try:
        ended = await step(show_status, world, integration_id, version, calm, unforeseen="internal")
    except StepFailed:
        await step(say_last, world, integration_id)
        raise
    if ended:
        await step(say_last, world, integration_id)


def register(world: World) -> None:
    """Tell the engine of the telling; wiring calls this before launch, in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def tell_v1(integration_id: str, version: int, calm: int) -> None:
        """The status comment first, then the last word."""
        with bound_contextvars(integration=integration_id):
            await tell(world, integration_id, version, calm)
