"""Which command runs the repository's tests: the one that is configured, or what its files tell."""

from collections.abc import Mapping
from typing import Final

from bot.application.configuration import Configuration, setup_of
from bot.application.ports import World
from bot.domain.suites import TELLING_FILES, detect
from bot.records import Repository, StepFailed, TreeEntry

LARGEST_SUITE_FILE: Final = 200_000


async def command_of(
    repository: Repository,
    world: World,
    commit: str,
    listing: Mapping[str, TreeEntry],
    configuration: Configuration,
) -> list[str]:
    """Its words; none where none are known and others' checks decide. Raises StepFailed("no_tests")."""
    if configuration.command:
        return list(configuration.command)
    telling = [path for path in TELLING_FILES if path in listing]
    texts = {path: await _text(repository, world, commit, path) for path in telling}
    setup = setup_of(configuration, detects=bool(world.rules.setup_hosts))
    found = detect(list(listing), texts, installs=setup.is_detected)
    if not found and configuration.tester == "sandbox":
        raise StepFailed("no_tests")
    return list(found or ())


async def _text(repository: Repository, world: World, commit: str, path: str) -> str:
    content = await world.sources.read(repository, commit, path) or b""
    return content[:LARGEST_SUITE_FILE].decode(errors="replace")
