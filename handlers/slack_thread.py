"""Slack: what people press, fill in and say in a run's thread."""

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

import structlog

from bot.application import refusal_words, slack_windows, slack_words
from bot.application import slack_thread_words as thread_words
from bot.application.recording import load
from bot.application.slack_acting import Pressing, press
from bot.application.slack_hearing import Slack
from bot.application.slack_link_offering import unknown
from bot.application.slack_linking import acts_as
from bot.application.slack_places import run_at
from bot.application.slack_saying import marker_of
from bot.application.slack_threads import again
from bot.application.slack_whispering import whisper
from bot.domain.policy import Denied
from bot.domain.slack_acts import Act, Seen, ShownBefore, read, seen_now
from bot.domain.slack_links import NotLinked
from bot.domain.slack_mrkdwn import mrkdwn
from bot.domain.slack_people import NotHeard, check_heard
from bot.domain.slack_places import NotThere
from bot.domain.states import InvalidStateTransition
from bot.records import Actor, Repository, StepFailed
from bot.slack_link_records import SlackUser
from bot.slack_records import Place, Said
from handlers.conversation import Context
from handlers.slack_conversation import repository_of, seen
from handlers.slack_payloads import HandedIn
from handlers.slack_thread_payloads import Pressed, Stopping, act_of

log = structlog.get_logger()

Do = Callable[[Actor, Repository], Awaitable[str]]
Say = Callable[[Said], Awaitable[None]]
NOTHING: Final = ""  # what it came to is to be seen


async def pressed(data: Mapping[str, Any], context: Context) -> None:
    """It is done, or a window asks for its words that did not open at the door; who pressed is told alone."""
    it = Pressed.from_act(data)
    slack, act, about = context.world.slack, act_of(it.action), read(it.value)
    if slack is None or about is None:
        log.info("slack_press_ignored", action=it.action)
        return

    async def do(by: Actor, repository: Repository) -> str:
        shown = slack_windows.of_words(it.action, it.value, it.place.channel)
        if shown is None:
            pressing = Pressing(act=act, seen=about, by=by, repository=repository)
            return await press(pressing, key=context.key, world=context.world)
        await slack_windows.open_once(slack.views, it.by, shown, trigger=it.trigger)
        return NOTHING

    async def say(said: Said) -> None:
        await slack.answers.say(it.answer_to, said.text, said.blocks)

    await _answer(await _told(it.by, about, do, slack, context), say, context)


async def filled(data: Mapping[str, Any], context: Context) -> None:
    """The words are taken as the command's; whoever gave them is told privately where the run is told of."""
    it = HandedIn.from_act(data)
    value, channel = json.loads(it.about)
    slack, act, about = context.world.slack, act_of(it.callback), read(value)
    if slack is None or about is None:
        log.info("slack_form_ignored", callback=it.callback)
        return
    text = it.values.get(thread_words.FIELD, "").strip()

    async def do(by: Actor, repository: Repository) -> str:
        if not text:
            return thread_words.NOT_TYPED
        pressing = Pressing(act=act, seen=about, by=by, repository=repository, text=text)
        return await press(pressing, key=context.key, world=context.world)

    place = Place(workspace=it.user.workspace, channel=channel)
    said = await _told(it.user, about, do, slack, context)
    await _answer(said, _whispering(place, it.user, slack, context), context)


async def crossed(data: Mapping[str, Any], context: Context) -> None:
    """A cross on the first message of a run's thread stops it."""
    await _stop(Stopping.from_reaction(data), context)


async def said(data: Mapping[str, Any], context: Context) -> None:
    """So does the one word, in the thread; all else that is said there is between people."""
    await _stop(Stopping.from_message(data), context)


async def _stop(it: Stopping | None, context: Context) -> None:
    slack, world = context.world.slack, context.world
    if it is None or slack is None:
        return
    named = await run_at(it.place, it.message, world)
    if named is None:
        return
    about = seen_now(await load(world, named), Act.CANCEL)

    async def do(by: Actor, repository: Repository) -> str:
        pressing = Pressing(act=Act.CANCEL, seen=about, by=by, repository=repository)
        return await press(pressing, key=context.key, world=world)

    told = await _told(it.by, about, do, slack, context)
    await _answer(told, _whispering(it.place, it.by, slack, context), context)


async def _told(by: SlackUser, about: Seen, do: Do, slack: Slack, context: Context) -> str | Said:
    """What it came to; whoever is not linked is given the way to be."""
    world = context.world
    try:
        who = await slack.people.person(by.workspace, by.id)
    except StepFailed as no:
        return slack_words.failed(no.code)
    try:
        check_heard(who, by.workspace, slack.named)
        person = await acts_as(by, world)
        row = await world.integrations.get(about.integration_id)
        if row is None:
            return slack_words.NOT_THERE
        repository = (await seen(repository_of(row), person, world)).repository
    except NotLinked:
        me = await slack.directory.me(by.workspace)
        return unknown(by, slack, names=(who.name, me.workspace), at=world.clock.now())
    except (NotHeard, NotThere) as no:
        return slack_words.refused(no)
    return await _done(row, partial(do, person, repository), context)


async def _done(row: Mapping[str, Any], do: Callable[[], Awaitable[str]], context: Context) -> str:
    """What it came to, in words; a message that was not up to date is brought there."""
    world = context.world
    try:
        return await do()
    except StepFailed as no:
        return slack_words.failed(no.code)
    except (ShownBefore, Denied, InvalidStateTransition) as no:
        shown = await load(world, row["id"])
        context.follow_ups.append(await again(shown.id, shown.version, name=context.key, world=world))
        return thread_words.OLDER if isinstance(no, ShownBefore) else refusal_words.refusal(no)


def _whispering(place: Place, by: SlackUser, slack: Slack, context: Context) -> Say:
    async def say(said: Said) -> None:
        marker = marker_of(f"slack-answer:{context.key}")
        await whisper(place, by.id, said, slack, marker=marker)

    return say


async def _answer(told: str | Said, say: Say, context: Context) -> None:
    """Once, as far as that is known; what cannot be said there is in the log."""
    if told == NOTHING:
        return
    effects, key = context.world.effects, f"slack-answer:{context.key}"
    intent = await effects.begin(key)
    if intent.result is not None:
        return
    try:
        await say(told if isinstance(told, Said) else Said(text=mrkdwn(told)))
    except StepFailed as no:
        log.warning("slack_answer_lost", code=no.code)
    await effects.finish(key, result="said")
