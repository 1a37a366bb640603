"""Whoever asks for something while a configuration is broken is told so, once."""

from bot.application import configuration_words as words
from bot.application.effects import say_once
from bot.application.in_force import InForce
from bot.application.ports import World
from bot.domain.integration import Integration


async def tell_of_what_is_broken(it: Integration, found: InForce, world: World) -> None:
    """That an earlier version of a file counts, and what cannot be read; nothing where all is well."""
    if not found.broken and not found.unread:
        return
    marker = words.told_marker(it.id)
    body = f"{marker}\n{words.told_at_the_start(it.requested_by.login, found)}"
    effect = f"configuration told:{it.id}"
    await say_once(world, it.repository, it.issue, body, marker=marker, effect=effect)
