"""What a repository's continuous integration is told to run: the files that its own files name."""

import re
from collections.abc import Iterable
from typing import Final

from bot.domain.paths import SENSITIVE_NAME

PLACES: Final = (
    ".github/workflows/",
    ".github/actions/",
    ".circleci/",
    ".buildkite/",
    ".gitlab/",
    ".woodpecker/",
)
# A script is called from its own directory as well, so that only its name stands there.
SCRIPT: Final = re.compile(r"[^/]+\.(?:sh|bash|bats|ps1|mk)|[Mm]akefile|GNUmakefile")
MAKE: Final = re.compile(r"(?<![\w./-])make(?![\w.-])")


def is_ci(path: str) -> bool:
    """Whether the file tells a continuous integration what to do; no change may touch one."""
    return path.startswith(PLACES) or SENSITIVE_NAME.fullmatch(path.rpartition("/")[2].lower()) is not None


def named_in(texts: Iterable[str], paths: Iterable[str]) -> list[str]:
    """Those of the paths that one of the texts names; where `make` is called, that as well."""
    whole = "\n".join(texts)
    found = [path for path in paths if _is_named(path, whole)]
    return [*found, "make"] if MAKE.search(whole) else found


def _is_named(path: str, text: str) -> bool:
    name = path.rpartition("/")[2]
    is_called = SCRIPT.fullmatch(name) is not None and _stands(name, text)
    return _stands(path, text) or is_called


def _stands(word: str, text: str) -> bool:
    """Whether the word stands there by itself, as a path or behind one."""
    return re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-]|\.\w)", text) is not None
