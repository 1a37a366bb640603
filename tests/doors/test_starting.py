"""How a start tells what is left to do, and where it cannot listen."""

import asyncio
import errno
import os
import pty
import re
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Final

import pytest
from aiohttp import web

from bot.doors import reached, why_not_reached
from bot.setting_up import STEPS, as_text
from bot.settings import Misconfigured, Settings
from tests.doors.running import ROOT, free_port

APP: Final = {
    "GITHUB_APP_ID": "17",
    "GITHUB_PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----",
    "GITHUB_WEBHOOK_SECRET": "s" * 32,
}


async def ended(tmp_path: Path, **environment: str) -> tuple[int, str]:
    """`python -m bot run` that comes to an end by itself: its status, and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), **environment},
        stdout=PIPE,
        stderr=PIPE,
    )
    _, said = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_a_port_that_is_taken_is_told_in_one_line_and_no_page_is(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        status, said = await ended(tmp_path, PORT=str(port))

    taken = f"PORT: {port} is taken on 127.0.0.1; stop what listens there, or set another PORT\n"
    assert (status, said) == (2, taken)


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
async def test_a_host_that_is_not_here_is_told_in_one_line(host: str) -> None:
    settings = Settings.read({**APP, "HOST": host, "PORT": "0"})

    with pytest.raises(Misconfigured) as refused:
        async with reached(web.Application(), settings):
            pass

    told = f"HOST: {host} is no address of this machine; set one, such as 127.0.0.1 or 0.0.0.0"
    assert refused.value.problems == (told,)


def test_a_port_for_the_administrator_alone_is_told() -> None:
    told = why_not_reached(Settings.read({"PORT": "80"}), errno.EACCES)

    assert told == "PORT: 80 is not for this user; set one of 1024 or more"


async def test_on_a_terminal_it_is_told_as_plain_text_with_the_address_whole(tmp_path: Path) -> None:
    said = await on_terminal(tmp_path, PORT=str(free_port()))

    assert as_text(None) in said
    assert re.search(r"^  http://127\.0\.0\.1:\d+/setup\?token=\S{20,}$", said, re.MULTILINE)
    assert "not_set_up_yet" not in said
    assert f"`{sys.executable} -m bot doctor`" in said
    assert re.search(r"bot_started.*mode.*setup", said)


async def test_elsewhere_it_is_lines_of_the_log(tmp_path: Path) -> None:
    said = await on_terminal(tmp_path, PORT=str(free_port()), LOG_FORMAT="json")

    assert said.count('"event": "not_set_up_yet"') == len(STEPS)
    assert '"event": "setup_page"' in said


async def on_terminal(directory: Path, **environment: str) -> str:
    """What `python -m bot run` shows on a terminal until it is started."""
    terminal, screen = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=directory,
        env={"PYTHONPATH": str(ROOT), "NO_COLOR": "1", **environment},
        stdin=DEVNULL,
        stdout=screen,
        stderr=screen,
    )
    os.close(screen)
    try:
        return await asyncio.to_thread(read_until, "bot_started", terminal)
    finally:
        process.terminate()
        await process.wait()
        os.close(terminal)


def read_until(word: str, terminal: int) -> str:
    """What is shown up to the line with that word, as it was written."""
    shown = b""
    while word.encode() not in shown or not shown.endswith(b"\n"):
        shown += os.read(terminal, 4096)
    return shown.decode().replace("\r\n", "\n")
