"""What happens in Slack, line by line: what people do there, and what the bot says to all or to one."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from standins.demo.stage import Stage
from standins.demo.workspace import bot_of, unlinked
from standins.slack.state import Delivery, Effect, Ephemeral

SECRET: Final = re.compile(r"(?<=ticket=)\S+")


class SlackFeed:
    """Tells what is new each time it is asked: when, who, what."""

    def __init__(self, stage: Stage) -> None:
        self._slack = stage.slack
        self._deliveries = self._effects = self._whispers = 0

    def new(self) -> Iterator[tuple[datetime, str, str]]:
        slack = self._slack
        deliveries, self._deliveries = slack.deliveries[self._deliveries :], len(slack.deliveries)
        effects, self._effects = slack.effects[self._effects :], len(slack.effects)
        whispers, self._whispers = slack.ephemerals[self._whispers :], len(slack.ephemerals)
        for delivery in deliveries:
            yield from did(delivery, slack.now())
        for effect in effects:
            yield from self._said(effect)
        for whisper in whispers:
            yield self._whispered(whisper)

    def _said(self, effect: Effect) -> Iterator[tuple[datetime, str, str]]:
        if effect.name != "message.posted" or effect.by != bot_of(self._slack).id:
            return
        channel = self._slack.channels[effect.facts["channel"]]
        message = channel.messages[effect.facts["ts"]]
        if channel.kind == "direct":
            people = (self._slack.users[each].name for each in channel.members if each != effect.by)
            yield effect.at, "bot", f"writes to {' and '.join(people)}: {plain(message.text)}"
        elif message.thread_ts is None:
            yield effect.at, "bot", f"begins a thread in #{channel.name}"
        else:
            yield effect.at, "bot", f"says in the thread: {plain(message.text)}"

    def _whispered(self, whisper: Ephemeral) -> tuple[datetime, str, str]:
        name = self._slack.users[whisper.user].name
        return moment(whisper.ts), "bot", f"tells {name} alone: {plain(whisper.text)}"


def did(delivery: Delivery, now: datetime) -> Iterator[tuple[datetime, str, str]]:
    """What somebody typed or pressed."""
    at, payload = (delivery.attempts[0].at if delivery.attempts else now), delivery.payload
    if delivery.kind == "command":
        yield at, payload["user_name"], f"types in Slack: {payload['command']} {payload['text']}"
    elif delivery.type == "block_actions":
        yield at, payload["user"]["name"], f"presses “{payload['actions'][0]['text']['text']}” in Slack"


def moment(ts: str) -> datetime:
    """What Slack's name of a message says of when it was."""
    return datetime.fromtimestamp(float(ts), UTC)


def plain(text: str) -> str:
    """Without signs, and without what is for one person alone."""
    return SECRET.sub("…", unlinked(text)).replace("*", "").replace("\n", " ")
