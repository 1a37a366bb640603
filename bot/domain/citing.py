"""What an answer rests on: files and lines that are really there, and where people see them."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

# GitHub shows them rendered, without numbers, unless it is asked for the plain text.
RENDERED: Final = (".md", ".markdown", ".rst", ".adoc", ".org", ".ipynb", ".csv", ".svg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A file of the commit, or some lines of it."""

    path: str
    first: int | None = None
    last: int | None = None

    @property
    def name(self) -> str:
        """As people write it: the path, and the lines behind a colon."""
        if self.first is None:
            return self.path
        return f"{self.path}:{self.first}" + (f"-{self.last}" if self.last != self.first else "")


def cited(path: str, first: int | None, last: int | None, *, lines: int) -> Citation | None:
    """These lines of a file that has so many, all of it where none are named; None if they are not there."""
    named = [each for each in (first, last) if each is not None]
    if not named:
        return Citation(path=path)
    begin, end = named[0], named[-1]
    return Citation(path=path, first=begin, last=end) if 1 <= begin <= end <= lines else None


def address(page: str, commit: str, it: Citation) -> str:
    """Where the repository's page shows it, as of that commit."""
    whole = f"{page}/blob/{commit}/{quote(it.path)}"
    if it.first is None:
        return whole
    plain = "?plain=1" if it.path.lower().endswith(RENDERED) else ""
    return f"{whole}{plain}#L{it.first}" + (f"-L{it.last}" if it.last != it.first else "")
