"""Which file is the template of a pull request's description, where GitHub looks for one."""

from collections.abc import Iterable
from typing import Final

# As GitHub looks, the first that is there; of several in a folder people choose one by hand.
_FOLDERS: Final = ("", "docs/", ".github/")
_NAMES: Final = ("pull_request_template.md", "pull_request_template.txt", "pull_request_template")
_PLACES: Final = tuple(f"{folder}{name}" for folder in _FOLDERS for name in _NAMES)


def template_in(paths: Iterable[str]) -> str | None:
    """Its path as it is spelled there; None where there is none."""
    there = {path.lower(): path for path in sorted(paths)}
    return next((there[place] for place in _PLACES if place in there), None)
