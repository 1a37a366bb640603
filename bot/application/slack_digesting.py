"""Workflow: every ten minutes, what was held over is told where the quiet is over, and digests are sent."""

from datetime import datetime, timedelta
from typing import Any, Final

from dbos import DBOS

from bot.application import slack_notice_words as words
from bot.application.ports import World
from bot.application.recording import append_beside
from bot.application.slack_home import home_of
from bot.application.slack_home_words import run
from bot.application.slack_noticing import Noticing, flat, heard, quietly, say, told, user_of
from bot.application.slack_wishing import local, wishes_of
from bot.domain import slack_notifying as rules
from bot.infrastructure.engine import Schedule, step
from bot.slack_link_records import SlackUser

EVERY_TEN_MINUTES: Final = "30 */10 * * * *"
WORKFLOW: Final = "slack.due_v1"
MOST_AT_ONCE: Final = 20  # notices in one message
SINCE: Final = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}


async def waiting(world: World, *, key: str) -> list[list[str]]:
    """For whom something was held, and whose quiet is over."""
    users = rules.are_held(await world.log.newest(rules.WAITING))
    return [flat(user) for user in users if not await _is_quiet(user, world)]


async def _is_quiet(user: SlackUser, world: World) -> bool:
    wishes = await wishes_of(user, world)
    return wishes.is_quiet(local(world.clock.now(), wishes.zone))


async def tell_held(noticing: Noticing, user: SlackUser, *, key: str) -> None:
    """All of it in one message; what is over by now is told no more."""
    world, stream = noticing.world, rules.held_of(user)
    past = await world.log.read(stream)
    held = rules.held_in(past)
    texts = [await told(user, each, world) for each in held[-MOST_AT_ONCE:]]
    there = [text for text in texts if text is not None]
    upto = len(past)
    if there:
        name = f"held:{user.place}:{upto}"
        await say(noticing, user, words.gathered(words.WHILE_QUIET, there), name=name)
    own = f"slack-told:{user.place}:{upto}"
    await append_beside(world, stream, rules.told(user, upto=upto), key=own, meta={"key": own})


async def due(world: World, *, key: str) -> list[list[str]]:
    """Who is to be sent a digest, and of which day; each day once."""
    found = []
    for fact in await world.log.newest(rules.SETTINGS):
        user, wishes = rules.user_in(fact), rules.wishes_of(fact)
        day = wishes.digest_of(local(world.clock.now(), wishes.zone))
        if day is not None and await world.notes.get(_noted(user)) != day:
            found.append([*flat(user), day])
    return found


async def send(noticing: Noticing, user: SlackUser, day: str, *, key: str) -> None:
    """What waits for them, and which of their runs have moved; nothing where there is neither."""
    world = noticing.world
    wishes = await wishes_of(user, world)
    if await heard(user, world) is not None and wishes.digest != "none":
        home = await home_of(user, world)
        since = world.clock.now() - SINCE[wishes.digest]
        moved = [each for each in home.runs if datetime.fromisoformat(each[0]["updated_at"]) >= since]
        if home.waiting or moved:
            text = words.digest([run(*each) for each in home.waiting], [run(*each) for each in moved])
            await say(noticing, user, text, name=f"digest:{user.place}:{day}")
    await world.notes.put(_noted(user), day)


def _noted(user: SlackUser) -> str:
    """The note of the day of the newest digest."""
    return f"slack-digest:{user.place}"


def register(noticing: Noticing) -> list[Schedule]:
    """Tell the engine of it; wiring calls this before launch, in every process."""
    world = noticing.world

    @DBOS.workflow(name=WORKFLOW)
    async def slack_due_v1(_planned: Any, _context: Any) -> None:
        """Each by themselves: whom Slack does not reach keeps nobody else from being told."""
        for who in await step(waiting, world):
            await quietly(step(tell_held, noticing, user_of(*who), unforeseen="internal"))
        for *who, day in await step(due, world):
            await quietly(step(send, noticing, user_of(*who), day, unforeseen="internal"))

    return [Schedule(name="slack_due", cron=EVERY_TEN_MINUTES, workflow=slack_due_v1)]
