"""Merging exactly one head, by a method that the repository takes."""

from bot.application.ports import World
from bot.domain.integration import Integration
from bot.domain.merging import in_order
from bot.records import StepFailed


async def merge(it: Integration, number: int, world: World, *, head: str, message: str) -> str:
    """The commit that the base branch got. What a repository allows may change while people think it over:
    where the method that was chosen is not taken any more, another is. Raises StepFailed.
    """
    for method in in_order(it.merge_method):
        made = await world.pulls.merge(it.repository, number, head=head, method=method, message=message)
        if made is not None:
            return made
    raise StepFailed("merge_blocked", "no method of merging is allowed")
