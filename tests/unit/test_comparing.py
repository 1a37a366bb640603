"""What a change did to a file that was there before, as the model is told."""

from inline_snapshot import snapshot

from bot.domain.comparing import MOST_CHARACTERS, MOST_LINES, compared
from bot.records import FileEdit

OLD = b"import app\n\n\ndef test_a():\n    assert app.a() == 1\n\n\ndef test_b():\n    assert app.b() == 2\n"
WEAK = OLD.replace(b"app.a() == 1", b"app.a()")


def test_it_is_a_diff() -> None:
    edits = [
        FileEdit(path="tests/test_app.py", content=WEAK),
        FileEdit(path="tests/test_gone.py", content=None),
        FileEdit(path="conftest.py", content=b"import pytest"),
    ]
    before = {
        "tests/test_app.py": OLD,
        "tests/test_gone.py": b"def test_gone():\n    pass\n",
        "conftest.py": None,
    }

    assert compared(edits, before) == snapshot("""\
--- tests/test_app.py
+++ tests/test_app.py
@@ -3,5 +3,5 @@
 \n\
 def test_a():
-    assert app.a() == 1
+    assert app.a()
 \n\
 \n\
--- tests/test_gone.py
+++ /dev/null
@@ -1,2 +0,0 @@
-def test_gone():
-    pass
--- /dev/null
+++ conftest.py
@@ -0,0 +1 @@
+import pytest
\\ No newline at end of file
""")


def test_what_is_only_added_has_no_old_lines() -> None:
    more = FileEdit(path="test_a.py", content=b"one\none\nthree")

    assert compared([more], {"test_a.py": b"one\nthree"}) == snapshot("""\
--- test_a.py
+++ test_a.py
@@ -1,2 +1,3 @@
+one
 one
 three
\\ No newline at end of file
""")


def test_what_is_no_text_is_only_named() -> None:
    assert compared([FileEdit(path="tests/a.bin", content=b"\xff")], {"tests/a.bin": b"a"}) == snapshot(
        "tests/a.bin differs, and is no text\n"
    )


def test_a_secret_is_left_out_though_each_line_gets_a_sign() -> None:
    key = b"-----BEGIN PRIVATE KEY-----\n" + b"TUlJRXZR" * 8 + b"\n-----END PRIVATE KEY-----\n"

    told = compared([FileEdit(path="tests/key.txt", content=None)], {"tests/key.txt": key})

    assert "TUlJRXZR" not in told
    assert "secret left out" in told


def test_what_is_long_is_cut_after_a_whole_line() -> None:
    edits = [FileEdit(path=path, content=None) for path in ("test_a.py", "test_b.py")]

    told = compared(edits, {edit.path: b"0123456789\n" * 5_000 for edit in edits})

    assert len(told) < MOST_CHARACTERS + 100
    assert told.endswith("\n-0123456789\n[... the rest is left out ...]\n")


def test_after_what_is_long_nothing_more_is_compared() -> None:
    gone = [FileEdit(path=path, content=None) for path in ("test_a.py", "test_b.py")]

    told = compared(gone, dict.fromkeys(("test_a.py", "test_b.py"), b"0123456789\n" * 5_000))

    assert told == compared(gone[:1], {"test_a.py": b"0123456789\n" * 5_000})


def test_what_would_take_long_is_only_named() -> None:
    edits = [FileEdit(path="test_a.py", content=b"2\n" * MOST_LINES)]

    assert compared(edits, {"test_a.py": b"1\n"}) == snapshot(
        "test_a.py differs, and is too long to be compared\n"
    )


def test_nothing_is_nothing() -> None:
    assert compared([], {}) == ""
