"""How what the tests need is installed: by which commands, and what of the repository they see."""

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.domain import toml, tox

INSTALLED: Final = "/dependencies"
Commands = tuple[tuple[str, ...], ...]

# The files that say what is needed, by the program that reads them; a set-up is given these, those that its
# commands name, and no other.
_REQUIREMENTS_NAME: Final = (
    r"(?:[^/]*requirements[^/]*|constraints[^/]*)\.(?:txt|in)|requirements/[^/]+\.(?:txt|in)"
)
_MANIFESTS: Final[Mapping[str, re.Pattern[str]]] = {
    "python": re.compile(rf"(?:.*/)?(?:{_REQUIREMENTS_NAME})"),
    "npm": re.compile(r"(?:.*/)?(?:package(?:-lock)?|npm-shrinkwrap)\.json"),
    "go": re.compile(r"(?:.*/)?go\.(?:mod|sum|work)"),
    "cargo": re.compile(r"(?:.*/)?(?:Cargo\.(?:toml|lock)|rust-toolchain(?:\.toml)?)"),
}
_OTHERS: Final = re.compile(
    r"(?:.*/)?(?:pyproject\.toml|setup\.(?:py|cfg)|tox\.(?:ini|toml)|noxfile\.py|Pipfile(?:\.lock)?|(?:poetry|uv|pdm)\.lock"
    r"|yarn\.lock|pnpm-(?:lock|workspace)\.yaml|Gemfile(?:\.lock)?|composer\.(?:json|lock)"
    r"|GNUmakefile|[Mm]akefile)"
)
# Directories of other people's packages, whose own manifests say nothing of this repository.
_FOREIGN: Final = frozenset(("node_modules", "vendor", "third_party"))
MOST_FILES: Final = 500
_REQUIREMENTS: Final = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-test.txt",
    "dev-requirements.txt",
    "test-requirements.txt",
    "requirements/dev.txt",
    "requirements/test.txt",
)
_EXTRAS: Final = ("dev", "test", "testing", "tests")
# Nobody names a package at greater length; such a line takes a person.
LONGEST_LINE: Final = 1_000
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")
_PLAIN: Final = re.compile(
    r"(?:-[rc]\s*[A-Za-z0-9_./-]+|--hash=sha256:[0-9a-f]{64}\s*\\?|[A-Za-z0-9][^@:/\\]*\\?)?"
)
_LIST: Final = re.compile(r"-r\s*([A-Za-z0-9_./-]+)")
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*\s*(?:\[[\w,. -]*\]\s*)?(?:[<>=!~][^@:/\\{}]*|;[^@:/\\{}]*)?")
_NOX_INSTALL: Final = re.compile(r"\bsession\.install\(([^()]*)\)")
_QUOTED: Final = re.compile(r"[\"']([^\"'\n]+)[\"']")
# The plug-in has tox run its commands in the Python that there is: where nothing can be fetched any more.
_TOX: Final = ("tox>=4", "tox-current-env")
_NOX: Final = ("nox",)
_PIP: Final = ("python", "-m", "pip", "install", "--target", f"{INSTALLED}/python")
_NPM: Final = ("npm", "ci", "--no-audit", "--no-fund")
_GO: Final = ("go", "mod", "download")
_CARGO: Final = ("cargo", "fetch", "--locked")
# What the test command says of the language; `make` and the like may need any.
_LANGUAGES: Final[Mapping[str, Collection[str]]] = {
    "python": ("python", "python3", "pytest", "py.test", "tox", "nox"),
    "node": ("npm", "npx", "node", "yarn", "pnpm"),
    "go": ("go",),
    "cargo": ("cargo",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """What a repository says of its set-up: commands as lines, or that they be told from its files.

    `files` are paths, or directories, that the commands see beside what says what is needed.
    """

    lines: tuple[str, ...] = ()
    is_detected: bool = False
    files: tuple[str, ...] = ()

    def commands(self) -> Commands:
        return tuple(tuple(shlex.split(line)) for line in self.lines)


def may_matter(path: str, setup: SetUp) -> bool:
    """Whether the file has to be looked at to tell what is needed."""
    if not _FOREIGN.isdisjoint(path.split("/")[:-1]):
        return False
    if any(each.fullmatch(path) for each in (*_MANIFESTS.values(), _OTHERS)):
        return True
    named = {word.removeprefix("./") for command in setup.commands() for word in command}
    return path in named or any(
        path == each or path.startswith(f"{each.rstrip('/')}/") for each in setup.files
    )


def is_given(path: str, setup: SetUp, commands: Commands) -> bool:
    """Whether those commands see a file that may matter: of ones that were told, only what they read."""
    if not setup.is_detected:
        return True
    return any(_MANIFESTS[command[0]].fullmatch(path) for command in commands)


def commands_for(setup: SetUp, tests: Sequence[str], texts: Mapping[str, str]) -> Commands:
    """The commands of a set-up; none where none are named, and nothing says that any are needed."""
    if not setup.is_detected:
        return setup.commands()
    wanted = languages_of(tests)
    found = (
        ("python", _python(texts, tests)),
        ("node", _NPM if _has(texts, "package.json") and _locked(texts) else None),
        ("go", _GO if _has(texts, "go.mod") else None),
        ("cargo", _CARGO if _has(texts, "Cargo.lock") else None),
    )
    return tuple(command for language, command in found if command and language in wanted)


def careful(commands: Commands, texts: Iterable[str]) -> Commands | None:
    """The same where a change says what is needed, and nobody has looked: what it names may run no code.

    None where that cannot be had: the repository named the commands itself, or what the change asks for is
    more than names of packages.
    """
    told = {
        _PIP[:4]: ("--only-binary", ":all:"),
        _NPM[:2]: ("--ignore-scripts",),
        _GO[:2]: (),
        _CARGO[:2]: (),
    }
    found = list[tuple[str, ...]]()
    for command in commands:
        front = next((front for front in told if command[: len(front)] == front), None)
        if front is None or not all(map(_is_plain, _named_by(command, texts))):
            return None
        found.append((*front, *told[front], *command[len(front) :]))
    return tuple(found)


def _named_by(command: tuple[str, ...], texts: Iterable[str]) -> Iterator[str]:
    """The lines by which pip is told what to install."""
    if command[:4] == _PIP[:4]:
        yield from command[command.index("--") + 1 :] if "--" in command else ()
        for text in texts if "-r" in command else ():
            yield from text.splitlines()


def _is_plain(line: str) -> bool:
    """Whether it is the name of a package, or of a further list: no address, no path and no option of pip."""
    return len(line) <= LONGEST_LINE and _PLAIN.fullmatch(_without_comment(line)) is not None


def _without_comment(line: str) -> str:
    """What pip reads of the line."""
    return _COMMENT.sub("", line.strip()).rstrip()


def languages_of(tests: Sequence[str]) -> Collection[str]:
    """Whose packages the test command may need; of a command that names none, any."""
    first = tests[0].rpartition("/")[2] if tests else ""
    known = [language for language, words in _LANGUAGES.items() if first in words]
    return known or _LANGUAGES.keys()


def _has(texts: Mapping[str, str], path: str) -> bool:
    return path in texts


def _locked(texts: Mapping[str, str]) -> bool:
    return "package-lock.json" in texts or "npm-shrinkwrap.json" in texts


def _python(texts: Mapping[str, str], tests: Sequence[str]) -> tuple[str, ...] | None:
    """By what tox or nox needs for the tests where these run them, by lists of requirements, or else by what
    the project file declares and tox would install.
    """
    lists = [path for path in _REQUIREMENTS if path in texts]
    declared, wanted = _declared(texts.get("pyproject.toml", "")), _toxs(texts)
    if "tox" in tests:
        lists, names = _named_lists(wanted, texts), [*_TOX, *declared, *_names(wanted)]
    elif "nox" in tests:
        wanted = _installed_by_nox(texts)
        names = [*_NOX, *(() if lists else declared), *_names(wanted)]
        lists = list(dict.fromkeys([*lists, *_named_lists(wanted, texts)]))
    elif lists:
        names = []
    else:
        lists, names = _named_lists(wanted, texts), [*declared, *_names(wanted)]
    if not lists and not names:
        return None
    named = ("--", *dict.fromkeys(names)) if names else ()
    return (*_PIP, *(word for path in lists for word in ("-r", path)), *named)


def _toxs(texts: Mapping[str, str]) -> Sequence[str]:
    found = tox.environment(texts)
    return found.needs if found else ()


def _named_lists(needs: Iterable[str], texts: Mapping[str, str]) -> list[str]:
    """The lists of requirements among the needs, as far as they are there; none is named twice."""
    paths = (match[1].removeprefix("./") for line in needs if (match := _LIST.fullmatch(line)))
    return list(dict.fromkeys(path for path in paths if path in texts))


def _names(needs: Iterable[str]) -> list[str]:
    """The packages among them, and no option, path or address."""
    return [line for line in needs if _NAME.fullmatch(line)]


def _installed_by_nox(texts: Mapping[str, str]) -> list[str]:
    """What the sessions install by plain words; what they work out themselves cannot be told."""
    calls = _NOX_INSTALL.findall(texts.get("noxfile.py", "")[: toml.LARGEST_CHARACTERS])
    words = [word for call in calls for word in _QUOTED.findall(call)]
    return [
        f"-r {word}" if before == "-r" else word for before, word in zip(["", *words], words, strict=False)
    ]


def _declared(text: str) -> list[str]:
    """What a project needs, and what its tests and developers need, each once; the project is not built."""
    try:
        said = toml.parsed(text)
    except (ValueError, RecursionError):
        return []
    project, groups = _table(said.get("project")), _table(said.get("dependency-groups"))
    extras = _table(project.get("optional-dependencies"))
    lists = [project.get("dependencies"), *(part.get(name) for part in (extras, groups) for name in _EXTRAS)]
    found = (each for part in lists if isinstance(part, list) for each in part if isinstance(each, str))
    return list(dict.fromkeys(found))


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
