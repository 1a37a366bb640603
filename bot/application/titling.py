"""A title that a person gave, on the open pull request: once for each title and each description."""

from collections.abc import Sequence
from typing import Final

from bot.application import tester_words as words
from bot.application.effects import once
from bot.application.ports import World
from bot.application.steps import own_title
from bot.domain.freezing import Freeze
from bot.domain.integration import Integration
from bot.domain.states import State

OPEN_IN: Final = (State.GENERATING, State.TESTING, State.REVIEWING, State.DEPLOYING)


async def show_title(it: Integration, freezes: Sequence[Freeze], world: World) -> None:
    """What GitHub shows already is left so; what a person writes there afterwards is theirs."""
    number = it.pull_request
    if number is None or not it.title or freezes or not _is_open(it):
        return
    title = _in_full(it)

    async def find() -> str | None:
        shown = await world.pulls.get(it.repository, number)
        return title if shown.title == title or shown.state == "closed" else None

    async def make() -> str:
        await world.pulls.retitle(it.repository, number, title=title)
        return title

    await once(world, f"title:{it.name}:{it.titles}:{it.described}", find=find, make=make, first=find)


def _is_open(it: Integration) -> bool:
    is_stopped = it.cancelled is not None or it.rejected_by is not None
    return it.state in OPEN_IN and not it.merged and not is_stopped


def _in_full(it: Integration) -> str:
    """While its own checks judge it, it says so where there are no drafts."""
    is_judged = it.tester == "checks" and it.state is State.TESTING
    title = own_title(it)
    return words.under_way_title(title, is_draft=it.is_draft) if is_judged else title
