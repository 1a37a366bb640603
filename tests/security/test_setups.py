"""A set-up, and what it leaves: SB-01, SB-02 and SB-03 where there is a way out."""

import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.infrastructure import custody
from bot.infrastructure.installing import Installations
from bot.records import FileEdit, Outcome, SandboxLimits
from tests.contracts.test_sandbox import sandbox_in
from tests.processes import named, sleeping
from tests.story.packages import INDEXES, PLAIN, leading_to, stocked

LIMITS = SandboxLimits(seconds=60, memory_mib=512, processes=64, files=2000, disk_mib=16)
CANARY = "canary-51f0c2"


@dataclass
class Attack:
    """A set-up that runs what an attacker wants, and a test run after it."""

    installations: Installations
    directory: Path
    refused: tuple[str, ...] = ()

    async def sets_up(self, *programs: str, then: str = "true") -> Outcome:
        """How the set-up ended, or the run after it."""
        commands = [["python", "-c", program] for program in programs]
        copy = self.directory / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        async with self.installations.furnished(
            commands, [FileEdit(path="a", content=b"a")], owner="7", limits=LIMITS, tenant="t"
        ) as room:
            self.refused = room.refused
            if room.failed:
                return room.failed
            return await room.sandbox.run(["sh", "-c", then], directory=copy, limits=LIMITS, tenant="t")


@pytest.fixture
async def attack(tmp_path: Path) -> AsyncIterator[Attack]:
    index = stocked()
    async with index.running() as port:
        out = leading_to(port, inside_example_org="127.0.0.1")
        yield Attack(
            Installations(
                sandbox=sandbox_in(None),
                data_directory=tmp_path / "data",
                hosts=(PLAIN, "inside.example.org"),
                variables=INDEXES,
                out=out,
            ),
            tmp_path,
        )
    await custody.remove(tmp_path / "data")
    await custody.remove(tmp_path / "copy")


@pytest.fixture
def sink() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


REACHES = """
import socket, urllib.request
port = PORT
def attempt(what, reach):
    try: print("REACHED", what, reach())
    except OSError as error: print("no", what, type(error).__name__)
for host in ("127.0.0.1", "169.254.169.254", "1.1.1.1"):
    attempt(host, lambda: socket.create_connection((host, port), 1))
attempt("dns", lambda: socket.getaddrinfo("index.example.org", 80))
for address in ("http://127.0.0.1:%d/" % port, "http://169.254.169.254/latest/meta-data/",
                "http://evil.example.org/", "https://inside.example.org/", "http://[::1]/"):
    attempt(address, lambda: urllib.request.urlopen(address, timeout=5).read())
print(urllib.request.urlopen("http://index.example.org/simple/words/", timeout=5).read())
raise SystemExit(9)
"""


async def test_sb_02_a_set_up_reaches_nothing_but_what_the_operator_allows(
    attack: Attack, sink: socket.socket
) -> None:
    outcome = await attack.sets_up(REACHES.replace("PORT", str(sink.getsockname()[1])))

    assert outcome.status == 9, outcome.output
    assert "\nREACHED" not in outcome.output
    assert "words-1.0-py3-none-any.whl" in outcome.output
    assert list(attack.refused) == [
        f"127.0.0.1:{sink.getsockname()[1]} not_allowed",
        "169.254.169.254:80 an_address",
        "evil.example.org:80 not_allowed",
        "inside.example.org:443 not_public",
        "[::1]:80 an_address",
    ]
    with pytest.raises(BlockingIOError):
        sink.accept()


LOOKS = """
import os
print(sorted(os.environ))
for top in ("/repository", "/proxy", "/dependencies", "/run", "/home"):
    for place, _, files in os.walk(top):
        for file in files: print("FOUND", os.path.join(place, file))
raise SystemExit(9)
"""


async def test_sb_01_a_set_up_sees_what_it_is_given_and_no_secret(
    attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_SECRET", CANARY)

    outcome = await attack.sets_up(LOOKS)

    found = [line for line in outcome.output.splitlines() if line.startswith("FOUND ")]
    assert found == ["FOUND /repository/a", "FOUND /proxy/socket", "FOUND /proxy/forward.py"]
    assert CANARY not in outcome.output
    assert "BOT_SECRET" not in outcome.output


async def test_sb_02_what_runs_after_a_set_up_has_no_way_out(attack: Attack) -> None:
    network = "python -c 'import socket as s; print(s.if_nameindex())'"
    then = f"env | grep -i proxy | grep -v GOPROXY; ls /proxy; {network}"

    outcome = await attack.sets_up("", then=then)

    assert "HTTP" not in outcome.output
    assert "'/proxy'" in outcome.output
    assert "[(1, 'lo')]" in outcome.output


INSTALLS = """
import os
open("/dependencies/tool", "w").write("#!/bin/sh\\n")
os.chmod("/dependencies/tool", 0o4777)
os.makedirs("node_modules/words"); open("node_modules/words/index.js", "w").write("x")
open("left-behind", "w").write("x"); open("a", "w").write("b")
os.symlink("/etc/passwd", "/dependencies/link")
"""


async def test_sb_03_what_was_installed_cannot_be_written_and_the_rest_is_gone(attack: Attack) -> None:
    then = (
        "echo x > /dependencies/tool; echo x > node_modules/words/index.js; rm -rf /dependencies/tool; "
        "touch node_modules/new; stat -c %A /dependencies/tool; ls -a . node_modules"
    )

    outcome = await attack.sets_up(INSTALLS, then=then)

    assert outcome.output.count("Read-only file system") == 4, outcome.output
    assert "-rwxr-xr-x" in outcome.output
    assert "left-behind" not in outcome.output
    assert outcome.output.endswith("node_modules:\n.\n..\nwords\n")
    assert [path.name for path in (attack.directory / "copy" / "node_modules").iterdir()] == []


@pytest.mark.parametrize("place", ["/dependencies", "node_modules", "/repository"])
async def test_sb_04_what_a_set_up_installs_is_limited(attack: Attack, place: str) -> None:
    program = f"for n in range(5): open(f'{place}/{{n}}', 'wb').write(b'x' * 8_000_000)\ninput()"

    outcome = await attack.sets_up(program)

    assert (outcome.during, outcome.ended) == ("setup", "disk")


LINKED = """
import os, shutil
shutil.rmtree("/dependencies/python", ignore_errors=True)
os.symlink("/", "/dependencies/python")
os.mkdir("/dependencies/closed", 0o000)
open("/dependencies/unreadable", "w").write("x"); os.chmod("/dependencies/unreadable", 0)
"""


async def test_sb_01_a_link_that_a_set_up_left_shows_nothing_of_the_host(attack: Attack) -> None:
    (attack.directory / "secret").write_text(CANARY)
    looked = f"cat /dependencies/python{attack.directory}/secret; cat /dependencies/unreadable"

    outcome = await attack.sets_up(LINKED, then=looked)

    assert CANARY not in outcome.output
    assert outcome.output.endswith("x")


async def test_sb_05_nothing_of_a_set_up_is_left_running_or_lying_about(attack: Attack) -> None:
    seconds = sleeping()

    await attack.sets_up(f"import subprocess; subprocess.Popen(['sleep', '{seconds}'])")

    assert list((attack.directory / "data" / "copies").iterdir()) == []
    assert named(seconds) == []


TAKES_OVER = """
import os
os.makedirs("/dependencies/bin", exist_ok=True)
for name in ("setpriv", "sh", "bash", "env"):
    with open(f"/dependencies/bin/{name}", "w") as file:
        file.write("#!/bin/bash\\necho TAKEN OVER BY $EUID\\n")
    os.chmod(f"/dependencies/bin/{name}", 0o755)
"""


async def test_sb_01_what_was_installed_is_not_started_before_the_program_is_another_user(
    attack: Attack,
) -> None:
    outcome = await attack.sets_up(TAKES_OVER, then="true")

    assert "TAKEN OVER BY 0" not in outcome.output
    assert outcome.ended == "exited"
