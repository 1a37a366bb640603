"""Workflow: something said in Slack, once; in a thread in the order in which it was to be said."""

import hashlib
from dataclasses import dataclass
from typing import Final, Protocol

import structlog
from dbos import DBOS

from bot.application.slack_ports import SlackMessages
from bot.infrastructure.engine import step
from bot.records import Intent, Start, StepFailed
from bot.slack_records import Place, Posted, Said, Workspace

log = structlog.get_logger()

WORKFLOW: Final = "slack.say_v1"
NOT_SET_UP: Final = "slack_not_set_up"


class Letters(Protocol):
    """What is to be said, as the engine carries it."""

    def seal(self, said: Said, *, name: str) -> str: ...

    def open(self, letter: str, *, name: str) -> Said: ...


class Effects(Protocol):
    """What was intended outside, and what came of it."""

    async def begin(self, key: str) -> Intent: ...

    async def finish(self, key: str, *, result: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """What saying something needs; `messages` is None where no Slack app is set up."""

    letters: Letters
    effects: Effects
    messages: SlackMessages | None


def saying(letters: Letters, place: Place, said: Said, *, name: str, order: int) -> Start:
    """Say it there. The name is of this one saying: whoever says it again by that says nothing.

    `order` is the number of the fact that is told: of what is asked for in the same millisecond the engine
    takes up first whose id comes first.
    """
    workspace = place.workspace
    return Start(
        queue="notify",
        workflow=WORKFLOW,
        id=f"slack-{order:012}-{name}",
        args=(
            workspace.team,
            workspace.enterprise or "",
            place.channel,
            place.thread or "",
            name,
            letters.seal(said, name=name),
        ),
        partition=partition_of(place),
    )


def partition_of(place: Place) -> str:
    """One thing after the other within a thread, and outside of threads within a channel."""
    return f"slack:{place.workspace.team}:{place.channel}:{place.thread or ''}"


def marker_of(name: str) -> str:
    """What tells a message again, of the name of its saying; it says nothing to anybody else."""
    return f"said-{hashlib.sha256(name.encode()).hexdigest()[:40]}"


async def say_once(speaking: Speaking, place: Place, said: Said, *, name: str) -> Posted:
    """Where it stands; said now, or by an earlier try and found again. Raises StepFailed, Unavailable."""
    if speaking.messages is None:
        raise StepFailed(NOT_SET_UP)
    effect, marker = f"slack:{name}", marker_of(name)
    intent = await speaking.effects.begin(effect)
    if intent.result is not None:
        return _posted(intent.result)
    found = None if intent.fresh else await speaking.messages.find(place, marker=marker)
    posted = found or await speaking.messages.post(place, said, marker=marker)
    await speaking.effects.finish(effect, result=f"{posted.channel} {posted.ts}")
    return posted


def _posted(result: str) -> Posted:
    channel, _, ts = result.partition(" ")
    return Posted(channel=channel, ts=ts)


def register(speaking: Speaking) -> None:
    """Tell the engine of it; wiring calls this in every process."""

    async def say(place: Place, name: str, letter: str, *, key: str) -> str:
        said = speaking.letters.open(letter, name=name)
        return (await say_once(speaking, place, said, name=name)).ts

    @DBOS.workflow(name=WORKFLOW)
    async def slack_say_v1(
        team: str, enterprise: str, channel: str, thread: str, name: str, letter: str
    ) -> None:
        """Nobody's work fails because Slack does: what cannot be said is in the log."""
        workspace = Workspace(team=team, enterprise=enterprise or None)
        place = Place(workspace=workspace, channel=channel, thread=thread or None)
        try:
            await step(say, place, name, letter)
        except StepFailed as no:
            log.warning("slack_not_said", team=team, channel=channel, code=no.code, detail=no.detail)
