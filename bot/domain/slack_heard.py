"""What somebody writes to the bot in Slack: their own words as plain text, and what is named in them.

Whether it is a command that needs nobody to make out what it means is told by its letters alone.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from bot.domain.blocks import blocks_of
from bot.domain.commands import PREFIX
from bot.domain.slack_places import Numbered, is_repository, numbered
from bot.domain.slack_typed import unescaped

# What may be said in one word and done, with at most one more that names what is meant.
PLAIN: Final = frozenset(("help", "history", "link", "list", "plan", "review", "status", "unlink", "why"))
MOST_NAMED: Final = 3
_QUOTED: Final = re.compile(r"^[ \t]*(?:>|&gt;).*$", re.MULTILINE)
_CONTROL: Final = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_WORD: Final = re.compile(r"[^\s,;:!?()\"'`]+")
_ID: Final = re.compile(r"[a-z2-7]{10}")
_PAGE: Final = re.compile(r"https?://[^/\s]+/([^/\s]+/[^/\s]+?)(?:/(?:issues|pull)/([1-9][0-9]{0,9})\b.*)?/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What words name, each in its order: repositories, issues or pull requests, and ids of integrations."""

    repositories: tuple[str, ...] = ()
    numbers: tuple[Numbered, ...] = ()
    ids: tuple[str, ...] = ()


def plain(text: str) -> str:
    """A message as it reads: links, channels and people written out, and Slack's own escapes undone."""
    return unescaped(_CONTROL.sub(_written, text)).strip()


def _written(found: re.Match[str]) -> str:
    kind, target, label = found[1], found[2], found[3]
    if not kind:
        return target if label in {None, target, _bare(target)} else f"{label} ({target})"
    if kind == "!":
        return f"@{label or target.partition('^')[0]}"
    return f"{kind}{label or target}"


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://|mailto:)", "", address)


def is_to(text: str, bot: str) -> bool:
    """Whether the bot is spoken to in it: in a quotation or in code its name is another's, or nobody's."""
    own = "\n".join(each.text for each in blocks_of(_QUOTED.sub("", text)) if not each.is_code)
    return f"<@{bot}>" in _without_code(own)


def _without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", text)


def words_to(text: str, bot: str) -> tuple[str, bool]:
    """What is said, without the bot's name; and whether it begins with that."""
    name = re.escape(f"<@{bot}>")
    rest, begins = re.subn(rf"\A\s*{name}[ \t]*[,:]?", "", text)
    inside = rf"[ \t]*{name}(?=[,.:;!?])|{name}[ \t]*"
    return plain(rest if begins else re.sub(inside, "", text)), bool(begins)


def exact(words: str, known: Collection[str], *, run: str = "") -> str | None:
    """The command that these words are to the letter, None where somebody has to make out what they mean.

    With the command's own sign they are whatever it says; without it only one of a few words, with a name
    of what is meant or alone. `run` is the integration whose thread it is; in no run's, how it stands is
    asked of all of them, and "why" of whatever was said there.
    """
    if words.split(maxsplit=1)[:1] == [PREFIX]:
        return words
    name, *rest = words.lower().rstrip(" .!?").split() or ["help"]
    if name not in known or name not in PLAIN or len(rest) > 1:
        return None
    named = words.rstrip(" .!?").split()[1:] or _of_run(name, run)
    if any(not _is_name(each) for each in named) or (name == "why" and not named):
        return None
    return " ".join([PREFIX, "list" if name == "status" and not named else name, *named])


def _is_name(word: str) -> bool:
    is_one = _ID.fullmatch(word) is not None
    return is_one or is_repository(word) or numbered(word) is not None


def _of_run(name: str, run: str) -> list[str]:
    return [run] if run and name in {"history", "plan", "status", "why"} else []


def named_in(words: str) -> Named:
    """What they name; of each the first few."""
    tokens = [each.rstrip(".") for each in _WORD.findall(words)]
    pages = [found for found in map(_PAGE.fullmatch, re.findall(r"https?://[^\s()<>]+", words)) if found]
    numbers = [found for each in tokens if (found := numbered(each)) is not None]
    numbers += [Numbered(page[1], int(page[2])) for page in pages if page[2] and is_repository(page[1])]
    repositories = [each for each in tokens if is_repository(each)]
    repositories += [page[1] for page in pages if is_repository(page[1])]
    return Named(
        repositories=tuple(dict.fromkeys(repositories))[:MOST_NAMED],
        numbers=tuple(dict.fromkeys(numbers))[:MOST_NAMED],
        ids=tuple(dict.fromkeys(each for each in tokens if _ID.fullmatch(each)))[:MOST_NAMED],
    )
