"""Lenses: what the readers of a change look for, each its own, and when two of them say the same."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, Literal, get_args

from bot.domain.remarks import SEVERITIES, Finding

Lens = Literal["correctness", "security", "tests", "compatibility"]
LENSES: Final[tuple[Lens, ...]] = get_args(Lens)
# So much of the words of two titles is the same where both say the same.
ALIKE: Final = 0.5
_WORD: Final = re.compile(r"\w+")


def wanted(named: Sequence[str], own: Iterable[str] = ()) -> tuple[str, ...]:
    """Those of the four that are named, all where none of them is, and a repository's own behind them."""
    picked = tuple(lens for lens in LENSES if lens in named) or LENSES
    return (*picked, *own)


def is_unwanted(lens: str, readers: Sequence[str]) -> bool:
    """Whether it is one of the four that the repository does without; a name that nobody knows is not."""
    return lens in LENSES and lens not in readers


def folded(findings: Iterable[Finding]) -> list[Finding]:
    """Of what two lenses say of the same place about the same thing only the graver, by both their names."""
    kept = list[Finding]()
    for each in findings:
        nth = next((nth for nth, it in enumerate(kept) if _is_the_same(it, each)), None)
        if nth is None:
            kept.append(each)
        else:
            kept[nth] = _both(kept[nth], each)
    return kept


def _both(one: Finding, other: Finding) -> Finding:
    first, second = sorted((one, other), key=_weight)
    return replace(first, lenses=(*first.lenses, *second.lenses))


def _is_the_same(one: Finding, other: Finding) -> bool:
    """What one reader says twice it means twice."""
    if not one.lenses or not other.lenses or {*one.lenses} & {*other.lenses}:
        return False
    return _overlaps(one, other) and (one.rule == other.rule or _is_alike(one.title, other.title))


def _overlaps(one: Finding, other: Finding) -> bool:
    here, there = one.anchor, other.anchor
    is_one_file = (here.path, here.side) == (there.path, there.side)
    return is_one_file and here.begins <= there.line and there.begins <= here.line


def _is_alike(one: str, other: str) -> bool:
    """Whether half of their words or more are in both."""
    words, others = ({*_WORD.findall(title.lower())} for title in (one, other))
    return bool(words) and len(words & others) >= ALIKE * len(words | others)


def _weight(it: Finding) -> tuple[int, int]:
    return SEVERITIES.index(it.severity), -it.confidence
