"""A directory as a whole: given to another user, taken back, and removed."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from bot.infrastructure.directories import opened, walk
from bot.infrastructure.finishing import in_thread


def give(top: Path, *, user: int) -> None:
    """Let that user own it and everything below; links are given, not what they point to."""
    # The group stays ours: whoever starts the program enters the directory first, without root's rights.
    with opened(top) as root:
        os.fchown(root, user, os.getegid())
        os.fchmod(root, 0o750)
    for found in walk(top):
        with suppress(FileNotFoundError):
            os.chown(found.name, user, user, dir_fd=found.directory, follow_symlinks=False)


def take(top: Path) -> None:
    """Let it be ours again, all of it to be read by everybody and written by nobody else."""
    if os.geteuid() == 0:
        give(top, user=0)
    # A program's mark to run as its owner is nothing that may come from inside.
    if not _tool("chmod", "-R", "u+rwX,go=rX,a-st", top):
        raise OSError(f"rights of {top} cannot be set")


async def remove(top: Path) -> None:
    """Remove it whole, however deep it is and whatever rights its writer took away."""
    await in_thread(lambda: _remove(top))


def _remove(top: Path) -> None:
    # The system's own tools: they go as deep as a program can nest, where recursion here would not.
    if not _tool("rm", "-rf", top):
        _tool("chmod", "-R", "u+rwX", top)
        _tool("rm", "-rf", top)


def _tool(name: str, option: str, *rest: str | Path) -> bool:
    # They are where every system has them, wherever the bot was told to look for programs.
    program = shutil.which(name) or shutil.which(name, path=os.defpath) or name
    command = [program, option, *rest[:-1], "--", rest[-1]]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0  # noqa: S603  no shell
