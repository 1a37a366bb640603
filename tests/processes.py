"""The processes of this machine, seen by a test that is not alone on it."""

import secrets
from contextlib import suppress
from pathlib import Path


def sleeping() -> str:
    """A number of seconds that nobody else on this machine sleeps."""
    return str(10**9 + secrets.randbelow(10**9))


def named(word: str) -> list[str]:
    """The command lines that hold that word, of the processes that live now."""
    found = (_command_line(path) for path in Path("/proc").glob("[0-9]*"))
    return [line for line in found if word in line]


def _command_line(process: Path) -> str:
    with suppress(OSError):  # it may be gone by now
        return (process / "cmdline").read_bytes().decode(errors="replace")
    return ""
