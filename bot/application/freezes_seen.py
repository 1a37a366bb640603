"""Freezes for whoever asks by REST: those that hold for what they may read, and which of them is meant."""

import asyncio
from dataclasses import replace
from typing import Final

from bot.api_records import Caller
from bot.application import freezing
from bot.application.asked import Unfreeze
from bot.application.belonging import Belonging
from bot.application.frozen import freezes
from bot.application.ports import World
from bot.application.reading import NotFound
from bot.domain.freezing import EVERYTHING, Freeze, OnlyOperator, Scope
from bot.records import Repository

DOOR: Final = "api"
LEVELS: Final = {"repo": "repository", "org": "owner"}


def id_of(scope: Scope) -> str:
    """What a freeze is called: there is one of a scope at a time."""
    if scope == EVERYTHING:
        return "everything"
    return f"{'operator-' if scope.by_operator else ''}{LEVELS[scope.level]}-{scope.id}"


async def seen(belonging: Belonging, world: World, caller: Caller) -> list[Freeze]:
    """Those in force that the caller is told of, widest first. Raises Unavailable."""
    known = await freezes(world)
    told = await asyncio.gather(*(_is_told(freeze, belonging, caller) for freeze in known))
    return [freeze for freeze, is_told in zip(known, told, strict=True) if is_told]


async def lift(freeze_id: str, belonging: Belonging, world: World, caller: Caller, *, key: str) -> None:
    """Lift it, as `unfreeze` does. Raises NotFound, Denied, StepFailed, Unavailable."""
    there = await seen(belonging, world, caller)
    meant = next((freeze for freeze in there if id_of(freeze.scope) == freeze_id), None)
    if meant is None:
        raise NotFound
    if meant.scope.by_operator:
        raise OnlyOperator("unfreeze")
    repository = await _in(meant.scope, belonging, world, caller)
    asked = Unfreeze(by=caller.person, repository=repository, level=meant.scope.level)
    await freezing.unfreeze(asked, key=key, door=DOOR, world=world)


async def _is_told(freeze: Freeze, belonging: Belonging, caller: Caller) -> bool:
    scope = freeze.scope
    if scope == EVERYTHING:
        return await belonging.anywhere(caller) is not None
    if scope.installation != caller.installation_id:
        return False
    if scope.level == "repo":
        return await belonging.reading.may_read(caller, _of(scope))
    return await belonging.anywhere(caller) is not None


async def _in(scope: Scope, belonging: Belonging, world: World, caller: Caller) -> Repository:
    """A repository in it, in which the right is asked: an account has no repository that its owners lack."""
    if scope.level == "repo":
        now = await world.repositories.describe(_of(scope))
        return replace(_of(scope), full_name=now.full_name, owner_id=now.owner_id)
    found = await belonging.anywhere(caller)
    if found is None:
        raise NotFound
    return found


def _of(scope: Scope) -> Repository:
    return Repository(id=scope.id, full_name=scope.name, installation_id=scope.installation)
