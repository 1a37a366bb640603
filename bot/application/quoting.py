"""Other people's words, and the model's, in the bot's mouth: harmless."""

import re
from typing import Final

from bot.domain.visible import visible_characters

CLOSING: Final = r"(c)(lose[sd]?)|(f)(ix(?:e[sd])?)|(r)(esolve[sd]?)"

# What acts when it is read by GitHub or by another bot, and how it looks when it no longer does.
CALMED: Final = tuple(
    (re.compile(acting, re.IGNORECASE | re.MULTILINE), calm)
    for acting, calm in (
        (r"&(?=#|commat;|num;|sol;)", "&amp;"),  # a sign by its number is read as the sign
        (r"@(?=\S)", "@\u200b"),
        (
            rf"(?<![a-z0-9])(?:{CLOSING})(?![a-z0-9])(?=[\s\S]{{0,200}}?(?:#|gh-|/issues/|/pull/)\d)",
            "\\1\\3\\5\u200b\\2\\4\\6",
        ),
        (r"^([^\S\n]*)/", r"\1\\/"),
        (r"^([^\S\n]*b)(?=ors\b)", "\\1\u200b"),
        (r"<!--", "&lt;!--"),
        (r"<(?=[a-z/?!])", "<\u200b"),  # what HTML shows or hides, a reader cannot tell from our own words
        (r"!(?=\[)", "!\u200b"),  # whoever serves a picture learns what its address says
        (r"\[(?=\s*(?:skip|no|ci|actions)\b)", "[\u200b"),
        (r"\*\*\*NO_CI", "***NO\u200b_CI"),
        (r"^([^\S\n]*)([\w-]+-by|skip-checks)(?=\s*:)", "\\1\\2\u200b"),
    )
)

# What is heard even in a block of code, by those who look at the mere text.
HEARD: Final = re.compile(
    r"@(?=\S)|<(?=!--)|^[^\S\n]*(?=/)|^[^\S\n]*b(?=ors\b)", re.IGNORECASE | re.MULTILINE
)

# What parts the pieces of a diff; no line of a file stands there without a sign before it.
HUNK: Final = re.compile(r"@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

# At the beginning of a line: a block of code swallows what follows, and a heading or a quotation looks as if
# the bot had set it.
OPENS: Final = re.compile(r"```|~~~|#{1,6}(?=\s|$)|>")


def quoted(text: str) -> str:
    """Somebody's words, or the model's, as a quotation in which nothing mentions, commands or closes."""
    return "\n".join(f"> {line}" for line in harmless(text).splitlines())


def as_code(text: str) -> str:
    """A text to the letter, as a block of code that nothing in it closes."""
    ticks = "```"
    while ticks in text:
        ticks += "`"
    return f"{ticks}text\n{text}\n{ticks}"


def one_line(text: str, *, most: int) -> str:
    """The model's words on one line, in which nothing acts, and which is no heading and opens no block."""
    line = harmless(" ".join(text.split()))[:most].strip()
    return f"\u200b{line}" if OPENS.match(line) else line


def harmless(text: str) -> str:
    """The model's words, such that no line commands another bot, nobody is called and nothing is closed.

    Nothing in them is hidden either, and what they show is text alone.
    """
    calm = visible_characters("\n".join(text.splitlines()))
    for acting, instead in CALMED:
        calm = acting.sub(instead, calm)
    return calm


def printed(title: str, text: str) -> str:
    """What a program printed, folded away: as code, between more ticks than it has, without its colours."""
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]", "", text)
    plain = unheard("\n".join(line.rstrip() for line in plain.splitlines()))
    return _folded(title, plain.strip(), "text")


def calm_diff(text: str) -> str:
    """A diff in which nothing acts: only where that changes nothing in it can it still be applied."""
    lines = CONTROL.sub("", text).split("\n")
    return "\n".join(line if HUNK.fullmatch(line) else unheard(line) for line in lines)


def folded_diff(title: str, diff: str) -> str:
    """A calm one, folded away, with each of its signs as it is."""
    return _folded(title, diff.removesuffix("\n"), "diff")


def _folded(title: str, plain: str, language: str) -> str:
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", plain)), default=2) + 1)
    return f"<details><summary>{title}</summary>\n\n{ticks}{language}\n{plain}\n{ticks}\n\n</details>"


def in_a_table(shown: str) -> str:
    """Code in a row: a line parts columns within code, too, and what follows would be no code any more."""
    return shown.replace("\\|", "\\\u200b|").replace("|", "\\|")


def unheard(text: str) -> str:
    """Nothing in it is a command, a name or a marker to those who read a comment as it is written."""
    return HEARD.sub("\\g<0>\u200b", text)
