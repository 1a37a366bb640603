"""What the person whom a Slack account acts as may do in a repository: asked of GitHub, when it matters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.application.ports import World
from bot.application.rights import is_served
from bot.application.side_by_side import all_of
from bot.domain.policy import Permission, Role, holds, role_of
from bot.records import Actor, Repository, StepFailed

MOST_REPOSITORIES: Final = 20  # of one person, at a time: each is two questions to GitHub

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A repository as GitHub tells of it now, and what one person is to it."""

    repository: Repository
    page: str
    private: bool
    role: Role | None

    def may(self, needs: Permission) -> bool:
        """Whether they hold that right there."""
        return holds(self.role, needs)


async def seen_by(person: Actor | None, repository: Repository, world: World) -> Seen | None:
    """The repository as it is, and what this person is to it; nobody is nothing to it.

    None where it is out of reach or none of those that are served. Raises Unavailable.
    """
    try:
        about = await world.repositories.describe(repository)
        known = replace(repository, full_name=about.full_name, owner_id=about.owner_id)
        if not await is_served(known, world):
            return None
        role = None if person is None else role_of(await world.repositories.role_name(known, person))
    except StepFailed:
        return None
    return Seen(repository=known, page=about.page, private=about.private, role=role)


async def seen_of(person: Actor, rows: Iterable[Row], world: World) -> Mapping[int, Seen]:
    """Of the repositories of these rows those that the person may read, by number; the first twenty count."""
    there = {row["repository_id"]: row for row in rows}
    some = [repository_of(row) for row in list(there.values())[:MOST_REPOSITORIES]]
    found = await all_of(seen_by(person, each, world) for each in some)
    return {each.repository.id: each for each in found if each is not None and each.may(Permission.READ)}


def repository_of(row: Row) -> Repository:
    """The repository of a row."""
    return Repository(
        id=row["repository_id"], full_name=row["repository"], installation_id=row["installation_id"]
    )
