"""Slack: somebody typed a command."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import structlog

from bot.application import refusal_words, refusing, slack_words, words
from bot.application.slack_hearing import Slack
from bot.application.slack_linking import link_of
from bot.domain.commands import PREFIX, Command, Misspoken, read
from bot.domain.policy import Denied
from bot.domain.slack_mrkdwn import mrkdwn
from bot.domain.slack_people import check_heard
from bot.domain.states import InvalidStateTransition
from bot.records import StepFailed
from handlers.conversation import Context, Handler
from handlers.slack_conversation import SlackRun, There
from handlers.slack_payloads import SlackCommand

log = structlog.get_logger()

MOST_AN_HOUR: Final = 60
# Where a window is opened for whoever is linked.
BARE: Final = ("", "integrate")
Known = Mapping[str, tuple[Command, SlackRun]]


def typed(known: Known) -> Handler:
    """It is answered where it was typed, to whoever typed it alone, and once."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        command, slack = SlackCommand.from_form(data), context.world.slack
        if slack is None or command.command != PREFIX:
            log.info("slack_command_ignored", why="not_set_up" if slack is None else "not_ours")
            return
        if await _is_too_much(command, context):
            log.info("slack_command_ignored", why="too_many", slack=command.by.place)
            return
        said = await _answered(command, context, slack, known)
        await _say(slack, command, said, context)

    return heard


async def apologise(data: Mapping[str, Any], context: Context) -> None:
    """Say once, where it was typed, that it went wrong."""
    command, slack = SlackCommand.from_form(data), context.world.slack
    if slack is not None and command.command == PREFIX:
        await _say(slack, command, words.apology(context.key), context, effect="apology")


async def _is_too_much(command: SlackCommand, context: Context) -> bool:
    name = f"slack-answers:{command.by.place}"
    return await refusing.counts_within_the_hour(context.world, name, key=context.key) > MOST_AN_HOUR


async def _answered(command: SlackCommand, context: Context, slack: Slack, known: Known) -> str:
    """What is said to it."""
    declarations = tuple(each for each, _ in known.values())
    try:
        person = await slack.people.person(command.workspace, command.by.id)
        check_heard(person, command.workspace, slack.named)
        if command.text.strip() in BARE and await link_of(command.by, context.world) is None:
            command = replace(command, text="link")
        spoken = read(f"{PREFIX} {command.text}".rstrip(), declarations)
        if spoken is None:
            return words.help_text(declarations)
        there = There(context=context, slack=slack, command=command, spoken=spoken, known=declarations)
        return await known[spoken.name][1](there)
    except Misspoken as error:
        return words.misspoken(error)
    except Denied as no:
        return slack_words.refused(no)
    except InvalidStateTransition as no:
        return refusal_words.refusal(no)
    except StepFailed as failure:
        return slack_words.failed(failure.code)


async def _say(
    slack: Slack, command: SlackCommand, said: str, context: Context, *, effect: str = "answer"
) -> None:
    """Once, as far as that is known; what cannot be said there is in the log."""
    effects, key = context.world.effects, f"slack-{effect}:{context.key}"
    intent = await effects.begin(key)
    if intent.result is not None:
        return
    try:
        await slack.answers.say(command.answer_to, await asyncio.to_thread(mrkdwn, said))
    except StepFailed as no:
        log.warning("slack_answer_lost", code=no.code)
    await effects.finish(key, result="said")
