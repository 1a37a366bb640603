"""Whose text the model reads that may not write to the repository: asked of GitHub when it is surveyed."""

import json
from typing import Final

from bot.application.ports import World
from bot.application.texts import load_text
from bot.domain.integration import Integration
from bot.domain.policy import Permission, holds, role_of
from bot.records import Actor

NOBODY: Final = "ghost"  # as GitHub calls whoever's account was deleted


async def outsiders_of(it: Integration, world: World) -> list[str]:
    """Whoever wrote the issue that the model reads and may not write here, by name: asked of GitHub now."""
    kept = json.loads(await load_text(world, it, it.request))
    if "issue_author" not in kept or not (kept["issue_title"] or kept["issue_body"]):
        return []  # an older version did not keep it
    if kept["issue_author"] is None:
        return [NOBODY]
    author = Actor(id=kept["issue_author"][0], login=kept["issue_author"][1])
    if author.id == it.requested_by.id:
        return []
    role = role_of(await world.repositories.role_name(it.repository, author))
    return [] if holds(role, Permission.WRITE) else [author.login]
