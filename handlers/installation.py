"""GitHub: the App was installed, suspended, uninstalled, or may go on."""

from collections.abc import Mapping
from typing import Any

from bot.application.reaching import look_at_installation, look_at_repositories
from handlers.conversation import Context
from handlers.payloads import actor_of, repositories_of


async def changed(data: Mapping[str, Any], context: Context) -> None:
    """What is at work in that account stops, or what stopped before is brought to its end."""
    number, by = data["installation"]["id"], actor_of(data["sender"])
    await look_at_installation(number, by=by, key=context.key, world=context.world)


async def created(data: Mapping[str, Any], context: Context) -> None:
    """It has another number than the one before: what was at work finds its repository by that one's."""
    repositories, by = repositories_of(data, "repositories"), actor_of(data["sender"])
    await look_at_repositories(repositories, by=by, key=context.key, world=context.world)
