"""Slack: what somebody wants to be told, from their Home."""

import structlog

from bot.application import slack_home
from bot.application.slack_home_blocks import AS_EVERYWHERE, DIGEST
from bot.application.slack_hours import quiet_in
from bot.application.slack_linking import acts_as
from bot.application.slack_windows import number_in, of_notices, open_once
from bot.application.slack_wishing import merged, wish, wishes_of
from bot.domain.policy import Denied
from bot.domain.slack_notifying import DIGESTS, KINDS, WAYS, Kind, Way, Wishes
from bot.domain.slack_people import check_heard
from bot.records import StepFailed
from handlers.conversation import Context
from handlers.slack_home_payloads import Pressed
from handlers.slack_payloads import HandedIn

log = structlog.get_logger()


async def opens(it: Pressed, context: Context) -> None:
    """The window, where it did not open at the door."""
    world, slack = context.world, context.world.slack
    shown = None if slack is None else await of_notices(it.user, it.value, world)
    if slack is None or shown is None:
        return
    try:
        await open_once(slack.views, it.user, shown, trigger=it.trigger)
    except StepFailed as no:
        log.warning("slack_window_not_opened", code=no.code)


async def sets(it: HandedIn, context: Context) -> None:
    """It counts from now on, and their Home shows it."""
    world, slack = context.world, context.world.slack
    if slack is None:
        return
    person = await slack.people.person(it.user.workspace, it.user.id)
    try:
        check_heard(person, it.user.workspace, slack.named)
        await acts_as(it.user, world)
    except Denied as no:
        log.info("slack_notices_not_set", why=no.code)
        context.follow_ups.append(slack_home.opened(it.user, key=context.key))  # it says why
        return
    new = _said(it, await wishes_of(it.user, world), zone=person.zone)
    await wish(it.user, new, key=context.key, kept=world)
    context.follow_ups.append(slack_home.opened(it.user, key=context.key))


def _said(it: HandedIn, old: Wishes, *, zone: str) -> Wishes:
    """What the form says; what it says wrongly counts as not said."""
    ways: dict[Kind, Way] = {
        kind: way for kind in KINDS for way in WAYS if it.values.get(kind, AS_EVERYWHERE) == way
    }
    digest = next((each for each in DIGESTS if each == it.values.get(DIGEST)), old.digest)
    said = {"ways": ways, "digest": digest, "quiet": quiet_in(it.values)}
    return merged(old, said, repository=number_in(it.about), zone=zone or old.zone)
