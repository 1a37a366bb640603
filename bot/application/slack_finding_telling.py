"""The workflow that tells whoever wrote a pull request what a review fails it for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dbos import DBOS

from bot.application import slack_notice_words as words
from bot.application.ports import World
from bot.application.slack_findings import WORKFLOW
from bot.application.slack_linking import all_links
from bot.application.slack_noticing import Noticing, flat, heard, quietly, say, user_of
from bot.application.slack_rights import seen_by
from bot.application.slack_wishing import local, wishes_of
from bot.domain.policy import Permission
from bot.infrastructure.engine import step
from bot.records import Repository

LOOK_AGAIN_SECONDS: Final = 600.0


async def authors(world: World, author: int, *, key: str) -> list[list[str]]:
    """The Slack accounts that act as them."""
    return [flat(link.user) for link in await all_links(world) if link.person.id == author]


async def is_quiet(world: World, who: Sequence[str], *, key: str) -> bool:
    """Whether nothing is to reach them now."""
    wishes = await wishes_of(user_of(*who), world)
    return wishes.is_quiet(local(world.clock.now(), wishes.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A pull request that a review fails, for so many findings that are new."""

    repository: Repository
    number: int
    count: int


async def tell(noticing: Noticing, who: Sequence[str], it: Failed, name: str, *, key: str) -> None:
    """By their way; nothing of a repository that they may not read any more."""
    user, world = user_of(*who), noticing.world
    way, link = (await wishes_of(user, world)).way("finding", it.repository.id), await heard(user, world)
    seen = None if link is None else await seen_by(link.person, it.repository, world)
    if way == "none" or seen is None or not seen.may(Permission.READ):
        return
    text = words.finding(seen.repository.full_name, it.number, seen.page, it.count)
    await say(noticing, user, text, name=f"{name}:{user.place}", way=way, repository=seen.repository)


def register(noticing: Noticing) -> None:
    """Tell the engine of it; wiring calls this in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def slack_finding_v1(
        author: int, repository: int, full_name: str, installation: int, number: int, count: int
    ) -> None:
        """Once for each commit, after their quiet hours."""
        there = Repository(id=repository, full_name=full_name, installation_id=installation)
        it, name = Failed(repository=there, number=number, count=count), str(DBOS.workflow_id)
        for who in await step(authors, noticing.world, author):
            while await step(is_quiet, noticing.world, who):
                await DBOS.sleep_async(LOOK_AGAIN_SECONDS)
            await quietly(step(tell, noticing, who, it, name, unforeseen="internal"))
