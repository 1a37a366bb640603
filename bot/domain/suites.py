"""How a repository's own tests are run, told from its files."""

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain import toml, tox

PYTEST: Final = ("python", "-m", "pytest", "-q")  # which runs the tests of unittest as well
NPM: Final = ("npm", "test")
GO: Final = ("go", "test", "./...")
CARGO: Final = ("cargo", "test", "--quiet")
MAVEN: Final = ("mvn", "-o", "-q", "test")
MAVEN_WRAPPER: Final = ("./mvnw", "-o", "-q", "test")
# In the environment that the set-up made: nothing is installed by them, and they make no other one.
TOX: Final = ("python", "-m", "tox", "run", "--current-env", "--no-provision", "-e")
NOX: Final = ("python", "-m", "nox", "--no-venv", "--no-install", "-s")
GRADLE: Final = ("./gradlew", "test")
MAKE: Final = ("make", "test")

# What must be read to tell; every other file counts by its name alone.
TELLING_FILES: Final = (
    "Makefile",
    "noxfile.py",
    "package.json",
    "pyproject.toml",
    "pytest.ini",
    "setup.cfg",
    "tox.ini",
    "tox.toml",
)

PYTHON_TEST: Final = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$")
_PYTHON_PROJECT: Final = re.compile(
    r"pyproject\.toml|setup\.(?:py|cfg)|tox\.(?:ini|toml)|noxfile\.py|Pipfile|requirements[^/]*\.txt|(?:tests?/)?conftest\.py"
)
_MAKE_TARGET: Final = re.compile(r"^test\s*:(?!=)", re.MULTILINE)
_PYTEST_SECTION: Final = re.compile(r"^\[(?:tool:)?pytest\]", re.MULTILINE)
_SESSION: Final = re.compile(r"^(?:async )?def (\w+)\(\s*session\b", re.MULTILINE)
_NO_TEST: Final = "no test specified"


@dataclass(frozen=True, slots=True)
class _Repository:
    """Its files by name, and the texts that were read."""

    paths: Collection[str]
    texts: Mapping[str, str]
    installs: bool

    def text(self, path: str) -> str:
        return self.texts.get(path, "")

    def configures_pytest(self) -> bool:
        """It says itself that its tests are pytest's."""
        if "pytest.ini" in self.paths or ".pytest.ini" in self.paths:
            return True
        if "pytest" in _tools(self.text("pyproject.toml")):
            return True
        return any(_PYTEST_SECTION.search(self.text(name)) for name in ("setup.cfg", "tox.ini"))

    def tox(self) -> Sequence[str] | None:
        """Tox itself where the set-up can install it, else what it would run where that is plain."""
        found = tox.environment(self.texts)
        if found is None:
            return None
        return (*TOX, found.name) if self.installs else found.direct

    def nox(self) -> Sequence[str] | None:
        """The session of the tests, by its name; nox itself is needed for it."""
        sessions = _SESSION.findall(self.text("noxfile.py")) if self.installs else []
        name = next((name for name in tox.NAMES if name in sessions), None)
        return (*NOX, name) if name else None

    def is_python(self) -> bool:
        """It is put together as Python's are; elsewhere a module of tests may be a tool's."""
        return any(map(_PYTHON_PROJECT.fullmatch, self.paths))

    def is_python_with_tests(self) -> bool:
        return self.is_python() and self.has_python_tests()

    def has_python_tests(self) -> bool:
        return any(map(PYTHON_TEST.search, self.paths))

    def has_npm_script(self) -> bool:
        scripts = _parsed(self.text("package.json")).get("scripts")
        test = scripts.get("test") if isinstance(scripts, dict) else None
        return isinstance(test, str) and bool(test.strip()) and _NO_TEST not in test

    def has_make_target(self) -> bool:
        return bool(_MAKE_TARGET.search(self.text("Makefile")))


def _parsed(text: str) -> dict[str, object]:
    try:
        package = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return package if isinstance(package, dict) else {}


def _tools(text: str) -> Collection[str]:
    """The names below `[tool]`; a file that is no TOML, or is not read, has none."""
    try:
        tools = toml.parsed(text).get("tool")
    except (ValueError, RecursionError):
        return ()
    return tools if isinstance(tools, dict) else ()


Suite = Callable[[_Repository], Sequence[str] | None]


def _where(fits: Callable[[_Repository], bool], command: Sequence[str]) -> Suite:
    return lambda repository: command if fits(repository) else None


def _named(name: str, command: Sequence[str]) -> Suite:
    return lambda repository: command if name in repository.paths else None


# In this order: what a repository says of its tests, what it is made of, then what its files let guess.
_SUITES: Final[tuple[Suite, ...]] = (
    _where(_Repository.configures_pytest, PYTEST),
    _Repository.tox,
    _Repository.nox,
    _where(_Repository.is_python_with_tests, PYTEST),
    _where(_Repository.has_npm_script, NPM),
    _named("go.mod", GO),
    _named("Cargo.toml", CARGO),
    _where(lambda repository: {"pom.xml", "mvnw"} <= set(repository.paths), MAVEN_WRAPPER),
    _named("pom.xml", MAVEN),
    _named("gradlew", GRADLE),
    _where(_Repository.has_make_target, MAKE),
    _where(_Repository.has_python_tests, PYTEST),
)


def detect(paths: Collection[str], files: Mapping[str, str], *, installs: bool = False) -> list[str] | None:
    """The command that runs the tests, None where there are none; `files` holds the texts at hand.

    `installs` says whether a set-up can install what the files ask for, and so tox and nox.
    """
    repository = _Repository(paths, files, installs)
    return next((list(command) for suite in _SUITES if (command := suite(repository))), None)
