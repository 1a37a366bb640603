"""Whether what is at work can still reach its repository: looked at when GitHub tells of a change."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from bot.application.ports import World
from bot.application.recording import Decide, amend
from bot.domain import reaching
from bot.domain.reaching import AT_WORK, OUT_OF_REACH
from bot.domain.states import State
from bot.records import Actor, Repository, StepFailed

Row = Mapping[str, Any]
Place = Callable[[Row], Repository | None]

STATES: Final = (*AT_WORK, State.ACTIVE)


async def look_at_installation(installation: int, *, by: Actor, key: str, world: World) -> None:
    """Everything that is seen through it."""

    def place(row: Row) -> Repository | None:
        return _of(row) if row["installation_id"] == installation else None

    await _look(place, by=by, key=key, world=world)


async def look_at_repositories(
    repositories: Iterable[Repository], *, by: Actor, key: str, world: World
) -> None:
    """Everything that is about one of them, as the word of them says that they are seen now."""
    named = {each.id: each for each in repositories}
    await _look(lambda row: named.get(row["repository_id"]), by=by, key=key, world=world)


async def look_at_one(integration_id: str, at: Repository, *, by: Actor, key: str, world: World) -> None:
    """Somebody speaks to it from where it was not known to be."""
    await amend(world, integration_id, await _asked(at, by, world), key=key)


async def _look(place: Place, *, by: Actor, key: str, world: World) -> None:
    """GitHub itself is asked, once for each place: the word of it may come late, or out of order."""
    found: dict[Repository, Decide] = {}
    for row in await _of_concern(world):
        at = place(row)
        if at is None:
            continue
        if at not in found:
            found[at] = await _asked(at, by, world)
        await amend(world, row["id"], found[at], key=f"{key}:{row['id']}")


async def _asked(at: Repository, by: Actor, world: World) -> Decide:
    try:
        about = await world.repositories.seen(at)
    except StepFailed as no:
        code = no.code
        return lambda it: reaching.lose(it, at, code, by=by)
    now = Repository(id=at.id, full_name=about.full_name, installation_id=at.installation_id)
    return lambda it: reaching.find(it, now, archived=about.archived, by=by)


async def _of_concern(world: World) -> list[Row]:
    """What is at work, runs, or failed for being out of reach."""
    find = world.integrations.find
    rows = [row for state in STATES for row in await find(state=str(state))]
    return rows + [row for code in OUT_OF_REACH for row in await find(reason=code)]


def _of(row: Row) -> Repository:
    return Repository(
        id=row["repository_id"], full_name=row["repository"], installation_id=row["installation_id"]
    )
