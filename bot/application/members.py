"""The people of an installation whom the bot has seen there, and what they are in its repositories.

A member is who asked for something there, or has had a key for it. Whom GitHub lists beside them the bot
neither needs nor asks for.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from bot.api_records import Seen
from bot.application.ports import Clock, Kept
from bot.application.reading import RoleName
from bot.application.slack_linking import all_links
from bot.domain.policy import Role, role_of
from bot.records import Actor, Repository, StepFailed
from bot.slack_link_records import Link

MOST_REPOSITORIES: Final = 10  # each, for each person, is a question to GitHub


class People(Protocol):
    """Whom the bot has seen."""

    async def people(self, installation_id: int, *, now: datetime, after: int, most: int) -> list[Seen]: ...

    async def repositories(self, installation_id: int, *, most: int) -> list[Repository]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person, how many keys of theirs count, and what they are where; None is nothing that we know. `slack`
    are the accounts there that act as them.
    """

    person: Actor
    key_count: int
    roles: Sequence[tuple[Repository, Role | None]]
    slack: Sequence[Link] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Who is there; whoever asks may know it."""

    people: People
    clock: Clock
    role_name: RoleName
    kept: Kept

    async def page(self, installation_id: int, *, after: int, most: int) -> tuple[list[Member], bool]:
        """So many, by their number, and whether there are more; what they are in the repositories in which
        something was asked for last. Raises Unavailable.
        """
        repositories = await self.people.repositories(installation_id, most=MOST_REPOSITORIES)
        links = await all_links(self.kept)
        found = await self.people.people(installation_id, now=self.clock.now(), after=after, most=most + 1)
        return [await self._member(each, repositories, links) for each in found[:most]], len(found) > most

    async def _member(self, seen: Seen, repositories: Sequence[Repository], links: Sequence[Link]) -> Member:
        roles = await asyncio.gather(*(self._role(each, seen.person) for each in repositories))
        return Member(
            person=seen.person,
            key_count=seen.key_count,
            roles=[*zip(repositories, roles, strict=True)],
            slack=[link for link in links if link.person == seen.person],
        )

    async def _role(self, repository: Repository, person: Actor) -> Role | None:
        with suppress(StepFailed):  # what GitHub will not say is a no
            return role_of(await self.role_name(repository, person))
        return None
