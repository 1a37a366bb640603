"""Slack: somebody takes what their words seemed to want, or leaves it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import structlog

from bot.application import slack_offer_words as words
from bot.application.slack_hearing import Slack
from bot.application.slack_offering import LEAVE, PREFIX, TAKE, Kept, kept_offer, note_answer, show
from bot.application.slack_replying import whisper
from bot.application.slack_where import workspace_of
from bot.domain import slack_offers as rules
from bot.domain.commands import PREFIX as SIGN
from bot.domain.commands import Spoken
from bot.domain.slack_people import NotHeard, check_heard
from bot.records import StepFailed
from handlers.conversation import Context, Handler
from handlers.slack_answering import Answer, Known, as_said, done, plain
from handlers.slack_payloads import SlackCommand
from handlers.slack_thread_payloads import Pressed

log = structlog.get_logger()

HOW: Final[Mapping[str, str]] = {TAKE: rules.TAKEN, LEAVE: rules.LEFT}


def pressed(known: Known, *, otherwise: Handler) -> Handler:
    """What is no offer's button is another's."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        it = Pressed.from_act(data)
        if it.action.startswith(PREFIX):
            await _answered(it, context, known)
        else:
            await otherwise(data, context)

    return heard


async def _answered(it: Pressed, context: Context, known: Known) -> None:
    """Only by whom it is for; anybody else is told so alone."""
    slack, world, how = context.world.slack, context.world, HOW.get(it.action)
    kept = await kept_offer(it.value, world)
    if slack is None or kept is None or how is None:
        log.info("slack_press_ignored", action=it.action)
        return
    why = rules.why_not(kept.past, how, by=it.by, channel=it.place.channel, now=world.clock.now())
    if why:
        said = await as_said(words.WHY_NOT[why])
        place = replace(it.place, thread=kept.offer.thread)
        await whisper(place, it.by.id, said, slack, world, name=f"offer:{context.key}")
        return
    if await note_answer(kept, how, world) != how:
        said = await as_said(words.WHY_NOT[rules.LEFT])
        place = replace(it.place, thread=kept.offer.thread)
        await whisper(place, it.by.id, said, slack, world, name=f"offer:{context.key}")
        return
    if how == rules.LEFT:
        await show(kept, await as_said(words.LEFT), world)
        return
    answer = await _taken(kept, it, context, slack, known)
    if answer.is_private:
        place = replace(it.place, thread=kept.offer.thread)
        await whisper(place, it.by.id, answer.said, slack, world, name=f"offer:{context.key}")
    await show(kept, await as_said(words.ALONE) if answer.is_private else answer.said, world)


async def _taken(kept: Kept, it: Pressed, context: Context, slack: Slack, known: Known) -> Answer:
    """As if they had typed it; the key is the offer's, so that it is asked for once."""
    offer, world = kept.offer, context.world
    try:
        person = await slack.people.person(workspace_of(it.by), it.by.id)
        check_heard(person, workspace_of(it.by), slack.named)
    except (NotHeard, StepFailed) as no:
        log.info("slack_offer_not_taken", why=str(no))
        return await plain(words.WHY_NOT["not_yours"])
    text = (await world.blobs.get(offer.repository.id, offer.text)).decode()
    command = SlackCommand(
        by=it.by,
        name=person.name,
        workspace=workspace_of(it.by),
        workspace_name="",
        channel=offer.channel,
        command=SIGN,
        text=text,
        answer_to="",
    )
    own = replace(context, key=f"slack-offer:{kept.id}")
    return await done(_spoken(kept, text), command, own, slack, known)


def _spoken(kept: Kept, text: str) -> Spoken:
    offer = kept.offer
    if offer.command == "fix":
        return Spoken(name="fix", text=f"{offer.repository.full_name}#{offer.number} {text}", options={})
    return Spoken(name=offer.command, text=text, options={"repo": offer.repository.full_name})
