"""Pull requests for trying a review, drawn from a history of real commits."""

import json
import random
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from benchmarks.taken_back import Commit, commits_in, drawn, kind_of, trial_of, write

WHOLE: Final = "def f():\n" + "".join(f"    print({nth})\n" for nth in range(9)) + "    file.close()\n"
LEAKY: Final = WHOLE.replace("    file.close()\n", "").replace("print", "log")


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A leak that was mended with a test, a feature with one, and a fix without."""
    where = tmp_path / "history"
    _git(tmp_path, "init", "-q", "-b", "main", str(where))
    _commits(where, "Begin", {"f.py": LEAKY, "g.py": LEAKY, "tests/test_f.py": "1\n"})
    _commits(where, "Fix a leak of files", {"f.py": WHOLE, "tests/test_f.py": "2\n"})
    _commits(where, "Print more", {"g.py": WHOLE, "tests/test_f.py": "3\n"})
    _commits(where, "Fix a leak without a test", {"g.py": LEAKY})
    return where


def _commits(where: Path, subject: str, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (where / path).parent.mkdir(exist_ok=True)
        (where / path).write_text(text, encoding="utf-8")
    _git(where, "add", "-A")
    _git(where, "-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-q", "-m", subject)


def _git(where: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=where, check=True)  # noqa: S603, S607  the git that there is


def test_a_commit_counts_if_it_changed_a_few_sources_and_a_test(history: Path) -> None:
    assert [(it.subject, it.kind, it.paths) for it in commits_in(history)] == [
        ("Print more", "", ("g.py",)),
        ("Fix a leak of files", "leak", ("f.py",)),
        ("Begin", "", ("f.py", "g.py")),
    ]


def test_what_mends_a_mistake_is_taken_back_and_what_does_not_is_made_as_it_was(history: Path) -> None:
    found = {it.made_of.kind: it for it in drawn([*commits_in(history)], random.Random(1))}  # noqa: S311

    assert (found["leak"].before, found["leak"].after) == ({"f.py": WHOLE}, {"f.py": LEAKY})
    assert (found[""].before, found[""].after) == ({"g.py": LEAKY}, {"g.py": WHOLE})
    assert [it.title for it in found.values()] in (
        ["Rework f.py", "Rework g.py"],
        ["Rework g.py", "Rework f.py"],
    )


def test_a_file_that_came_with_the_commit_makes_no_pull_request(history: Path) -> None:
    *_, first = commits_in(history)

    assert trial_of(first) is None


def test_of_many_each_kind_comes_before_any_comes_twice(history: Path) -> None:
    leak = next(it for it in commits_in(history) if it.kind)
    many = [Commit(repository=leak.repository, id=leak.id, subject="s", paths=leak.paths, kind=kind)
            for kind in ("leak", "leak", "leak", "race", "time")]  # fmt: skip

    kinds = [it.made_of.kind for it in drawn(many, random.Random(2), mistakes=3, sound=0)]  # noqa: S311
    assert sorted(kinds) == ["leak", "race", "time"]


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("Fix a race in the pool", "race"),
        ("Escape quotes", ""),
        ("fix: unsafe quoting", "escaping"),
        ("Avoid losing updates", ""),
        ("Add a cache", ""),
    ],
)
def test_a_kind_is_told_by_what_a_commit_says_that_it_mends(subject: str, kind: str) -> None:
    assert kind_of(subject) == kind


def test_what_is_wrong_is_written_apart(history: Path, tmp_path: Path) -> None:
    write(drawn([*commits_in(history)], random.Random(3)), tmp_path / "out")  # noqa: S311

    *pulls, key = (
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((tmp_path / "out").iterdir(), key=lambda path: path.name == "key.json")
    )
    assert [sorted(it) for it in pulls] == [["after", "before", "title"]] * 2
    assert {it["kind"] for it in key} == {"leak", ""}
    assert "leak" not in str([it["title"] for it in pulls])
