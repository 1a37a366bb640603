"""Who may have what they ask for: asked of GitHub at the moment of the act, in this one place."""

from bot.application.asked import Anything
from bot.application.asked_fixes import OfFixes
from bot.application.asked_in_slack import BindChannel
from bot.application.ports import World
from bot.domain.policy import (
    NotAllowed,
    OwnerNotAllowed,
    Role,
    belongs,
    check_may,
    check_owned,
    check_owner,
    role_of,
)
from bot.records import Actor, Repository


async def belongs_here(person: Actor, repository: Repository, world: World, *, private: bool) -> bool:
    """Whether a served repository counts the person among its own, asked now. Raises Unavailable."""
    if not await is_served(repository, world):
        return False
    return belongs(await world.repositories.role_name(repository, person), private=private)


async def is_served(repository: Repository, world: World) -> bool:
    """Whether it belongs to an account that this bot serves."""
    try:
        await _check_served(repository, world)
    except OwnerNotAllowed:
        return False
    return True


async def _check_served(repository: Repository, world: World) -> None:
    """By name where the operator wrote names, and else by number: a name may be anybody's tomorrow."""
    if world.rules.owners:
        check_owner(repository.full_name, world.rules.owners)
    else:
        check_owned(repository, by=await world.repositories.app_owner())


async def check_right(asked: Anything | OfFixes | BindChannel, world: World) -> Role:
    """The asker's role, asked of GitHub now. Raises OwnerNotAllowed, NotAllowed, Unavailable."""
    await _check_served(asked.repository, world)
    role = role_of(await world.repositories.role_name(asked.repository, asked.by))
    check_may(role, asked.needs)
    if role is None:
        raise NotAllowed(role, asked.needs)
    return role
