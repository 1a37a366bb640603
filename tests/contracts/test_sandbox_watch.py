"""What a sandboxed run is, looked at while its processes come and go."""

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from bot.infrastructure.sandbox_watch import family

# A look at a process that ends in that very moment used to break about one run in two hundred looks.
LOOKS = 5_000
STORM = "while :; do sh -c 'true & true & true' & wait; done"


@pytest.fixture
def storm() -> Iterator[int]:
    """A shell that does nothing but begin others, which end at once."""
    shell = subprocess.Popen(["/bin/sh", "-c", STORM], start_new_session=True)  # noqa: S603  our own words
    yield shell.pid
    os.killpg(shell.pid, signal.SIGKILL)
    shell.wait()


def test_processes_that_end_while_they_are_looked_at_break_no_look(storm: int) -> None:
    looks = [family(storm) for _ in range(LOOKS)]

    assert all(look[0] == storm for look in looks)
    assert max(map(len, looks)) > 1
