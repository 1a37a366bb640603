"""Slack: somebody speaks to the bot, by its name in a channel or directly, and is answered in the thread."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.application import refusing, slack_talk_words, slack_words, words
from bot.application.slack_hearing import Slack
from bot.application.slack_places import run_at
from bot.application.slack_replying import answer, whisper
from bot.application.slack_where import DIRECT, place_for
from bot.domain.commands import PREFIX
from bot.domain.slack_heard import exact, is_to, words_to
from bot.domain.slack_people import NotHeard, check_heard
from bot.records import StepFailed
from bot.slack_records import Me, SlackPerson
from handlers.conversation import Context, Handler
from handlers.slack_answering import Answer, Known, answered, as_said, plain
from handlers.slack_ear import Heard, take_up
from handlers.slack_payloads import SlackCommand
from handlers.slack_spoken_payloads import Spoke
from handlers.slack_thread_payloads import is_stop

log = structlog.get_logger()


def mentioned(known: Known) -> Handler:
    """In a channel, where the bot's name is said; what is said directly comes another way as well."""

    async def hears(data: Mapping[str, Any], context: Context) -> None:
        it = Spoke.from_event(data)
        if it is not None and not it.channel.startswith(DIRECT):
            await _hear(it, context, known)

    return hears


def directly(known: Known, *, otherwise: Handler) -> Handler:
    """To the bot alone; the word that stops the run of a thread, and what is said among people, goes on."""

    async def hears(data: Mapping[str, Any], context: Context) -> None:
        it = Spoke.from_event(data) if data["event"].get("channel_type") == "im" else None
        if it is None or await _stops(it, context):
            await otherwise(data, context)
        else:
            await _hear(it, context, known)

    return hears


async def _stops(it: Spoke, context: Context) -> bool:
    is_word = it.thread is not None and is_stop(it.text)
    return is_word and await run_at(it.place, it.first, context.world) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who speaks to the bot, as their workspace knows them, and who the bot is there."""

    person: SlackPerson
    me: Me


async def _hear(it: Spoke, context: Context, known: Known) -> None:
    """Once for a message, however many events tell of it."""
    slack, context = context.world.slack, replace(context, key=it.key)
    if slack is None:
        return
    try:
        me = await slack.directory.me(it.workspace)
        if it.by.id == me.user or not (it.is_direct or is_to(it.text, me.user)):
            return
        if await _is_too_much(it, context):
            log.info("slack_words_ignored", why="too_many", slack=it.by.place)
            again = refusing.next_hour(context.world.clock.now())
            await _tell_alone(it, slack_words.too_many(again), context, slack)
            return
    except StepFailed as no:
        log.warning("slack_words_lost", code=no.code)
    else:
        await _hear_out(it, me, context, slack, known)


async def _hear_out(it: Spoke, me: Me, context: Context, slack: Slack, known: Known) -> None:
    """Bots are not even told that they are not heard."""
    try:
        person = await slack.people.person(it.workspace, it.by.id)
        check_heard(person, it.workspace, slack.named)
    except NotHeard as no:
        if no.why != "bot":
            await _tell_alone(it, slack_talk_words.not_heard(no), context, slack)
    except StepFailed as no:
        await _tell_alone(it, slack_words.failed(no.code), context, slack)
    else:
        await _take_up(it, Speaker(person=person, me=me), context, slack, known)


async def _tell_alone(it: Spoke, text: str, context: Context, slack: Slack) -> None:
    await _reply(it, Answer(said=await as_said(text), is_private=True), context, slack)


async def _is_too_much(it: Spoke, context: Context) -> bool:
    name = f"slack-answers:{it.by.place}"
    return (
        await refusing.counts_within_the_hour(context.world, name, key=context.key) > slack_words.MOST_AN_HOUR
    )


async def _take_up(it: Spoke, by: Speaker, context: Context, slack: Slack, known: Known) -> None:
    """As the command that the words are, or for somebody to make out what they mean."""
    said, begins = words_to(it.text, by.me.user)
    run = await run_at(it.place, it.first, context.world) or ""
    line = exact(said, known, run=run) if begins or it.is_direct else None
    command = _as_command(it, by, said if line is None else line.removeprefix(PREFIX).strip())
    if line is not None:
        await _reply(it, await answered(command, context, slack, known), context, slack)
        return
    refused = await take_up(Heard(spoke=it, command=command, words=said), run, by.me, context, slack)
    if refused is not None:
        await _reply(it, refused, context, slack)


def _as_command(it: Spoke, by: Speaker, text: str) -> SlackCommand:
    return SlackCommand(
        by=it.by,
        name=by.person.name,
        workspace=it.workspace,
        workspace_name=by.me.workspace,
        channel=it.channel,
        command=PREFIX,
        text=text,
        answer_to="",
        thread=it.first,
    )


async def _reply(it: Spoke, said: Answer, context: Context, slack: Slack) -> None:
    """In the thread; what is for one person alone, or of a repository that is not for all there, to them."""
    name, world = f"slack-heard:{it.key}", context.world
    if said.is_private and not it.is_direct:
        await whisper(it.place, it.by.id, said.said, slack, world, name=name)
        return
    place = it.place
    for each in said.about:
        place = await place_for(place, it.by, each.repository, private=each.private, slack=slack, world=world)
    await answer(place, said.said, slack, world, name=name)


async def apologise(data: Mapping[str, Any], context: Context) -> None:
    """Say once, where it was said, that it went wrong; of what was not said to the bot nothing."""
    it, slack = Spoke.from_event(data), context.world.slack
    if it is None or slack is None or not (it.is_direct or data["event"]["type"] == "app_mention"):
        return
    said = await plain(words.apology(context.key))
    await _reply(it, said, replace(context, key=it.key), slack)
