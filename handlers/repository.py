"""GitHub: a repository was renamed, transferred, archived or deleted, or is written to again."""

from collections.abc import Mapping
from typing import Any

from bot.application.reaching import look_at_repositories
from handlers.conversation import Context
from handlers.payloads import actor_of, repository_of


async def changed(data: Mapping[str, Any], context: Context) -> None:
    """What is at work in it goes on under its new name, or stops."""
    repositories, by = [repository_of(data)], actor_of(data["sender"])
    await look_at_repositories(repositories, by=by, key=context.key, world=context.world)
