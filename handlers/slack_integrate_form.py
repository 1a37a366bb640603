"""Slack: the window of an integration, handed in: the same command as one that is typed."""

from typing import Final

import structlog

from bot.application import slack_words
from bot.application.slack_asking import From, told, want
from bot.application.slack_form import faults_in, form_of
from bot.application.slack_hearing import Slack
from bot.application.slack_linking import acts_as
from bot.application.slack_whispering import whisper
from bot.application.wanting import Wish
from bot.domain.policy import Denied
from bot.domain.slack_mrkdwn import mrkdwn
from bot.domain.slack_people import check_heard
from bot.domain.states import InvalidStateTransition
from bot.domain.wishing import base_of, budget_of
from bot.records import StepFailed
from bot.slack_records import Place, Said
from handlers.conversation import Context
from handlers.slack_conversation import seen_by_name
from handlers.slack_payloads import HandedIn

log = structlog.get_logger()

MARKER: Final = "asked"


async def sets(it: HandedIn, context: Context) -> None:
    """Ask for it, and tell whoever did, alone. What is wrong with it was shown at the door already."""
    slack, form = context.world.slack, form_of(it.values)
    if slack is None or faults_in(form):
        log.info("slack_form_ignored", callback=it.callback)
        return
    workspace = it.user.workspace
    place = Place(workspace=workspace, channel=it.about)
    said = await _answered(it, place, context, slack)
    await _tell(slack, it, place, mrkdwn(said), context)


async def _answered(it: HandedIn, place: Place, context: Context, slack: Slack) -> str:
    world, form = context.world, form_of(it.values)
    try:
        person = await slack.people.person(place.workspace, it.user.id)
        check_heard(person, place.workspace, slack.named)
        by = await acts_as(it.user, world)
        seen = await seen_by_name(form.repository, by, world)
        wish = Wish(
            repository=seen.repository,
            what=form.what,
            base=base_of(form.base or None),
            micro_usd=budget_of(form.budget or None),
            plan_first=form.plan_first,
        )
        made = await want(wish, From(place=place, user=it.user, person=by, key=context.key), world)
    except Denied as no:
        return slack_words.refused(no)
    except InvalidStateTransition as no:
        return told(no)[1]
    except StepFailed as failure:
        return slack_words.failed(failure.code)
    return slack_words.asked_for(made.id, seen.repository.full_name, f"{seen.page}/issues/{made.issue}")


async def _tell(slack: Slack, it: HandedIn, place: Place, text: str, context: Context) -> None:
    """Where the window was opened, or where the bot is not in there, directly; once, as far as is known."""
    effects, key = context.world.effects, f"slack-asked:{context.key}"
    if (await effects.begin(key)).result is not None:
        return
    try:
        await whisper(place, it.user.id, Said(text=text), slack, marker=f"{MARKER}:{context.key}")
    except StepFailed as no:
        log.warning("slack_answer_lost", code=no.code)
    await effects.finish(key, result="said")
