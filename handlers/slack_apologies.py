"""Slack: that it went wrong, said once to whoever pressed, handed in or wanted a run stopped."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bot.application import words
from bot.application.slack_places import run_at
from bot.application.slack_saying import marker_of
from bot.application.slack_whispering import whisper
from bot.domain.slack_mrkdwn import mrkdwn
from bot.records import StepFailed
from bot.slack_records import Said
from handlers.conversation import Context, Handler
from handlers.slack_payloads import actor_of
from handlers.slack_thread_payloads import Stopping

log = structlog.get_logger()

Say = Callable[[Said], Awaitable[Any]]


async def for_act(data: Mapping[str, Any], context: Context) -> None:
    """Where it was pressed; of a window, or a Home, where the bot and they talk."""
    slack, user, address = context.world.slack, actor_of(data), str(data.get("response_url") or "")
    if slack is None:
        return

    async def say(said: Said) -> None:
        if address:
            await slack.answers.say(address, said.text)
            return
        direct = await slack.directory.direct(user.workspace, user.id)
        await slack.messages.post(direct, said, marker=_marker(context))

    await _once(say, context)


def for_stopping(
    read: Callable[[Mapping[str, Any]], Stopping | None], *, otherwise: Handler | None = None
) -> Handler:
    """To whoever wanted a run stopped; all else is none of the bot's, or somebody else's to apologise for."""

    async def apologise(data: Mapping[str, Any], context: Context) -> None:
        it, slack = read(data), context.world.slack
        if slack is not None and it is not None and await run_at(it.place, it.message, context.world):
            place, user = it.place, it.by.id

            async def say(said: Said) -> None:
                await whisper(place, user, said, slack, marker=_marker(context))

            await _once(say, context)
        elif otherwise is not None:
            await otherwise(data, context)

    return apologise


def _marker(context: Context) -> str:
    return marker_of(f"slack-apology:{context.key}")


async def _once(say: Say, context: Context) -> None:
    """As far as that is known; what cannot be said is in the log."""
    effects, key = context.world.effects, f"slack-apology:{context.key}"
    if (await effects.begin(key)).result is not None:
        return
    try:
        await say(Said(text=mrkdwn(words.apology(context.key))))
    except StepFailed as no:
        log.warning("slack_answer_lost", code=no.code)
    await effects.finish(key, result="said")
