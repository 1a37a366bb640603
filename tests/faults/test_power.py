"""What a power cut leaves: of each file what was last synced, and nothing else. And a disk with errors."""

import asyncio
import shutil
import socket
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Final

from bot.infrastructure.database import Database
from bot.infrastructure.inbox import Inbox
from bot.infrastructure.observing import Nobody
from tests.contracts.by_hand import column
from tests.contracts.test_inbox import comment, is_wanted
from tests.faults.kernel import watch

ROOT: Final = Path(__file__).parents[2]
KEYS: Final = "SELECT key FROM deliveries ORDER BY key"


@asynccontextmanager
async def running(path: Path, how: str, door: socket.socket | None = None) -> AsyncIterator[Process]:
    passed = [] if door is None else [door.fileno()]
    words = [sys.executable, "-m", "tests.faults.kept", str(path), how, *map(str, passed)]
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdin=PIPE, stdout=PIPE, pass_fds=passed)
    if door is not None:
        door.close()
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def keeps(process: Process, number: int) -> str:
    """What it says of this delivery."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{number}\n".encode())
    return (await process.stdout.readline()).decode().strip()


def keys_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [key for (key,) in connection.execute(KEYS)]


class Platters:
    """What of the files in a directory has reached the disk."""

    def __init__(self, directory: Path, shadow: Path) -> None:
        self.directory, self.shadow, self.syncs = directory, shadow, 0
        shadow.mkdir()

    def sync(self, process: int, descriptor: int) -> None:
        """This file reaches the disk as it is now; or that files of this directory are gone."""
        file = Path(f"/proc/{process}/fd/{descriptor}")
        name = file.readlink()
        if name == self.directory:
            for gone in {each.name for each in self.shadow.iterdir()} - {
                each.name for each in name.iterdir()
            }:
                (self.shadow / gone).unlink()
        if name.parent == self.directory and name.is_file():
            self.syncs += 1
            shutil.copyfile(file, self.shadow / name.name)

    def cut(self, to: Path) -> Path:
        """The directory as it is found after the power has come back."""
        return Path(shutil.copytree(self.shadow, to))


@asynccontextmanager
async def watched(tmp_path: Path, how: str) -> AsyncIterator[tuple[Process, Platters]]:
    (place := tmp_path / "place").mkdir()
    platters = Platters(place, tmp_path / "platters")
    ours, theirs = socket.socketpair()
    with ours:
        async with asyncio.TaskGroup() as group, running(place / "bot.db", how, theirs) as process:
            group.create_task(asyncio.to_thread(watch, ours, platters.sync))
            yield process, platters


async def test_f05_what_was_acknowledged_is_there_after_a_power_cut(tmp_path: Path) -> None:
    async with watched(tmp_path, "watched") as (process, platters):
        for number in range(1, 8):
            before = platters.syncs

            assert await keeps(process, number) == "kept"

            assert platters.syncs > before
            left = platters.cut(tmp_path / f"after {number}")
            assert keys_in(left / "bot.db") == [f"guid-{each}" for each in range(1, number + 1)]


async def test_f05_the_bot_goes_on_from_what_a_power_cut_left(tmp_path: Path) -> None:
    async with watched(tmp_path, "watched") as (process, platters):
        assert [await keeps(process, number) for number in (1, 2)] == ["kept", "kept"]
        left = platters.cut(tmp_path / "after")

    database = await Database.open(f"sqlite:///{left}/bot.db")
    await database.migrate()
    inbox = Inbox(database, lambda *_: None, is_wanted, Nobody())

    assert [await inbox.keep(comment(number)) for number in (2, 3)] == [False, True]
    assert await column(database, KEYS) == ["guid-1", "guid-2", "guid-3"]
    await inbox.close()
    await database.close()


async def test_what_is_not_synced_is_lost_here_as_it_is_on_a_disk(tmp_path: Path) -> None:
    async with watched(tmp_path, "lazy") as (process, platters):
        assert await keeps(process, 1) == "kept"
        left = platters.cut(tmp_path / "after")

    assert keys_in(left / "bot.db") == []
    assert keys_in(tmp_path / "place" / "bot.db") == ["guid-1"]


async def test_f10_a_disk_with_errors_acknowledges_nothing_and_what_was_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    async with running(path, "failing") as process:
        said = [await keeps(process, number) for number in (1, 2, 3)]

    assert said[0] == "kept"
    assert "kept" not in said[1:]
    database = await Database.open(f"sqlite:///{path}")
    inbox = Inbox(database, lambda *_: None, is_wanted, Nobody())
    await asyncio.gather(*(inbox.keep(comment(number)) for number in (1, 2, 3)))
    assert await column(database, KEYS) == ["guid-1", "guid-2", "guid-3"]
    await inbox.close()
    await database.close()
