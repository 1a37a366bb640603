"""How a repository's own tests are run, told from its files."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from bot.domain import toml

PYTEST: Final = ("python", "-m", "pytest", "-q")  # which runs the tests of unittest as well
NPM: Final = ("npm", "test")
GO: Final = ("go", "test", "./...")
CARGO: Final = ("cargo", "test", "--quiet")
MAVEN: Final = ("mvn", "-q", "test")
GRADLE: Final = ("./gradlew", "test")
MAKE: Final = ("make", "test")

# What must be read to tell; every other file counts by its name alone.
TELLING_FILES: Final = (
    "Makefile",
    "package.json",
    "pyproject.toml",
    "pytest.ini",
    "setup.cfg",
    "tox.ini",
)

PYTHON_TEST: Final = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$")
_PYTHON_PROJECT: Final = re.compile(
    r"pyproject\.toml|setup\.(?:py|cfg)|tox\.ini|Pipfile|requirements[^/]*\.txt|(?:tests?/)?conftest\.py"
)
_MAKE_TARGET: Final = re.compile(r"^test\s*:(?!=)", re.MULTILINE)
_PYTEST_SECTION: Final = re.compile(r"^\[(?:tool:)?pytest\]", re.MULTILINE)
_NO_TEST: Final = "no test specified"


@dataclass(frozen=True, slots=True)
class _Repository:
    """Its files by name, and the texts that were read."""

    paths: Collection[str]
    texts: Mapping[str, str]

    def text(self, path: str) -> str:
        return self.texts.get(path, "")

    def configures_pytest(self) -> bool:
        """It says itself that its tests are pytest's."""
        if "pytest.ini" in self.paths or ".pytest.ini" in self.paths:
            return True
        if "pytest" in _tools(self.text("pyproject.toml")):
            return True
        return any(_PYTEST_SECTION.search(self.text(name)) for name in ("setup.cfg", "tox.ini"))

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


def _named(name: str) -> Callable[[_Repository], bool]:
    return lambda repository: name in repository.paths


# In this order: what a repository says of its tests, what it is made of, then what its files let guess.
_SUITES: Final[tuple[tuple[tuple[str, ...], Callable[[_Repository], bool]], ...]] = (
    (PYTEST, _Repository.configures_pytest),
    (PYTEST, _Repository.is_python_with_tests),
    (NPM, _Repository.has_npm_script),
    (GO, _named("go.mod")),
    (CARGO, _named("Cargo.toml")),
    (MAVEN, _named("pom.xml")),
    (GRADLE, _named("gradlew")),
    (MAKE, _Repository.has_make_target),
    (PYTEST, _Repository.has_python_tests),
)


def detect(paths: Collection[str], files: Mapping[str, str]) -> list[str] | None:
    """The command that runs the tests, None where there are none; `files` holds the texts at hand."""
    repository = _Repository(paths, files)
    return next((list(command) for command, fits in _SUITES if fits(repository)), None)
