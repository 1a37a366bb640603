"""Tests that fail are run again on the very same files, before anything comes of it: are they flaky?"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from bot.application.doubting import is_bent
from bot.application.ports import World
from bot.application.prompting import render
from bot.application.rerunning import Runs, repeated
from bot.application.setting_up import Place
from bot.application.trial import Tried, tried
from bot.domain import flaking
from bot.domain.fencing import fence, nonce_of
from bot.domain.integration import Integration
from bot.domain.reports import Failing
from bot.domain.secrecy import without_secrets
from bot.records import FileEdit


async def run_and_repeat(
    world: World, it: Integration, edits: Sequence[FileEdit], *, key: str
) -> tuple[Tried, Sequence[Sequence[Failing]]]:
    """The run that decides, and what failed in each before it on the very same change.

    Whose tests were weakened gets no second chance.
    """

    async def is_worth_it() -> bool:
        return not await is_bent(world, it, edits)

    runs = Runs(
        run=partial(tried, world, it, it.tests, edits=edits),
        of="change",
        most=flaking.reruns(it.test_reruns, seconds=world.rules.sandbox.seconds),
        may=is_worth_it,
        key=key,
    )
    return await repeated(world, it, runs)


async def run_before(
    world: World, it: Integration, command: Sequence[str], *, at: Place, again: int, key: str
) -> Tried:
    """The run that decides before anything is changed."""
    runs = Runs(
        run=partial(tried, world, it, command, at=at),
        of="base",
        most=flaking.reruns(again, seconds=world.rules.sandbox.seconds),
        key=key,
    )
    ran, _ = await repeated(world, it, runs)
    return ran


def repeated_shown(it: Integration, report: Mapping[str, Any]) -> str:
    """That they were run again and failed again, and what differed; nothing where they were run once."""
    if "unsteady" not in report:
        return ""
    names = without_secrets("\n".join(f"- {each}" for each in report["unsteady"]))
    shown = fence(names, "tests that failed in some runs only", nonce_of(it.id))
    return f"{render('repeated', unsteady=shown)}\n"
