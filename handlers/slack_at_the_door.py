"""Slack: what cannot wait for the intake, because it is answered within three seconds or not at all."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bot.application import slack_hours, slack_windows
from bot.application.asked import RequestIntegration
from bot.application.ports import World
from bot.application.rights import check_right
from bot.application.side_by_side import all_of
from bot.application.slack_channels import bound_in, bound_to
from bot.application.slack_form import (
    CALLBACK,
    NOT_YOURS,
    REPOSITORY,
    Form,
    errors,
    faults_in,
    form_of,
    options,
    window,
)
from bot.application.slack_hearing import Slack
from bot.application.slack_home_blocks import CALLBACK as OF_NOTICES
from bot.application.slack_linking import acts_as, link_of
from bot.domain.commands import PREFIX
from bot.domain.policy import Denied, NotAllowed
from bot.domain.slack_blocks import Block
from bot.domain.slack_places import NotThere, is_repository
from bot.records import Actor, Repository, StepFailed, Unavailable
from bot.slack_records import Place
from handlers.slack_conversation import seen, seen_by_name
from handlers.slack_home_payloads import Pressed, Suggested
from handlers.slack_payloads import HandedIn, SlackCommand, read
from handlers.slack_thread_payloads import Pressed as PressedInThread

log = structlog.get_logger()

BARE: Final = ("", "integrate")
# Of the three seconds that Slack waits, and the door has other things to do as well.
SECONDS: Final = 2.0
FOR_A_LOOK_SECONDS: Final = 0.8
MOST: Final = 20
# How what is not as Slack's always is shows itself.
ODD: Final = (AttributeError, LookupError, TypeError, ValueError)

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """What is answered at once; None where it is kept, and whoever hears it answers later."""

    world: World

    async def __call__(self, kind: str, body: bytes) -> Answer | None:
        """Whatever fails here is left to the intake: nothing of it is lost."""
        slack, way = self.world.slack, WAYS.get(kind)
        if slack is None or way is None:
            return None
        try:
            async with asyncio.timeout(SECONDS):
                return await way(read(body), slack, self.world)
        except (Denied, StepFailed, Unavailable, TimeoutError, *ODD) as no:
            log.info("slack_not_answered_at_once", kind=kind, why=type(no).__name__)
            return options(()) if way is _suggested else None


async def _opened(data: Mapping[str, Any], slack: Slack, world: World) -> Answer | None:
    """To whoever is linked and says no more than that, the window; everybody else is answered."""
    if data.get("command") != PREFIX or data.get("text", "").strip() not in BARE:
        return None
    command = SlackCommand.from_form(data)
    if await link_of(command.by, world) is None:
        return None
    place = Place(workspace=command.workspace, channel=command.channel)
    shown = window(command.channel, await _chosen(place, await acts_as(command.by, world), world))
    await slack.views.open(command.workspace, shown, trigger=data.get("trigger_id", ""))
    return {}


async def _pressed(data: Mapping[str, Any], slack: Slack, world: World) -> Answer | None:
    """What takes words opens their window, to whoever is linked: it is done once they are handed in."""
    it = Pressed.from_act(data)
    if await link_of(it.user, world) is None:
        return None
    shown = await _window_of(it, data, world)
    if shown is None:
        return None
    await slack_windows.open_once(slack.views, it.user, shown, trigger=it.trigger)
    return {}


async def _window_of(it: Pressed, data: Mapping[str, Any], world: World) -> Block | None:
    if it.action in slack_windows.OF_NOTICES:
        return await slack_windows.of_notices(it.user, it.value, world)
    return slack_windows.of_words(it.action, it.value, PressedInThread.from_act(data).place.channel)


async def _chosen(place: Place, by: Actor, world: World) -> str | None:
    """The channel's repository, if they may read it; where that takes too long, they choose."""
    held = await bound_to(place, world)
    if held is None:
        return None
    try:
        async with asyncio.timeout(FOR_A_LOOK_SECONDS):
            return (await seen(held.repository, by, world)).repository.full_name
    except (NotThere, Unavailable, TimeoutError):
        return None


async def _suggested(data: Mapping[str, Any], _slack: Slack, world: World) -> Answer | None:
    """The repositories that they may have something integrated in, as far as they are known here."""
    it = Suggested.from_act(data)
    by, workspace = await acts_as(it.user, world), it.user.workspace
    known = {each.repository.id: each.repository for each in await bound_in(workspace, world)}
    for row in await world.integrations.find(requested_by_id=by.id):
        repository = Repository(
            id=row["repository_id"], full_name=row["repository"], installation_id=row["installation_id"]
        )
        known.setdefault(repository.id, repository)
    typed = it.typed.lower()
    some = [each for each in known.values() if typed in each.full_name.lower()][:MOST]
    found = await all_of(_writable(each, by, world) for each in some)
    if is_repository(it.typed) and all(each.full_name.lower() != typed for each in some):
        found.append(await _named(it.typed, by, world))
    return options(sorted({name for name in found if name is not None}))


async def _named(name: str, by: Actor, world: World) -> str | None:
    try:
        return await _writable((await seen_by_name(name, by, world)).repository, by, world)
    except NotThere:
        return None


async def _writable(repository: Repository, by: Actor, world: World) -> str | None:
    try:
        there = (await seen(repository, by, world)).repository
        await check_right(_request(there, by), world)
    except Denied:
        return None
    return there.full_name


async def _checked(data: Mapping[str, Any], _slack: Slack, world: World) -> Answer | None:
    """What is wrong with it, at its fields; what is right is kept, and done."""
    it = HandedIn.from_act(data)
    if it.callback == OF_NOTICES:
        wrong = slack_hours.faults_in(it.values)
        return errors(wrong) if wrong else None
    if it.callback != CALLBACK:
        return None
    form = form_of(it.values)
    found = faults_in(form) or await _not_theirs(form, await acts_as(it.user, world), world)
    return errors(found) if found else None


async def _not_theirs(form: Form, by: Actor, world: World) -> dict[str, str]:
    try:
        there = (await seen_by_name(form.repository, by, world)).repository
        await check_right(_request(there, by), world)
    except (NotThere, NotAllowed):
        return {REPOSITORY: NOT_YOURS}
    return {}


def _request(repository: Repository, by: Actor) -> RequestIntegration:
    return RequestIntegration(by=by, repository=repository, issue=0, request="")


WAYS: Final[Mapping[str, Callable[[Mapping[str, Any], Slack, World], Awaitable[Answer | None]]]] = {
    "slack:block_actions": _pressed,
    "slack:block_suggestion": _suggested,
    "slack:command": _opened,
    "slack:view_submission": _checked,
}
