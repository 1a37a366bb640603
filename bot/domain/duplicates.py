"""When a request is as good as one that was made already: the same words, but for what says nothing."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

# Whoever leaves these out, or puts them in, wants nothing else.
EMPTY_WORDS: Final = frozenset((
    *("a", "an", "the"),
    *("please", "pls", "kindly", "just", "can", "could", "would", "you"),
    *("hi", "hello", "hey", "thanks", "thank"),
))
# Words that lean on what stands around them: what they mean, the issue says.
LEANING: Final = frozenset((
    *("this", "that", "these", "those", "it", "its"),
    *("above", "below", "here", "described", "description"),
    *("issue", "ticket", "title"),
))
# What stands around a word. Signs that belong to it (C++, C#, -1, 50%) stay.
AROUND: Final = ".,;:!?\"'`()[]{}<>*_~\u201c\u201d\u2018\u2019\u00ab\u00bb\u2026"
FEWEST_WORDS: Final = 4
# Shorter words that differ in a letter are other words more often than slips, and plurals.
SHORT_WORD: Final = 4
LONG_WORD: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asked for: their words, from which base, and the issue as it was then."""

    request: str
    base: str | None
    title: str
    body: str


def is_the_same(one: Wish, other: Wish) -> bool:
    """Whether doing the one would be doing the other.

    Where the words lean on their issue, or are few, the issue has to say the same as well.
    """
    words = words_of(one.request)
    if one.base != other.base or not words or not are_alike(words, words_of(other.request)):
        return False
    if len(words) >= FEWEST_WORDS and LEANING.isdisjoint(words):
        return True
    titles, bodies = (words_of(one.title), words_of(other.title)), (words_of(one.body), words_of(other.body))
    return are_alike(*titles) and are_alike(*bodies)


def words_of(text: str) -> tuple[str, ...]:
    """Its words in their order, however they are written, without those that say nothing."""
    plain = unicodedata.normalize("NFKC", text).casefold().split()
    bare = (word.strip(AROUND) for word in plain)
    return tuple(word for word in bare if word and word not in EMPTY_WORDS)


def are_alike(some: Sequence[str], others: Sequence[str]) -> bool:
    """Word for word the same, but for plurals and one slip: a word more, or another order, may change all."""
    slips = 0
    for one, other in zip_longest(some, others, fillvalue=""):
        if one == other or _is_plural(one, other):
            continue
        slips += 1
        if slips > 1 or not _is_slip(one, other):
            return False
    return True


def _is_plural(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORT_WORD and long == f"{short}s" and short.isalpha()


def _is_slip(one: str, other: str) -> bool:
    """One letter left out, or two that changed places, behind the first: another letter is another word."""
    short, long = sorted((one, other), key=len)
    if len(short) < LONG_WORD or not long.isalpha() or one[0] != other[0]:
        return False
    if len(short) == len(long):
        at = next(place for place, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1])
        return one[:at] + one[at : at + 2][::-1] + one[at + 2 :] == other
    return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))
