"""Somebody from outside, and what they open from their fork."""

from collections.abc import Mapping
from typing import Final

from tests.story.places import PullRequest
from tests.story.reviews import CHANGED
from tests.story.team import Person, Team

OUTSIDER: Final = "outsider"
FORK: Final = f"{OUTSIDER}/shop"
BRANCH: Final = "count"


def outsider(team: Team) -> Person:
    """Anybody with an account: they may read what is public."""
    team.github.world.person(OUTSIDER)
    return Person(login=OUTSIDER, world=team.github.world)


async def has_a_fork(team: Team) -> Person:
    """Somebody forks what is public."""
    world, somebody = team.github.world, outsider(team)
    await world.publicize_repository("admin", "acme/shop")
    await world.fork(OUTSIDER, "acme/shop")
    return somebody


async def opens_from_fork(
    team: Team, files: Mapping[str, str | bytes | None] | None = None, *, branch: str = BRANCH
) -> PullRequest:
    """They push to a branch of their fork, and open a pull request from it."""
    world = team.github.world
    await world.push(OUTSIDER, FORK, files or {"count.py": CHANGED}, branch=branch)
    number = await world.open_pull(
        OUTSIDER,
        "acme/shop",
        head=f"{OUTSIDER}:{branch}",
        title="Count paid invoices",
        body="Only these matter.",
    )
    return team.github.pull(number)


async def pushes_to_fork(team: Team, files: Mapping[str, str | bytes | None], *, branch: str = BRANCH) -> str:
    """They push again; the new commit."""
    return await team.github.world.push(OUTSIDER, FORK, files, branch=branch)
