"""What tox is told to test, read from a repository's files: the environment, its commands, what it needs."""

import configparser
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.domain import toml

FILES: Final = ("tox.ini", "setup.cfg", "pyproject.toml", "tox.toml")
LARGEST_CHARACTERS: Final = 64 * 1024
MOST_NEEDS: Final = 200
MOST_REFERENCES: Final = 20

# `py` is whatever Python runs it; it has what `[testenv]` says.
USUAL: Final = "py"
NAMES: Final = ("tests", "test", "unit", "units", "unittest", "unittests", "pytest", "py3", "python")
_BASE: Final = "testenv"
_COMMANDS: Final = "commands"
# What makes an environment more than its commands.
_BENDS: Final = frozenset((
    *("setenv", "set_env", "changedir", "change_dir", "commands_pre", "commands_post"),
    *("ignore_outcome", "ignore_errors"),
))
_POSARGS: Final = re.compile(r"\{posargs(?::([^{}]*))?\}")
_ROOT: Final = re.compile(r"\{(?:toxinidir|tox_root)\}/?")
_REFERENCE: Final = re.compile(r"\{\[([^\]{}]+)\](\w+)\}")
_FACTORS: Final = re.compile(r"([\w!,.-]+):\s+(.*)")
_PLAIN: Final = re.compile(r"[\w./=:@+,-]+")
_RUNNERS: Final = ("pytest", "py.test")
_PYTHONS: Final = ("python", "python3", "{envpython}", "{env_python}")

Sections = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One environment of tox: its lines of commands, what it needs, as lines, and whether that is all."""

    name: str
    commands: tuple[str, ...]
    needs: tuple[str, ...] = ()
    is_plain: bool = True

    @property
    def direct(self) -> tuple[str, ...] | None:
        """Its command as it can be run without tox; None where there is more to it than one of pytest's."""
        if not self.is_plain or len(self.commands) != 1:
            return None
        return _direct(self.commands[0])


def environment(texts: Mapping[str, str]) -> Environment | None:
    """The environment that runs the tests; None where tox is not used, or none of its tests is known."""
    sections = next((found for name in FILES if (found := _sections(name, texts.get(name, "")))), {})
    name = next(_tests(sections), None)
    return None if name is None else _environment(sections, name)


def _tests(sections: Sections) -> Iterator[str]:
    if any(_commands(sections, USUAL)):
        yield USUAL
    for name in NAMES:
        if any(_commands({f"{_BASE}:{name}": sections.get(f"{_BASE}:{name}", {})}, name)):
            yield name


def _environment(sections: Sections, name: str) -> Environment:
    base, own = sections.get(_BASE, {}), sections.get(f"{_BASE}:{name}", {})
    needs = (*_lines(sections, sections.get("tox", {}).get("requires")), *_of(sections, name, "deps"))
    bends = _BENDS.intersection(base) or _BENDS.intersection(own)
    return Environment(
        name=name,
        commands=tuple(_commands(sections, name)),
        needs=tuple(dict.fromkeys(_meant(needs, name)))[:MOST_NEEDS],
        is_plain=not bends,
    )


def _commands(sections: Sections, name: str) -> Iterator[str]:
    """What is run, but for lines that are nothing without what somebody types behind them."""
    return (line for line in _of(sections, name, _COMMANDS) if _POSARGS.sub("", line).strip())


def _of(sections: Sections, name: str, key: str) -> list[str]:
    own = sections.get(f"{_BASE}:{name}", {})
    return _lines(sections, own.get(key, sections.get(_BASE, {}).get(key)))


def _lines(sections: Sections, value: object) -> list[str]:
    """A value's lines, with what it takes over from other sections, one step far."""
    if isinstance(value, list):
        return [line for each in value if (line := _told(each))]
    if not isinstance(value, str):
        return []

    def taken(match: re.Match[str]) -> str:
        found = sections.get(match[1], {}).get(match[2])
        return found if isinstance(found, str) else ""

    whole = _REFERENCE.sub(taken, value, count=MOST_REFERENCES)[:LARGEST_CHARACTERS].replace("\\\n", " ")
    return [
        " ".join(line.split())
        for line in whole.split("\n")
        if line.strip() and not line.strip().startswith("#")
    ]


def _told(each: object) -> str:
    """A command or a need of TOML: text, or a list of words, among which tables stand for what is typed."""
    if isinstance(each, list):
        return shlex.join(word for word in each if isinstance(word, str))
    return each.strip() if isinstance(each, str) else ""


def _meant(lines: Iterable[str], name: str) -> Iterator[str]:
    """What holds for that environment: lines may begin with the factors for which they do."""
    for line in lines:
        said = _FACTORS.fullmatch(line)
        if said is None:
            yield _ROOT.sub("", line)
        elif any(_has(name, factors) for factors in said[1].split(",")):
            yield _ROOT.sub("", said[2])


def _has(name: str, factors: str) -> bool:
    known = name.split("-")
    return all(
        (each[1:] not in known) if each.startswith("!") else each in known for each in factors.split("-")
    )


def _direct(line: str) -> tuple[str, ...] | None:
    try:
        words = shlex.split(_ROOT.sub("./", _POSARGS.sub(lambda match: match[1] or "", line)))
    except ValueError:
        return None
    if words and words[0] in _PYTHONS:
        words[0] = "python"
    runs = [word for word in words[:3] if word in _RUNNERS]
    known = words[:1] == runs or (words[:2] == ["python", "-m"] and words[2:3] == runs)
    return tuple(words) if runs and known and all(map(_PLAIN.fullmatch, words)) else None


def _sections(name: str, text: str) -> Sections:
    """What a file says of tox, by the names of the sections of tox.ini; nothing where it cannot be read."""
    if len(text) > LARGEST_CHARACTERS:
        return {}
    try:
        return _READ[name](text)
    except (ValueError, RecursionError, configparser.Error):
        return {}


def _ini(text: str) -> Sections:
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), inline_comment_prefixes=None)
    parser.read_string(text)
    found = {section: dict(parser.items(section)) for section in parser.sections()}
    return found if any(_is_toxs(section) for section in found) else {}


def _is_toxs(section: str) -> bool:
    return section in {"tox", _BASE} or section.startswith(f"{_BASE}:")


def _setup_cfg(text: str) -> Sections:
    found = _ini(text.replace("[tox:tox]", "[tox]"))
    return found if "tox" in found else {}


def _pyproject(text: str) -> Sections:
    tools = toml.parsed(text).get("tool")
    said = tools.get("tox") if isinstance(tools, dict) else None
    if not isinstance(said, dict):
        return {}
    legacy = said.get("legacy_tox_ini")
    return _ini(legacy) if isinstance(legacy, str) else _tables(said)


def _tables(said: Mapping[str, Any]) -> Sections:
    """The tables of TOML under the names that tox.ini has for them."""
    own = said.get("env")
    named = own.items() if isinstance(own, dict) else ()
    found = {
        "tox": said,
        _BASE: said.get("env_run_base"),
        **{f"{_BASE}:{name}": each for name, each in named},
    }
    return {name: each for name, each in found.items() if isinstance(each, dict)}


def _tox_toml(text: str) -> Sections:
    return _tables(toml.parsed(text)) if text else {}


_READ: Final[Mapping[str, Callable[[str], Sections]]] = {
    "tox.ini": _ini,
    "setup.cfg": _setup_cfg,
    "pyproject.toml": _pyproject,
    "tox.toml": _tox_toml,
}
