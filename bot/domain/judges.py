"""Which files judge a change: the tests, and what decides how they are run."""

import configparser
import json
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.domain import toml
from bot.records import FileEdit

TEST_DIRECTORIES: Final = frozenset(("test", "tests", "testdata", "__tests__", "__snapshots__"))
TEST_NAME: Final = re.compile(
    r"(?:test_.*|tests?|.*[._-](?:test|spec)s?)"
    r"\.(?:py|go|rb|rs|[cm]?[jt]sx?|vue|dart|exs?|php|lua|sh|bats)"
    r"|.*(?:Tests?|Spec|IT)\.(?:java|kts?|cs|php|swift|scala|groovy)"
)
STEERING_NAME: Final = re.compile(
    r"conftest\.py|\.?pytest\.(?:ini|toml)|tox\.(?:ini|toml)|noxfile\.py|(?:site|user)customize\.py"
    r"|(?:jest|vitest|playwright|karma)\.conf(?:ig)?\.\w+|\.mocharc\.\w+|phpunit\.xml(?:\.dist)?|\.rspec"
    r"|pom\.xml|mvnw|build\.gradle(?:\.kts)?|gradlew"
)
# Where an import looks first: a module of a runner's own name there is run in its place, and so is one that
# pytest, tox or nox imports; of these a directory is found before theirs only where it says that it is one.
_RUNNERS: Final = r"_?pytest|pluggy|unittest|tox|tox_current_env|nox"
_THEIRS: Final = (
    r"iniconfig|packaging|pygments|exceptiongroup|tomli|colorama|typing_extensions"
    r"|cachetools|chardet|filelock|platformdirs|pyproject_api|virtualenv|distlib|python_discovery"
    r"|argcomplete|attrs?|colorlog|dependency_groups|humanize"
)
_MODULE: Final = r"(?:\.[\w-]+)*\.(?:pyc?|so)"
RUNNER: Final = re.compile(
    rf"(?:src/)?(?:(?:{_RUNNERS})/.*|(?:{_RUNNERS}|{_THEIRS}){_MODULE}|(?:{_THEIRS})/__init__{_MODULE})",
    re.DOTALL,
)
MAKEFILES: Final = ("makefile", "Makefile", "GNUmakefile")
PACKAGE_KEYS: Final = ("scripts", "jest", "vitest", "mocha", "ava", "tap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judges:
    """What a change did to its judges, as paths: tests changed, removed and added, and what steers them."""

    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    steering: tuple[str, ...] = ()

    @property
    def all(self) -> frozenset[str]:
        return frozenset((*self.changed, *self.removed, *self.added, *self.steering))

    @property
    def are_bent(self) -> bool:
        """Whether anything that judged before does so no longer as it did; new tests aside."""
        return bool(self.changed or self.removed or self.steering)

    @property
    def new_tests(self) -> tuple[str, ...]:
        """Of what was added the files that hold tests, and not what these are compared with."""
        return tuple(path for path in self.added if TEST_NAME.fullmatch(path.rpartition("/")[2]))


def is_test(path: str) -> bool:
    """Whether a file of this name is a test, or what tests are compared with, by the conventions of many."""
    *directories, name = path.split("/")
    return TEST_NAME.fullmatch(name) is not None or any(
        each.lower() in TEST_DIRECTORIES for each in directories
    )


def may_judge(path: str, command: Sequence[str]) -> bool:
    """Whether the file's content has to be looked at to tell."""
    return is_test(path) or _steers(path, command) or path.rpartition("/")[2] in _PARTS


def judges_in(
    edits: Iterable[FileEdit], before: Mapping[str, bytes | None], *, command: Sequence[str]
) -> Judges:
    """The judges among the edits; `before` has what stood at each path that may be one, None for nothing."""
    found: dict[str, list[str]] = {"changed": [], "removed": [], "added": [], "steering": []}
    for edit in edits:
        if edit.path in before and (kind := _kind(edit, before[edit.path], command)):
            found[kind].append(edit.path)
    return Judges(**{kind: tuple(paths) for kind, paths in found.items()})


def _kind(edit: FileEdit, before: bytes | None, command: Sequence[str]) -> str | None:
    if edit.content == before:
        return None
    if _steers(edit.path, command):
        return "steering"
    if part := _PARTS.get(edit.path.rpartition("/")[2]):
        return "steering" if _read(part, before) != _read(part, edit.content) else None
    if before is None:
        return "added"
    return "removed" if edit.content is None else "changed"


def _steers(path: str, command: Sequence[str]) -> bool:
    name = path.rpartition("/")[2]
    return (
        STEERING_NAME.fullmatch(name) is not None
        or RUNNER.fullmatch(path) is not None
        or path in _named(command)
    )


def _named(command: Sequence[str]) -> set[str]:
    """The files that the command itself names, among them what `make` reads."""
    made = MAKEFILES if any(posixpath.basename(word) == "make" for word in command) else ()
    return {*map(posixpath.normpath, command), *made}


def _read(part: Callable[[str], Any], content: bytes | None) -> Any:
    """What the file says of its tests; all of it where it cannot be read."""
    text = (content or b"").decode(errors="replace")
    try:
        return part(text)
    except (ValueError, RecursionError, configparser.Error):
        return text


_STEERING_SECTIONS: Final = ("tool:pytest", "tox:tox", "testenv")


def _of_pyproject(text: str) -> Any:
    tools = toml.parsed(text).get("tool")
    return [tools.get(name) for name in ("pytest", "tox")] if isinstance(tools, dict) else [None, None]


def _of_setup_cfg(text: str) -> Any:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    return [(name, parser.items(name)) for name in parser.sections() if name.startswith(_STEERING_SECTIONS)]


def _of_package(text: str) -> Any:
    package = json.loads(text or "{}")
    return [package.get(key) for key in PACKAGE_KEYS] if isinstance(package, dict) else package


# Files of which only a part speaks of tests.
_PARTS: Final[Mapping[str, Callable[[str], Any]]] = {
    "pyproject.toml": _of_pyproject,
    "setup.cfg": _of_setup_cfg,
    "package.json": _of_package,
}
