"""GitHub: the App sees more repositories of an account now, or fewer."""

from collections.abc import Mapping
from typing import Any

from bot.application.reaching import look_at_repositories
from handlers.conversation import Context
from handlers.payloads import actor_of, repositories_of


async def changed(data: Mapping[str, Any], context: Context) -> None:
    """What is at work in one that it sees no more stops; what stopped before is brought to its end."""
    repositories = repositories_of(data, "repositories_added", "repositories_removed")
    by = actor_of(data["sender"])
    await look_at_repositories(repositories, by=by, key=context.key, world=context.world)
