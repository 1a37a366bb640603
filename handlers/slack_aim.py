"""What words to the bot in Slack are about: what they name, else the thread's run, else the channel's."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.application.ports import World
from bot.application.slack_channels import bound_to
from bot.domain.slack_heard import named_in
from bot.domain.slack_places import NotThere, Unnamed
from bot.records import Actor
from bot.slack_records import Place
from handlers.slack_conversation import Seen, is_pull_request, repository_of, seen, seen_by_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What words are about: a repository, and an issue or pull request and a run of it, if any is meant."""

    seen: Seen
    number: int = 0
    is_pull: bool = False
    run: str = ""


async def aim_of(words: str, run: str, channel: Place, by: Actor, world: World) -> Aim:
    """What the words name, else the run of the thread, else the channel's. Raises NotThere, Unnamed.

    A name that may be one by chance, and of nothing that they may read, is none.
    """
    named = named_in(words)
    for each in (*named.ids, *([run] if run else [])):
        aim = await _of_run(each, by, world)
        if aim is not None:
            return aim
    numbers = [each for each in named.numbers if each.repository]
    if numbers:
        found = await seen_by_name(numbers[0].repository, by, world)
        return await _at(found, numbers[0].number, world)
    found = await _repository(named.repositories, channel, by, world)
    return await _at(found, named.numbers[0].number, world) if named.numbers else Aim(seen=found)


async def _of_run(named: str, by: Actor, world: World) -> Aim | None:
    row = await world.integrations.get(named)
    if row is None:
        return None
    try:
        found = await seen(repository_of(row), by, world)
    except NotThere:
        return None
    pull = row["pull_request"]
    return Aim(seen=found, run=row["id"], number=pull or row["issue"], is_pull=pull is not None)


async def _at(found: Seen, number: int, world: World) -> Aim:
    is_pull = await is_pull_request(found.repository, number, world)
    return Aim(seen=found, number=number, is_pull=is_pull)


async def _repository(names: Sequence[str], channel: Place, by: Actor, world: World) -> Seen:
    for name in names:
        try:
            return await seen_by_name(name, by, world)
        except NotThere:
            continue
    bound = await bound_to(channel, world)
    if bound is not None:
        return await seen(bound.repository, by, world)
    raise NotThere if names else Unnamed("repository")
