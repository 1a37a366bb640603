"""One outside effect, once: noted before it is tried, looked up where its outcome is in doubt."""

from collections.abc import Awaitable, Callable

from bot.application.ports import World
from bot.records import Repository

Find = Callable[[], Awaitable[str | None]]
Make = Callable[[], Awaitable[str]]


async def nowhere() -> str | None:
    """What was never tried is not looked for."""
    return None


async def once(world: World, key: str, *, find: Find, make: Make, first: Find = nowhere) -> str:
    """The effect's result; made now, or made by an earlier try and found again.

    `first` looks for it where no try of it is known: one that must not be made twice may have been made
    all the same, since which this database was set back to a backup.
    """
    intent = await world.effects.begin(key)
    if intent.result is not None:
        return intent.result
    result = await (first if intent.fresh else find)()
    if result is None:
        result = await make()
    await world.effects.finish(key, result=result)
    return result


async def say_once(  # noqa: PLR0913  where, what, and how it is told again
    world: World,
    repository: Repository,
    number: int,
    body: str,
    *,
    marker: str,
    effect: str,
    looks_first: bool = False,
) -> int:
    """A comment on that issue or pull request; its marker, which is in the body, tells it again."""

    async def find() -> str | None:
        found = await world.comments.find(repository, number, marker=marker)
        return None if found is None else str(found)

    async def make() -> str:
        return str(await world.comments.create(repository, number, body=body))

    first = find if looks_first else nowhere
    return int(await once(world, effect, find=find, make=make, first=first))
