"""A unified diff, read: what git prints of files of all sorts, and what is no diff."""

import subprocess
from pathlib import Path
from typing import Final

import pytest

from bot.domain.diff import AT_ONCE, FileDiff, files_in, lines_of
from bot.domain.patches import read_patches
from bot.review_records import Patch

TWO: Final = b"""\
diff --git a/one.txt b/one.txt
index 1..2 100644
--- a/one.txt
+++ b/one.txt
@@ -1,3 +1,3 @@ heading
 a
-b
+B
 c
@@ -10 +10,2 @@
 j
+k
diff --git a/two.txt b/two.txt
new file mode 100644
index 0..2
--- /dev/null
+++ b/two.txt
@@ -0,0 +1 @@
+only
\\ No newline at end of file
"""


def only(diff: bytes) -> FileDiff:
    (file,) = files_in(diff)
    return file


def git(where: Path, *words: str) -> bytes:
    named = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "core.autocrlf=false")
    command = ("git", *named, *words)
    return subprocess.run(command, cwd=where, check=True, capture_output=True).stdout  # noqa: S603  the test's own


def change(where: Path, before: dict[str, bytes], after: dict[str, bytes]) -> bytes:
    """What git prints of the difference."""
    git(where, "init", "-q", "-b", "main")
    for files in (before, after):
        for path in (each for each in where.iterdir() if each.name != ".git"):
            git(where, "rm", "-rqf", "--ignore-unmatch", path.name)
        for name, content in files.items():
            (where / name).parent.mkdir(parents=True, exist_ok=True)
            (where / name).write_bytes(content)
        git(where, "add", "-A")
        git(where, "commit", "-q", "--allow-empty", "-m", "x")
    return git(where, "diff", "-M", "-C", "HEAD~1", "HEAD")


def test_each_line_has_its_number_and_sign() -> None:
    one, two = files_in(TWO)

    numbered = [[(chr(line.sign), line.number, line.text) for line in lines_of(TWO, h)] for h in one.hunks]
    assert numbered == [
        [(" ", 1, b"a"), ("-", 2, b"b"), ("+", 2, b"B"), (" ", 3, b"c")],
        [(" ", 10, b"j"), ("+", 11, b"k")],
    ]
    assert [(line.number, line.text) for line in lines_of(TWO, two.hunks[0])] == [(1, b"only")]
    assert (one.path, one.changed, two.header.became) == ("one.txt", 3, "added")


def test_what_is_no_diff_has_no_files() -> None:
    assert [list(files_in(text)) for text in (b"", b"hello\n", b"From x\n---\n")] == [[], [], []]


def test_what_stands_before_the_first_file_is_passed_over() -> None:
    assert [file.path for file in files_in(b"From x\n" + TWO)] == ["one.txt", "two.txt"]


@pytest.mark.parametrize(
    "hunk",
    [
        b"@@ -1,9 +1 @@\n a\n",
        b"@@ -1 +1 @@\nneither\n",
        b"@@ -x +1 @@\n a\n",
        b"@@ -1 +1 @@",
        b"@@ -1 +1 @@\n a\n@@ - @@\n",
    ],
)
def test_a_hunk_that_is_not_what_it_says_is_not_believed(hunk: bytes) -> None:
    file = only(b"diff --git a/x b/x\n--- a/x\n+++ b/x\n" + hunk)

    assert (file.is_whole, file.hunks) == (False, ())


def test_an_empty_line_without_its_blank_is_a_line_as_well() -> None:
    file = only(b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n a\n\n+b\n")

    assert file.hunks[0].signs == b"  +"


def test_a_hunk_longer_than_is_read_at_once_is_read_whole() -> None:
    count = AT_ONCE // 10
    body = b"".join(b"+line %06d\n" % nth for nth in range(count))
    diff = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1,%d @@\n%s" % (count, body)

    assert only(diff).hunks[0].rights == count
    assert only(diff.removesuffix(b"\n")).hunks[0].rights == count


def test_a_huge_line_is_one_line() -> None:
    diff = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+" + b"x" * (3 * AT_ONCE) + b"\n"

    assert only(diff).hunks[0].rights == 1


def test_only_a_line_feed_ends_a_line(tmp_path: Path) -> None:
    before = b"a\x0cb\r\nc\x0b\xe2\x80\xa8d\n"
    diff = change(tmp_path, {"x": before}, {"x": before.replace(b"c", b"C") + b"\x85\n"})

    texts = [line.text for line in lines_of(diff, only(diff).hunks[0])]
    assert texts == [b"a\x0cb\r", b"c\x0b\xe2\x80\xa8d", b"C\x0b\xe2\x80\xa8d", b"\x85"]


@pytest.mark.parametrize(
    ("name", "to"),
    [("plain", "other"), ("with space", "ü ß"), ('quo"te\\', "tab\there"), ("a b/a b", "new\nline")],
)
def test_what_a_file_is_called_is_read_however_git_spells_it(tmp_path: Path, name: str, to: str) -> None:
    text = b"".join(b"%d\n" % nth for nth in range(20))

    renamed = only(change(tmp_path, {name: text}, {to: text + b"more\n"}))

    assert (renamed.path, renamed.header.was, renamed.header.became) == (to, name, "renamed")


def test_what_becomes_of_files_is_told(tmp_path: Path) -> None:
    text = b"".join(b"%d\n" % nth for nth in range(20))
    before = {"gone": b"a\n", "pic": b"\0a", "ü ä": b"x\n", "kept": text, "source": text}
    after = {"pic": b"\0b", "ü ä": b"y\n", "copy": text, "source": text + b"z\n", "em pty": b"", "kept": text}
    found = {file.path: file for file in files_in(change(tmp_path, before, after))}

    became = {path: file.header.became for path, file in found.items()}
    assert became == {
        "copy": "copied",
        "em pty": "added",
        "gone": "removed",
        "pic": "modified",
        "source": "modified",
        "ü ä": "modified",
    }
    assert [path for path, file in found.items() if file.header.is_binary] == ["pic"]
    assert all(file.is_whole for file in found.values())


def test_a_mode_and_a_submodule_are_seen(tmp_path: Path) -> None:
    change(tmp_path, {"run me": b"x\n"}, {"run me": b"x\n"})
    head = git(tmp_path, "rev-parse", "HEAD").decode().strip()
    git(tmp_path, "update-index", "--chmod=+x", "run me")
    git(tmp_path, "update-index", "--add", "--cacheinfo", f"160000,{head},module")
    git(tmp_path, "commit", "-q", "-m", "x")
    module, run = files_in(git(tmp_path, "diff", "HEAD~1", "HEAD"))

    assert (module.path, module.header.is_submodule) == ("module", True)
    assert (run.path, run.header.is_mode_changed, run.hunks) == ("run me", True, ())


@pytest.mark.parametrize(
    "first",
    [b"diff --git a/one b/other\n", b'diff --git "a/\\377" "b/\\377"\nold mode 100644\nnew mode 100755\n'],
)
def test_a_file_whose_name_cannot_be_said_again_is_not_read(first: bytes) -> None:
    assert not only(first).is_whole


def test_githubs_listing_is_read_as_a_diff() -> None:
    patches = [
        Patch(path="a", was=None, status="modified", changes=2, patch="@@ -1 +1 @@\n-x\n+y"),
        Patch(path="b", was="c", status="renamed", changes=0, patch=None),
        Patch(path="bin", was=None, status="modified", changes=0, patch=None),
        Patch(path="large", was=None, status="added", changes=9000, patch=None),
        Patch(path="odd", was=None, status="changed", changes=1, patch="@@ -1 +1,7 @@\n x"),
    ]

    diff, files = read_patches(patches)

    assert [(file.path, file.is_whole, len(file.hunks)) for file in files] == [
        ("a", True, 1),
        ("b", True, 0),
        ("bin", False, 0),
        ("large", False, 0),
        ("odd", False, 0),
    ]
    assert [line.text for line in lines_of(diff, files[0].hunks[0])] == [b"x", b"y"]
    assert files[1].header.was == "c"
