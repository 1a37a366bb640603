"""SC-01 to SC-03: what this repository installs and runs when it is built."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LOCKED: Final = ("requirements.txt", "requirements-dev.txt")
PINNED: Final = re.compile(r"^[A-Za-z0-9_.\-]+(?:\[[^\]]+\])?==\S+(?: ; [^\\]+)? \\$")
USED: Final = re.compile(r"^\s*-?\s*uses:\s*([^\s#]+)", re.MULTILINE)
EXACT: Final = re.compile(r"\./.*|docker://.+@sha256:[0-9a-f]{64}|[^@]+@[0-9a-f]{40}")
TRUSTING: Final = re.compile(r"pull_request_target|permissions:\s*write-all")


@pytest.mark.parametrize("name", LOCKED)
def test_sc_01_every_requirement_is_pinned_with_hashes(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    wanted = [place for place, line in enumerate(lines) if line and not line.startswith((" ", "#"))]

    assert len(wanted) > 40
    assert [lines[place] for place in wanted if not PINNED.match(lines[place])] == []
    assert all(lines[place + 1].strip().startswith("--hash=sha256:") for place in wanted)


def test_sc_01_nothing_is_installed_but_by_hash() -> None:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    pip = [line for line in lines if re.search(r"pip install", line)]

    # The second brings the program that locks anew, into a place of its own, when somebody asks for that.
    assert len(pip) == 2
    assert "--require-hashes" in pip[0]
    assert "build/lock" in pip[1]


def test_sc_01_a_wheel_that_was_tampered_with_is_not_installed(tmp_path: Path) -> None:
    wheel = tmp_path / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("thing.py", "tampered = True\n")
        packed.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        packed.writestr(
            "thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        packed.writestr("thing-1.0.dist-info/RECORD", "")
    wanted = tmp_path / "requirements.txt"
    wanted.write_text(f"thing==1.0 --hash=sha256:{'0' * 64}\n")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    where = ["--no-index", "--find-links", str(tmp_path), "--target", str(tmp_path / "there")]

    done = subprocess.run(  # noqa: S603  our own words
        [*command, "--require-hashes", *where, "-r", str(wanted)], capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert "DO NOT MATCH" in done.stderr
    assert not (tmp_path / "there" / "thing.py").exists()


def mutable(workflow: str) -> list[str]:
    """The actions that somebody may change under their name, and what trusts strangers' changes."""
    return [used for used in USED.findall(workflow) if not EXACT.fullmatch(used)] + TRUSTING.findall(workflow)


def workflows() -> list[str]:
    found = (path for path in (ROOT / ".github").rglob("*") if path.suffix in {".yml", ".yaml"})
    return [path.read_text(encoding="utf-8") for path in found]


def test_sc_02_sc_03_no_workflow_of_ours_runs_what_others_may_change() -> None:
    assert [found for workflow in workflows() for found in mutable(workflow)] == []
    assert mutable("on: pull_request_target\nsteps:\n  - uses: a/b@v4\n  - uses: a/b@main # x\n") == [
        "a/b@v4",
        "a/b@main",
        "pull_request_target",
    ]
    assert mutable(f"steps:\n  - uses: a/b@{'0' * 40}  # v4\n  - uses: ./here\n") == []
