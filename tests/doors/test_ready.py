"""Whether it is ready, asked of a process that lacks a program."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.doors import open_bot
from bot.instruments import Instruments
from bot.services import chosen
from bot.settings import Settings
from tests.doors.running import running
from tests.story.running import Bot


def with_programs(directory: Path, *names: str) -> str:
    """A PATH on which there are these programs and no others."""
    directory.mkdir()
    for name in names:
        (directory / name).symlink_to(str(shutil.which(name)))
    return str(directory)


async def readiness(port: int) -> tuple[int, Mapping[str, Any]]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/readyz") as answer,
    ):
        return answer.status, await answer.json()


@pytest.mark.parametrize("programs", [[], ["git"], ["git", "rm", "chmod"]])
async def test_sb_06_without_its_sandbox_it_is_not_ready_and_says_why(
    bot: Bot, tmp_path: Path, programs: list[str]
) -> None:
    environment = {**bot.environment, "PATH": with_programs(tmp_path / "bin", *programs)}

    async with running(environment, cwd=tmp_path) as port:
        status, health = await readiness(port)

    assert status == 503
    assert (health["ready"], health["database"], health["sandbox"]) == (False, "ok", "sandbox_unavailable")


async def test_a_process_that_runs_nothing_needs_no_sandbox(bot: Bot) -> None:
    settings = Settings.read({**bot.environment, "PORT": "0"})
    doors = chosen(["integrations", "notifications"])

    async with open_bot(settings, doors, instruments=Instruments()) as (_, port):
        status, health = await readiness(port)

    assert (status, health["ready"], "sandbox" in health) == (200, True, False)


async def test_a_working_copy_goes_although_path_leads_nowhere(bot: Bot, tmp_path: Path) -> None:
    environment = {**bot.environment, "PATH": with_programs(tmp_path / "bin", "bwrap")}

    async with running(environment, cwd=tmp_path) as port:
        _, health = await readiness(port)

    assert health["sandbox"] in {"ok", "timeout"}  # on a busy machine the trial takes longer than a probe may
