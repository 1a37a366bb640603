"""The bot's own disk is full, or may not be written to, while code is checked out."""

import asyncio
import json
import resource
import shutil
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from bot.domain import events as e
from bot.infrastructure.resilience import POLICIES, Policy
from tests.contracts.remote import Origin, serving
from tests.faults.small_disk import SHOP, sources_at
from tests.story import Team
from tests.story.scripts import REPOSITORY

ROOT: Final = Path(__file__).parents[2]
DISK_BYTES: Final = 4 * 1024 * 1024
FILES: Final = {"README.md": b"# Shop\n", "word.txt": b"right\n"}


@pytest.fixture
async def origin(tmp_path: Path) -> AsyncIterator[Origin]:
    async with serving(tmp_path / "remote") as origin:
        yield origin


async def told(how: str, directory: Path, origin: Origin, commit: str, *mount: str) -> Any:
    """What came of it in a process that finds that disk there."""
    bubble = [shutil.which("bwrap") or "bwrap", "--dev-bind", "/", "/", *mount, "--"]
    words = [how, str(directory), origin.url, origin.token, commit]
    process = await asyncio.create_subprocess_exec(
        *bubble, sys.executable, "-m", "tests.faults.small_disk", *words, cwd=ROOT, stdout=PIPE
    )
    said, _ = await process.communicate()
    return json.loads(said.decode().splitlines()[-1])


async def test_f09_on_a_full_disk_nothing_is_checked_out_by_halves(origin: Origin, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    disk = ("--size", str(DISK_BYTES), "--tmpfs", str(place))

    assert await told("small", place, origin, origin.commit(FILES), *disk) == {
        "no room": ["disk_full"],
        "then": "7 6",
        "too little": "disk_full",
        "at last": "7 524288 6",
        "circuit": "closed",
        "left behind": 0,
    }


async def test_f10_on_a_disk_that_may_not_be_written_to_nothing_is_checked_out(
    origin: Origin, tmp_path: Path
) -> None:
    commit, place = origin.commit(FILES), tmp_path / "shut"
    before = sources_at(place, Policy("git", **POLICIES["git"]), url=origin.url, token=origin.token)
    async with before.working_copy(SHOP, commit, ()):
        pass

    came = await told("shut", place, origin, commit, "--ro-bind", str(place), str(place))

    assert came == {"copy": "disk_failing", "circuit": "closed"}


LARGE: Final = 48 * 1024 * 1024


@contextmanager
def no_room_for(size: int) -> Iterator[None]:
    """No file of this process may become as large."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("files", [{**REPOSITORY, "large.txt": "x" * LARGE}])
async def test_f09_a_run_that_has_no_room_says_so_and_goes_on_once_there_is(team: Team) -> None:
    with no_room_for(LARGE):
        issue = await team.asks()
        await team.bot.has_noted("HeldUp")
        await team.is_told("has no room left", on=issue, times=1)
        await team.viewer.comments("/claude why", on=issue)
        await team.is_told("has no room left", on=issue, times=2)

    assert (await team.bot.has_a_pull_request(on=issue)).is_open
    facts = await team.bot.facts()
    assert facts.index(e.HeldUp.__name__) < facts.index(e.RequestValidated.__name__)
