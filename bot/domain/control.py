"""A test that must fail, set beside the others: where it does not, no result of the suite says anything."""

import posixpath
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.suites import PYTHON_TEST
from bot.records import FileEdit

_FUNCTION: Final = "def test_{name}():\n    assert 1 == 2\n"
_CASE: Final = """import unittest


class Test{name}(unittest.TestCase):
    def test_{name}(self):
        self.assertEqual(1, 2)
"""


@dataclass(frozen=True, slots=True)
class Control:
    """The test, and the suite's command with one word more where it knows it: to end at the first failure."""

    edit: FileEdit
    command: tuple[str, ...]


def control_for(command: Sequence[str], paths: Iterable[str], *, nonce: str) -> Control | None:
    """The control of a Python suite; None for any other, whose runner is not known so well."""
    place = _place([path for path in paths if PYTHON_TEST.search(path)], command)
    names = [posixpath.basename(word) for word in command]
    for runner, stop, test in (
        ("pytest", ("-x",), _FUNCTION),
        ("py.test", ("-x",), _FUNCTION),
        ("unittest", ("-f",), _CASE),
        ("tox", (), _FUNCTION),
        ("nox", (), _FUNCTION),
    ):
        if place is not None and runner in names:
            after = names.index(runner) + 1
            content = test.format(name=nonce).encode()
            edit = FileEdit(path=_beside(place, nonce), content=content)
            return Control(edit, (*command[:after], *stop, *command[after:]))
    return None


def _place(tests: Sequence[str], command: Sequence[str]) -> str | None:
    """A test module of the directory that holds most of them, among those that the command names if any."""
    named = tuple(f"{posixpath.normpath(word)}/" for word in command)
    among = [path for path in tests if path.startswith(named)] or tests
    directories = Counter(posixpath.dirname(path) for path in among)
    most = max(directories.values(), default=0)
    return min((path for path in among if directories[posixpath.dirname(path)] == most), default=None)


def _beside(path: str, nonce: str) -> str:
    """A name of the same kind, the first of its directory."""
    directory, name = posixpath.split(path)
    own = f"test_0{nonce}.py" if name.startswith("test_") else f"a0{nonce}_test.py"
    return posixpath.join(directory, own)
