"""What belongs to the bot alone is not seen inside, wherever it lies and whoever the bot is."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.infrastructure import custody
from bot.infrastructure.resilience import POLICIES, Policy
from bot.infrastructure.sandbox import BubblewrapSandbox
from bot.infrastructure.sandbox_covers import Mount, covers
from bot.records import SandboxLimits, StepFailed
from bot.sandboxing import hiding
from bot.settings import Misconfigured, Settings

CANARY = "canary-2b81d0"
# A user of this process alone: what one user may run at once is counted over all that he runs.
NOBODY = 60_000 + os.getpid() % 5_000
LIMITS = SandboxLimits(seconds=30, memory_mib=256, processes=64, files=1000, disk_mib=32)
GUARD = Policy("sandbox", **POLICIES["sandbox"])
# All that Python needs is loaded by then: its own files may be closed to nobody.
AS_NOBODY = f"""
import asyncio, os, sys
from concurrent.futures import thread
from tests.security.test_sandbox_covers import said
os.setgroups([])
os.setresgid({NOBODY}, {NOBODY}, {NOBODY})
os.setresuid({NOBODY}, {NOBODY}, {NOBODY})
print(asyncio.run(said(*sys.argv[1:])))
"""


async def said(command: str, toolchain: str, *hidden: str) -> str:
    """What the command prints inside, run by a bot of which these paths are its own."""
    own = tuple(map(Path, hidden))
    tools = tuple(map(Path, toolchain.split(":"))) if toolchain else ()
    sandbox = BubblewrapSandbox(policy=GUARD, toolchain=tools, hidden=own)
    directory = Path(tempfile.mkdtemp(prefix="claude-bot-"))
    try:
        return (await sandbox.run(["bash", "-c", command], directory=directory, limits=LIMITS)).output
    finally:
        await custody.remove(directory)


def said_to_nobody(command: str, toolchain: str, *hidden: Path) -> str:
    """The same, by a bot that is not root."""
    words = [sys.executable, "-c", AS_NOBODY, command, toolchain, *map(str, hidden)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603  no shell
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(params=["/usr/local/src", "/tmp"])  # noqa: S108  below the system, and elsewhere
def top(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A place for a bot that is not root: its tools, its data and its key."""
    top = Path(tempfile.mkdtemp(prefix="claude-bot-test-", dir=request.param))
    for name in ("bin", "data/copies", "tools/lib", "tools/data"):
        (top / name).mkdir(parents=True)
    for name in ("data/secret.key", "data/copies/x", "github.pem", "tools/data/bot.db"):
        (top / name).write_text(CANARY)
        (top / name).chmod(0o600)
    (top / "tools/lib/tool").write_text("tool\n")
    for path in (top, *top.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    yield top
    shutil.rmtree(top)


LOOK = "cd TOP; cat data/secret.key data/copies/x github.pem tools/data/bot.db; cat tools/lib/tool; ls data"


def test_sb_01_sx_05_a_bot_that_is_not_root_keeps_its_data_and_its_key_to_itself(top: Path) -> None:
    own = (top / "data", top / "github.pem", top / "tools/data")
    command = LOOK.replace("TOP", str(top))

    shown = said_to_nobody(command, str(top))
    hidden = said_to_nobody(command, str(top), *own)

    assert shown.count(CANARY) == 4
    assert CANARY not in hidden
    assert "tool" in hidden.splitlines()


def test_sb_01_the_tools_are_seen_that_lie_below_what_is_hidden(top: Path) -> None:
    command = LOOK.replace("TOP", str(top))

    hidden = said_to_nobody(command, f"{top}/tools", top, top / "tools/data")

    assert "tool" in hidden.splitlines()
    assert CANARY not in hidden


def test_sb_01_what_root_s_bot_left_open_to_all_is_hidden_as_well(top: Path) -> None:
    for path in (top, *top.rglob("*")):
        path.chmod(0o755)

    look = LOOK.replace("TOP", str(top))
    shown = asyncio.run(said(look, str(top), str(top / "data"), str(top / "tools/data")))

    assert shown.count(CANARY) == 1  # the key, of which nothing was said


PLACES = "/ /dev /etc /etc/ssl /home /usr /usr/local /repository/.. /proc/sys/kernel"


def test_sb_03_nor_can_the_program_of_a_bot_that_is_not_root_write_outside_the_copy() -> None:
    tries = "touch $place/sb03 && echo WROTE $place; chmod 777 $place && echo CHANGED $place"

    written = said_to_nobody(f"for place in {PLACES}; do {tries}; done 2>/dev/null", "")

    assert written.strip() == ""


def test_sb_03_what_is_laid_over_them_cannot_be_written(top: Path) -> None:
    command = f"cd {top}; chmod 777 data; touch data/x; echo x > github.pem; ls data; stat -c %s github.pem"

    hidden = said_to_nobody(command, str(top), top / "data", top / "github.pem")

    assert "x" not in hidden.splitlines()
    assert (top / "github.pem").read_text() == CANARY


def test_sb_01_where_they_cannot_be_hidden_nothing_is_run_and_nothing_is_started(tmp_path: Path) -> None:
    settings = Settings.read({
        "DATABASE_URL": f"sqlite:///{sys.base_prefix}/bot.db",
        "DATA_DIR": str(tmp_path),
    })

    with pytest.raises(StepFailed, match=f"cannot be hidden from what runs inside: {tmp_path}"):
        asyncio.run(said("true", str(tmp_path), str(tmp_path)))
    with pytest.raises(Misconfigured, match=f"{sys.base_prefix}; keep it elsewhere"):
        hiding(settings, GUARD)


async def test_sb_01_the_check_says_what_cannot_be_hidden(tmp_path: Path) -> None:
    sandbox = BubblewrapSandbox(policy=GUARD, toolchain=[tmp_path], hidden=[tmp_path])

    assert await sandbox.check() == f"cannot be hidden from what runs inside: {tmp_path}"


def test_sb_01_a_link_to_a_hidden_place_hides_the_place(tmp_path: Path) -> None:
    (tmp_path / "real/data").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real/data")
    (tmp_path / "way").symlink_to(tmp_path / "real")
    mounts = [Mount(source=tmp_path / "way", at=tmp_path / "way")]

    laid = [*covers([tmp_path / "link"], mounts, toolchain=())]

    assert laid[-3:] == [str(tmp_path / "way/data"), "--remount-ro", str(tmp_path / "way/data")]


def test_sb_01_everything_that_holds_a_secret_is_the_bots_own(tmp_path: Path) -> None:
    (tmp_path / "webhook").write_text("x" * 32)
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path}/db/bot.db", "METRICS_TOKEN_FILE": f"{tmp_path}/webhook"}

    settings = Settings.read({**environ, "DATA_DIR": str(tmp_path / "data")})

    assert settings.own_paths == (tmp_path / "data", tmp_path / "db", tmp_path / "webhook")
