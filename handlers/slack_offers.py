"""Slack: somebody takes what their words seemed to want, or leaves it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import structlog

from bot.application import slack_offer_words as words
from bot.application import slack_words
from bot.application.slack_hearing import Slack
from bot.application.slack_offering import LEAVE, PREFIX, TAKE, Kept, kept_offer, note_answer, show
from bot.application.slack_replying import whisper
from bot.domain import slack_offers as rules
from bot.domain.commands import PREFIX as SIGN
from bot.domain.commands import Spoken
from bot.domain.slack_people import NotHeard, check_heard
from bot.records import StepFailed
from bot.slack_records import Said, SlackPerson
from handlers.conversation import Context, Handler
from handlers.slack_answering import Answer, Known, as_said, done
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
    asker = await _asker(kept, how, it, context, slack)
    if isinstance(asker, str):
        await _tell(kept, it, await as_said(asker), context, slack)
    elif how == rules.LEFT:
        await show(kept, await as_said(words.LEFT), world)
    else:
        answer = await _taken(kept, it, asker.name, context, slack, known)
        if answer.is_private:
            await _tell(kept, it, answer.said, context, slack)
        await show(kept, await as_said(words.ALONE) if answer.is_private else answer.said, world)


async def _asker(kept: Kept, how: str, it: Pressed, context: Context, slack: Slack) -> SlackPerson | str:
    """Who said that of it, which counts from now on; or why they may not."""
    world, place = context.world, it.by.workspace
    no = rules.why_not(kept.past, how, by=it.by, channel=it.place.channel, now=world.clock.now())
    if no:
        return words.WHY_NOT[no]
    try:
        person = await slack.people.person(place, it.by.id)
        check_heard(person, place, slack.named)
    except NotHeard as unheard:
        return slack_words.refused(unheard)
    except StepFailed as failure:
        return slack_words.failed(failure.code)
    return person if await note_answer(kept, how, world) == how else words.WHY_NOT[rules.LEFT]


async def _tell(kept: Kept, it: Pressed, said: Said, context: Context, slack: Slack) -> None:
    place = replace(it.place, thread=kept.offer.thread)
    await whisper(place, it.by.id, said, slack, context.world, name=f"offer:{context.key}")


async def _taken(kept: Kept, it: Pressed, name: str, context: Context, slack: Slack, known: Known) -> Answer:
    """As if they had typed it; the key is the offer's, so that it is asked for once."""
    offer, world = kept.offer, context.world
    text = (await world.blobs.get(offer.repository.id, offer.text)).decode()
    command = SlackCommand(
        by=it.by,
        name=name,
        workspace=it.by.workspace,
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
