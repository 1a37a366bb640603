"""What was said in a thread in Slack before the bot was spoken to there, and what hangs at that message.

All of it is data, each message with whose it is; of what is long the newest is kept, and the rest counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.slack_records import Attached, Me, SlackPerson, Uttered, Workspace

LONGEST_SAID: Final = 4_000
LONGEST_TALK: Final = 40_000
MOST_FILES: Final = 5
LARGEST_FILE: Final = 200_000  # bytes; of what is read so much is shown:
LONGEST_FILE: Final = 20_000
NUL: Final = "\x00"
_TEXTS: Final = frozenset((
    "application/csv", "application/ecmascript", "application/graphql", "application/javascript",
    "application/json", "application/sql", "application/toml", "application/x-ndjson", "application/x-sh",
    "application/x-yaml", "application/xml", "application/yaml", "image/svg+xml",
))  # fmt: skip

YOU: Final = "you said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message: whose it is, in words that say it, and how it reads."""

    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A file that was read, or its beginning."""

    name: str
    text: str
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A file that was not read: `why` is many, large, binary or unreachable."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What was said before, the oldest first; `earlier` is how much more there is, `why` what kept it unread.

    `is_whole` where its end was reached: of the very long ones it is not.
    """

    lines: tuple[Line, ...] = ()
    earlier: int = 0
    is_whole: bool = True
    why: str = ""
    files: tuple[TextFile, ...] = ()
    unread: tuple[Unread, ...] = ()


def newest(lines: Sequence[Line]) -> list[Line]:
    """Those of the newest that have room together, each cut where it is long, in their order."""
    room, kept = LONGEST_TALK, list[Line]()
    for line in reversed(lines):
        text = line.text if len(line.text) <= LONGEST_SAID else f"{line.text[:LONGEST_SAID]}\n[... cut]"
        room -= len(text)
        if room < 0:
            break
        kept.insert(0, Line(by=line.by, text=text))
    return kept


def speaker(said: Uttered, me: Me, person: SlackPerson | None, workspace: Workspace) -> str:
    """Whose message it is; of whom the workspace was not asked only the id is known."""
    if said.by == me.user:
        return YOU
    if said.is_bot:
        return f"a bot, {said.by}"
    if person is None:
        return f"somebody, {said.by}"
    is_foreign = person.is_stranger or person.team not in {workspace.team, workspace.enterprise}
    belongs = ", of another organisation" if is_foreign else ", a guest" if person.is_guest else ""
    return f"{person.name}, {said.by}{belongs}"


def why_unread(file: Attached, nth: int) -> str:
    """Why a file is not read, as far as its description says; "" where it is."""
    if nth >= MOST_FILES:
        return "many"
    if not (file.kind.startswith("text/") or file.kind in _TEXTS):
        return "binary"
    return "large" if file.size > LARGEST_FILE else ""


def read_as_text(file: Attached, content: bytes) -> TextFile | Unread:
    """Its beginning, where it is text; whatever its description says."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Unread(name=file.name, why="binary")
    if NUL in text:
        return Unread(name=file.name, why="binary")
    return TextFile(name=file.name, text=text[:LONGEST_FILE], is_cut=len(text) > LONGEST_FILE)
