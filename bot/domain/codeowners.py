"""Who owns which path, as GitHub reads a CODEOWNERS file: the last pattern that matches a path decides.

The patterns are those of `.gitignore`, but that `dir/*` does not reach below the directory, and that there
is neither a negation nor a range. A line that GitHub cannot read counts as if it were not there.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Final, Literal

from bot.domain.lines import lines_of

# In GitHub's order: the first that is there counts, and it alone.
PLACES: Final = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
LARGEST_BYTES: Final = 3 * 1024 * 1024
# GitHub has no such limit; nobody is asked by a file of more, rather than that everybody waits.
MOST_RULES: Final = 10_000
# Nobody writes a longer line or name; such a line counts as one that GitHub cannot read.
LONGEST_LINE: Final = 4_096
LONGEST_OWNER: Final = 255

_WORD: Final = re.compile(r"(?:\\.|[^\s\\])+")
# An address is told by the first dot that may part its host, so that no other has to be tried.
_OWNER: Final = re.compile(
    r"@[A-Za-z0-9][A-Za-z0-9-]*(?:_[A-Za-z0-9]+)?(?:/[A-Za-z0-9._-]+)?|[^@\s]+@[^@\s][^@\s.]*\.[^@\s]+"
)
_ANY, _ONE = "*", "?"

Token = tuple[str, bool]  # a sign, and whether it stands for others
Ends = Literal["there", "below", "either"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A pattern, taken apart: its names, each None where any number of them may stand, and where it ends."""

    names: tuple[tuple[Token, ...] | None, ...]
    ends: Ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line: whose the paths are that match; nobody's where it names nobody."""

    pattern: Pattern
    owners: tuple[str, ...]


def read_rules(text: str) -> tuple[Rule, ...]:
    """The rules of a file, in its order."""
    return tuple(rule for line in lines_of(text) if (rule := _rule(line)) is not None)


def owners_of(rules: Sequence[Rule], path: str) -> tuple[str, ...]:
    """Who owns the path: those of the last rule that matches it."""
    names = path.split("/")
    return next((rule.owners for rule in reversed(rules) if is_met(rule.pattern, names)), ())


def owners_among(rules: Sequence[Rule], paths: Iterable[str]) -> tuple[str, ...]:
    """Whoever owns one of the paths, each once, in the order of the paths."""
    return tuple(dict.fromkeys(owner for path in sorted(paths) for owner in owners_of(rules, path)))


def pattern_of(words: str) -> Pattern | None:
    """The pattern that these words are; None where they are none."""
    if not words.strip("/") or words.startswith(("!", "\\#")) or "[" in words or "]" in words:
        return None
    ends: Ends = "either"
    parts = words.strip("/").split("/")
    if words.endswith("/"):
        ends = "below"
    elif parts[-1] == "**":
        parts, ends = parts[:-1], "below"
    elif parts[-1] == _ANY and "/" in words:
        ends = "there"
    if "/" not in words.rstrip("/"):
        parts = ["**", *parts]
    names = (None if part == "**" else _tokens(part) for part in _once(parts))
    return Pattern(names=tuple(names), ends=ends)


def is_met(pattern: Pattern, names: Sequence[str]) -> bool:
    """Whether the path of these names is one of those that the pattern means.

    How far the pattern can have come is followed name by name: no pattern takes long.
    """
    reached = {0}
    for part in pattern.names:
        if part is None:
            reached = set(range(min(reached), len(names) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(names) and _is_like(part, names[at])}
        if not reached:
            return False
    match pattern.ends:
        case "there":
            return len(names) in reached
        case "below":
            return min(reached) < len(names)
        case _:
            return True


def _rule(line: str) -> Rule | None:
    """What the words say that stand before a comment."""
    if len(line) > LONGEST_LINE:
        return None
    words = list(takewhile(lambda word: not word.startswith("#"), _WORD.findall(line)))
    if not words or not all(map(_is_owner, words[1:])):
        return None
    pattern = pattern_of(words[0])
    return None if pattern is None else Rule(pattern=pattern, owners=tuple(words[1:]))


def _is_owner(word: str) -> bool:
    """Whether it is a person, a team, or an address of mail."""
    return len(word) <= LONGEST_OWNER and _OWNER.fullmatch(word) is not None


def _once(parts: Iterable[str]) -> Iterable[str]:
    """The parts; of several `**` in a row, which mean no more than one, the first."""
    return (part for name, group in groupby(parts) for part in (["**"] if name == "**" else group))


def _tokens(part: str) -> tuple[Token, ...]:
    """The signs of one name; what a backslash stands before stands for itself."""
    found = re.findall(r"\\?.", part, re.DOTALL)
    return tuple((sign[-1], sign in {_ANY, _ONE}) for sign in found)


def _is_like(part: Sequence[Token], name: str) -> bool:
    """Whether a name is like that; each star takes as little as it can, and more where that is not enough."""
    at = nth = 0
    star, resumed = -1, 0
    while at < len(name):
        if nth < len(part) and part[nth] == (_ANY, True):
            star, resumed, nth = nth, at, nth + 1
        elif nth < len(part) and part[nth] in {(_ONE, True), (name[at], False)}:
            at, nth = at + 1, nth + 1
        elif star >= 0:
            resumed += 1
            at, nth = resumed, star + 1
        else:
            return False
    return all(token == (_ANY, True) for token in part[nth:])
