"""GitHub: somebody came into a repository, an organisation or a team, or left it, or may do otherwise."""

from collections.abc import Mapping
from typing import Any

from bot.application.access import note_access
from handlers.conversation import Context, Handler
from handlers.payloads import actor_of


def changed(kind: str) -> Handler:
    """What is remembered of people's rights in the installation counts no more."""

    async def heard(data: Mapping[str, Any], context: Context) -> None:
        by, installation_id = actor_of(data["sender"]), int(data["installation"]["id"])
        await note_access(context.world, installation_id, kind, by=by, key=context.key)

    return heard
