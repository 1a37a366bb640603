"""RC-06 to RC-08: what the bot writes into a directory stays in it, and no link in it is followed."""

import asyncio
import os
import stat
from pathlib import Path

import pytest

from bot.infrastructure import directories
from bot.infrastructure.directories import DEEPEST, TooDeep, is_safe, stays_inside
from bot.records import StepFailed

OUTSIDE = (
    "", ".", "..", "/", "//", "/etc/passwd", "../up", "a/../../up", "a/..", "a/./b", "a//b", "a/", "./a",
    "a\0b", "a\\b", "..\\up", "C:\\x", "\\\\host\\share",
)  # fmt: skip
OF_GIT = (
    ".git", ".git/config", ".git/hooks/pre-commit", "a/.git/config", ".GIT/config", ".Git", "sub/.giT/x",
    ".git ", ".git.", ".git. .", ".git...", ".git /config", "git~1", "GIT~1/config", "git~2", "a/git~12/x",
    ".git::$INDEX_ALLOCATION", ".git:stream", ".git::$DATA/x", ".g\u200cit/config", ".\u200dgit",
    ".gi\u2060t", "\ufeff.git", ".git\u200e/config", ".\u202egit", ".gi\u206at",
)  # fmt: skip
DEEP = ("/".join("d" * 70), "a" * 300, "b/" * 63 + "c" * 256)
CORPUS = (*OUTSIDE, *OF_GIT, *DEEP)


@pytest.mark.parametrize("path", CORPUS)
def test_rc_06_no_edit_reaches_outside_or_into_git(tmp_path: Path, path: str) -> None:
    top = tmp_path / "copy"
    top.mkdir()

    with pytest.raises(StepFailed, match="path_refused"):
        directories.write(top, path, b"evil")

    assert [found for found in tmp_path.rglob("*") if found.is_file()] == []


@pytest.mark.parametrize("path", ["gitfile", ".gitignore", ".github/x", "a.git/x", "git~/x", "...", ".git2"])
def test_rc_06_an_honest_path_is_written(tmp_path: Path, path: str) -> None:
    directories.write(tmp_path, path, b"good")

    assert (tmp_path / path).read_bytes() == b"good"


def test_rc_07_a_link_is_never_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder").symlink_to(tmp_path)

    assert directories.read(tmp_path, "file", limit=10) == b"x"
    assert directories.read(tmp_path, "link", limit=10) is None
    assert directories.read(tmp_path, "folder/file", limit=10) is None


async def test_rc_08_a_directory_swapped_for_a_link_is_never_read_through(tmp_path: Path) -> None:
    secret, top = tmp_path / "secret", tmp_path / "copy"
    for place, content in ((secret, b"canary"), (top / "dir", b"honest")):
        place.mkdir(parents=True)
        (place / "file").write_bytes(content)
    (top / "link").symlink_to(secret)
    swapping = asyncio.create_subprocess_exec(
        "python3", "-c", SWAPPER, str(top), stdout=asyncio.subprocess.PIPE
    )
    process = await swapping
    assert process.stdout is not None
    await process.stdout.readline()

    read = {directories.read(top, "dir/file", limit=100) for _ in range(10_000)}
    found = {path for _ in range(200) for path, *_ in directories.walk(top)}
    process.kill()
    await process.wait()

    assert read <= {b"honest", None}
    assert len(read) == 2
    assert found <= {"dir", "link", "other", "dir/file", "link/file", "other/file"}


SWAPPER = """
import os, sys
os.chdir(sys.argv[1])
print("ready", flush=True)
while True:
    os.rename("dir", "other"); os.rename("link", "dir")
    os.rename("dir", "link"); os.rename("other", "dir")
"""


DEEPEST_PATH = "/".join("d" * DEEPEST)


def test_rc_06_a_path_is_no_deeper_than_the_deepest() -> None:
    assert is_safe(DEEPEST_PATH)
    assert not is_safe(DEEPEST_PATH + "/d")


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("a", "b"),
        ("a", "./b"),
        ("a", "b/c"),
        ("a/b", ".."),
        ("a/b", "../c"),
        ("a/b", "./../c"),
        ("a/b/c", "../.."),
    ],
)
def test_rc_07_a_link_may_lead_to_what_is_inside(path: str, target: str) -> None:
    assert stays_inside(path, target)


@pytest.mark.parametrize(
    ("path", "target"),
    [("a", ""), ("a", "/"), ("a", "/b"), ("a", ".."), ("a", "b/"), ("a", "b//c"), ("a/b", "../.."),
     ("a/b", "c/.."), ("a/b", "../c/../d"), ("a/b/c", "../../../d")],
)  # fmt: skip
def test_rc_07_a_link_may_not_lead_anywhere_else(path: str, target: str) -> None:
    assert not stays_inside(path, target)


def test_a_walk_sees_every_entry_once_and_follows_no_link(tmp_path: Path) -> None:
    top, outside = tmp_path / "top", tmp_path / "outside"
    for place in (top / "a/b", top / "c", outside / "secret"):
        place.mkdir(parents=True)
        (place / "file").touch()
    (top / "link").symlink_to(outside)

    found = {each.path: each for each in directories.walk(top)}

    assert sorted(found) == ["a", "a/b", "a/b/file", "c", "c/file", "link"]
    assert stat.S_ISLNK(found["link"].stat.st_mode)


def test_an_entry_can_be_reached_by_its_name_in_the_directory_it_lies_in(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)

    reached = [os.stat(each.name, dir_fd=each.directory) == each.stat for each in directories.walk(tmp_path)]

    assert reached == [True, True]


def test_what_vanishes_during_a_walk_is_left_out(tmp_path: Path) -> None:
    names = {"a", "b", "c"}
    for name in names:
        (tmp_path / name).touch()
    walking = directories.walk(tmp_path)

    [vanished, *_] = names - {next(walking).path}
    (tmp_path / vanished).unlink()

    assert len(list(walking)) == 1


def test_a_walk_goes_no_deeper_than_the_deepest(tmp_path: Path) -> None:
    (tmp_path / DEEPEST_PATH).mkdir(parents=True)
    assert sum(1 for _ in directories.walk(tmp_path)) == DEEPEST

    (tmp_path / DEEPEST_PATH / ("e" * 90)).mkdir()
    with pytest.raises(TooDeep) as refused:
        list(directories.walk(tmp_path))

    assert refused.value.args == (f"{DEEPEST_PATH}/{'e' * 90}"[:200],)


def test_no_more_than_one_byte_over_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/file").write_bytes(b"0123456789")

    assert directories.read(tmp_path, "a/file", limit=10) == b"0123456789"
    assert directories.read(tmp_path, "a/file", limit=3) == b"0123"


def test_only_a_regular_file_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()

    assert [directories.read(tmp_path, name, limit=9) for name in ("pipe", "folder", "nothing")] == [None] * 3


def test_a_file_is_written_anew_with_the_rights_it_should_have(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/file").hardlink_to(tmp_path / "other")
    before = os.umask(0)

    directories.write(tmp_path, "a/file", b"new")
    directories.write(tmp_path, "b/c/tool", b"run", executable=True)
    os.umask(before)

    assert (tmp_path / "a/file").read_bytes() == b"new"
    assert (tmp_path / "other").read_bytes() == b"other"
    modes = [stat.S_IMODE((tmp_path / path).stat().st_mode) for path in ("a/file", "b/c/tool")]
    assert modes == [0o644, 0o755]


def test_rc_07_nothing_is_written_linked_or_deleted_through_a_link(tmp_path: Path) -> None:
    outside, top = tmp_path / "outside", tmp_path / "top"
    for place in (outside, top):
        place.mkdir()
    (outside / "file").write_bytes(b"honest")
    (top / "link").symlink_to(outside)

    with pytest.raises(StepFailed, match=r"path_refused.*link/file"):
        directories.write(top, "link/file", b"evil")
    with pytest.raises(StepFailed, match=r"path_refused.*link/file"):
        directories.link(top, "link/file", "x")
    with pytest.raises(StepFailed, match=r"path_refused.*link/file"):
        directories.delete(top, "link/file")

    assert [(each.name, each.read_bytes()) for each in outside.iterdir()] == [("file", b"honest")]


def test_a_link_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    directories.write(tmp_path, "a/link", b"a file")

    directories.link(tmp_path, "a/link", "b")
    directories.link(tmp_path, "a/link", "c")
    directories.link(tmp_path, "d/link", "e")

    assert [str((tmp_path / place).readlink()) for place in ("a/link", "d/link")] == ["c", "e"]


def test_a_file_is_deleted_and_one_that_is_gone_is_no_error(tmp_path: Path) -> None:
    directories.write(tmp_path, "a/file", b"x")
    directories.write(tmp_path, "a/other", b"x")

    for path in ("a/file", "a/file", "nowhere/file"):
        directories.delete(tmp_path, path)

    assert sorted(each.path for each in directories.walk(tmp_path)) == ["a", "a/other"]


@pytest.mark.parametrize("path", ["../up", ".git/config", DEEPEST_PATH + "/d"])
def test_rc_06_nothing_is_linked_or_deleted_outside_or_in_git(tmp_path: Path, path: str) -> None:
    with pytest.raises(StepFailed, match="path_refused"):
        directories.link(tmp_path, path, "x")
    with pytest.raises(StepFailed, match="path_refused"):
        directories.delete(tmp_path, path)


def test_a_directory_that_is_a_link_itself_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("real")

    assert directories.read(tmp_path / "link", "file", limit=9) is None
    with pytest.raises(StepFailed, match="path_refused"):
        directories.write(tmp_path / "link", "file", b"y")
    with pytest.raises(NotADirectoryError):
        list(directories.walk(tmp_path / "link"))


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    before = len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(3):
        directories.write(tmp_path, "a/b/file", b"x")
        directories.read(tmp_path, "a/b/file", limit=9)
        directories.read(tmp_path, "a/nowhere/file", limit=9)
        list(directories.walk(tmp_path))

    assert len(list(Path("/proc/self/fd").iterdir())) == before
