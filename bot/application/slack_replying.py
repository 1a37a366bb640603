"""One message of the bot's in Slack, said once; then edited in place, where it says something else."""

import hashlib
import json
from collections.abc import Sequence
from typing import Final

import structlog

from bot.application import slack_talk_words, slack_whispering
from bot.application.effects import once
from bot.application.ports import World
from bot.application.slack_hearing import Slack
from bot.application.slack_saying import marker_of
from bot.domain import slack_blocks as kit
from bot.domain.slack_text import folded
from bot.records import StepFailed
from bot.slack_records import Place, Posted, Said

log = structlog.get_logger()

LONGEST: Final = 8_000
SHORT: Final = 500
TOO_LONG: Final = ("slack_msg_too_long", "slack_msg_blocks_too_long", "slack_invalid_blocks")


async def say_once(place: Place, said: Said, slack: Slack, world: World, *, name: str) -> Posted:
    """Where it stands; said now, or by an earlier try and found again. Raises StepFailed, Unavailable."""
    posted, _ = await _stands(place, said, slack, world, name=name)
    return posted


async def stands(place: Place, said: Said, slack: Slack, world: World, *, name: str, note: str) -> Posted:
    """The message of this name says this now; `note` is where it is noted what it shows."""
    shown = _digest(said)
    posted, is_new = await _stands(place, said, slack, world, name=name)
    if is_new:
        await world.notes.put(note, shown)
    if await world.notes.get(note) != shown:
        await slack.messages.update(place.workspace, posted, said, marker=marker_of(name))
        await world.notes.put(note, shown)
    return posted


async def stands_fitting(
    place: Place, sizes: Sequence[Said], slack: Slack, world: World, *, name: str
) -> Posted:
    """The same with the first of these that Slack takes. Raises StepFailed, Unavailable."""
    *first, last = sizes
    note = f"slack-shown:{name}"
    for said in first:
        try:
            return await stands(place, said, slack, world, name=name, note=note)
        except StepFailed as no:
            if no.code not in TOO_LONG:
                raise
            log.warning("slack_told_in_short", code=no.code, detail=no.detail)
    return await stands(place, last, slack, world, name=name, note=note)


async def _stands(place: Place, said: Said, slack: Slack, world: World, *, name: str) -> tuple[Posted, bool]:
    """Where it stands, and whether it was said just now."""
    marker, made = marker_of(name), False

    async def find() -> str | None:
        found = await slack.messages.find(place, marker=marker)
        return None if found is None else _result(found)

    async def make() -> str:
        nonlocal made
        result = _result(await slack.messages.post(place, said, marker=marker))
        made = True
        return result

    result = await once(world, f"slack:{name}", find=find, make=make)
    return _posted(result), made


def _digest(said: Said) -> str:
    return hashlib.sha256(json.dumps([said.text, list(said.blocks)]).encode()).hexdigest()


def _result(posted: Posted) -> str:
    return f"{posted.channel} {posted.ts}"


def _posted(result: str) -> Posted:
    channel, _, ts = result.partition(" ")
    return Posted(channel=channel, ts=ts)


def fitted(said: Said) -> tuple[Said, Said]:
    """As it is said, and in short for where Slack takes no more."""
    text = folded(said.text, LONGEST)
    blocks = said.blocks or kit.message(kit.sections(text), more=slack_talk_words.MORE)
    short = folded(said.text, SHORT)
    return Said(text=short, blocks=blocks), Said(text=short, blocks=kit.sections(short))


def below(above: Said, said: Said) -> Said:
    """The two as one."""
    if not (above.text and said.text):
        return said if said.text else above
    blocks = [*(above.blocks or kit.sections(above.text)), *(said.blocks or kit.sections(said.text))]
    is_laid_out = above.blocks or said.blocks
    return Said(text=f"{above.text}\n\n{said.text}", blocks=blocks if is_laid_out else ())


async def answer(place: Place, said: Said, slack: Slack, world: World, *, name: str) -> bool:
    """It stands there, in place of what stood there by this name; whether it does. Raises Unavailable."""
    try:
        await stands_fitting(place, fitted(said), slack, world, name=name)
    except StepFailed as no:
        log.warning("slack_answer_lost", code=no.code)
        return False
    return True


async def whisper(place: Place, user: str, said: Said, slack: Slack, world: World, *, name: str) -> None:
    """To one person alone, once as far as that is known; what cannot be said there is in the log."""
    intent = await world.effects.begin(f"slack-whisper:{name}")
    if intent.result is not None:
        return
    try:
        await slack_whispering.whisper(place, user, said, slack, marker=marker_of(f"whisper:{name}"))
    except StepFailed as no:
        log.warning("slack_answer_lost", code=no.code)
    await world.effects.finish(f"slack-whisper:{name}", result="said")
