"""Where the model's tools work for an integration."""

from collections.abc import Sequence
from functools import partial

from bot.application.ports import World
from bot.application.setting_up import furnished, place_of, withheld
from bot.application.trial import Tried, tried
from bot.application.workbench import Workbench
from bot.domain.integration import Integration
from bot.records import FileEdit, SandboxLimits


def bench_of(world: World, it: Integration) -> Workbench:
    """Where the tools of this integration work."""
    return Workbench(
        repository=it.repository,
        commit=it.base_commit,
        sources=world.sources,
        sandbox=world.sandbox,
        limits=world.rules.sandbox,
        not_secret=it.not_secret,
        furnish=partial(furnished, world, place_of(it)),
        does_without=it.tester == "checks",
        withheld=partial(withheld, world, place_of(it)),
        tests=partial(_tests, world, it) if runs_tests(it) else None,
    )


def runs_tests(it: Integration) -> bool:
    """Whether the repository's tests are run here, and not by its own checks alone."""
    return it.tester != "checks" and bool(it.tests)


async def _tests(world: World, it: Integration, edits: Sequence[FileEdit], limits: SandboxLimits) -> Tried:
    return await tried(world, it, it.tests, edits=edits, limits=limits)
