"""Slack: somebody typed a command."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import structlog

from bot.application import refusing, slack_words, words
from bot.application.slack_hearing import Slack
from bot.domain.commands import PREFIX
from bot.domain.slack_typed import unescaped
from bot.records import StepFailed
from bot.slack_records import Said
from handlers.conversation import Context, Handler
from handlers.slack_answering import Known, answered, as_said
from handlers.slack_payloads import SlackCommand

log = structlog.get_logger()

MOST_AN_HOUR: Final = slack_words.MOST_AN_HOUR


def typed(known: Known) -> Handler:
    """It is answered where it was typed, to whoever typed it alone, and once."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        command, slack = SlackCommand.from_form(data), context.world.slack
        if slack is None or command.command != PREFIX:
            log.info("slack_command_ignored", why="not_set_up" if slack is None else "not_ours")
            return
        if await _is_too_much(command, context):
            log.info("slack_command_ignored", why="too_many", slack=command.by.place)
            again = refusing.next_hour(context.world.clock.now())
            await _say(slack, command, await as_said(slack_words.too_many(again)), context)
            return
        meant = replace(command, text=unescaped(command.text))
        answer = await answered(meant, context, slack, known)
        await _say(slack, command, answer.said, context)

    return heard


async def apologise(data: Mapping[str, Any], context: Context) -> None:
    """Say once, where it was typed, that it went wrong."""
    command, slack = SlackCommand.from_form(data), context.world.slack
    if slack is not None and command.command == PREFIX:
        said = await as_said(words.apology(context.key))
        await _say(slack, command, said, context, effect="apology")


async def _is_too_much(command: SlackCommand, context: Context) -> bool:
    name = f"slack-answers:{command.by.place}"
    return await refusing.counts_within_the_hour(context.world, name, key=context.key) > MOST_AN_HOUR


async def _say(
    slack: Slack, command: SlackCommand, said: Said, context: Context, *, effect: str = "answer"
) -> None:
    """Once, as far as that is known; what cannot be said there is in the log."""
    effects, key = context.world.effects, f"slack-{effect}:{context.key}"
    intent = await effects.begin(key)
    if intent.result is not None:
        return
    try:
        await slack.answers.say(command.answer_to, said.text, said.blocks)
    except StepFailed as no:
        log.warning("slack_answer_lost", code=no.code)
    await effects.finish(key, result="said")
