"""The grammar: what a command is, and how one is read from a comment, whatever the door."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from bot.domain.policy import Permission

PREFIX: Final = "/claude"
WORD: Final = re.compile(r"[a-z]{2,20}", re.ASCII)
BLANK_LINES: Final = re.compile(r"\A(?:[ \t]*\r?\n)*")
SPACE: Final = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command, declared once; help, documentation and the check of rights are made from this.

    An option has a value behind it, a flag has none; `is_free` has neither, whatever it looks like.
    """

    name: str
    usage: str
    help: str
    needs: Permission | None
    options: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    is_free: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A command as somebody said it: its name, its options and its free text."""

    name: str
    text: str
    options: Mapping[str, str]


class Misspoken(Exception):
    """Meant for the bot, but not understood; `code` says how, `word` what."""

    def __init__(self, code: str, word: str, *, nearest: str | None = None) -> None:
        super().__init__(code, word, nearest)
        self.code, self.word, self.nearest = code, word, nearest


def read(body: str, commands: Iterable[Command]) -> Spoken | None:
    """The command in a comment, None where there is none. Raises Misspoken.

    Only the first line that is not blank counts, from its first column, byte for byte: what is quoted, in
    code, hidden in HTML or below a reply is never a command.
    """
    first, _, rest = BLANK_LINES.sub("", body).partition("\n")
    words = SPACE.split(first.rstrip(" \t\r"))
    if words[0] != PREFIX:
        return None
    known = {command.name: command for command in commands}
    name = words[1] if len(words) > 1 else "help"
    if name not in known:
        raise Misspoken("unknown_command", name[:40], nearest=_nearest(name, known))
    options, text = _options(words[2:], known[name])
    return Spoken(name=name, text=f"{text}\n{rest}".strip(), options=options)


def _nearest(name: str, known: Iterable[str]) -> str | None:
    close = get_close_matches(name.lower(), list(known), n=1) if WORD.fullmatch(name.lower()) else []
    return close[0] if close else None


def _options(words: list[str], command: Command) -> tuple[dict[str, str], str]:
    """The options in front of the text or behind it; what looks like one and is none is refused."""
    if command.is_free:
        return {}, " ".join(words)
    options, text = {}, []
    remaining = iter(words)
    for word in remaining:
        if not word.startswith("--"):
            text.append(word)
            continue
        name = word.removeprefix("--")
        if name in command.flags:
            options[name] = ""
            continue
        if name not in command.options:
            raise Misspoken("unknown_option", word[:40])
        options[name] = next(remaining, "--")
        if options[name].startswith("--"):
            raise Misspoken("option_without_value", word)
    return options, " ".join(text)
