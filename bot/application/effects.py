"""One outside effect, once: noted before it is tried, looked up where its outcome is in doubt."""

from collections.abc import Awaitable, Callable

from bot.application.ports import World
from bot.records import Repository

Find = Callable[[], Awaitable[str | None]]
Make = Callable[[], Awaitable[str]]


async def once(world: World, key: str, *, find: Find, make: Make) -> str:
    """The effect's result; made now, or made by an earlier try and found again."""
    intent = await world.effects.begin(key)
    if intent.result is not None:
        return intent.result
    result = None if intent.fresh else await find()
    if result is None:
        result = await make()
    await world.effects.finish(key, result=result)
    return result


async def say_once(
    world: World, repository: Repository, number: int, body: str, *, marker: str, effect: str
) -> int:
    """A comment on that issue or pull request; its marker, which is in the body, tells it again."""

    async def find() -> str | None:
        found = await world.comments.find(repository, number, marker=marker)
        return None if found is None else str(found)

    async def make() -> str:
        return str(await world.comments.create(repository, number, body=body))

    return int(await once(world, effect, find=find, make=make))
