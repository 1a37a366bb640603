"""What keeps a verb of the command line from its work: in one line what is wrong, and what to do next."""

import errno
import re
from collections.abc import Mapping
from typing import Final

from bot.domain.events import UnknownEvent
from bot.infrastructure.database import DATABASE_FAULTS, AlreadyRunning
from bot.infrastructure.migrations import SchemaTooNew
from bot.records import Conflict, Refused, StepFailed, Unavailable

SENTENCES: Final[Mapping[str, str]] = {
    "claude_broken": "Claude answers with an error of its own",
    "claude_forbidden": "Claude does not allow this key to use the model",
    "claude_unauthorized": "Claude does not take this key",
    "claude_unknown_model": "Claude does not know the model, or this key may not use it",
    "claude_unpaid": "Claude wants the account to be paid first",
    "claude_unreachable": "Claude cannot be reached",
    "claude_unreadable": "what answers there is not Claude's API",
    "database": "the database does not answer",
    "database_damaged": "the database is damaged",
    "github_broken": "GitHub answers with an error of its own",
    "github_forbidden": "GitHub does not allow it",
    "github_limited": "GitHub asks to wait, for too much was asked",
    "github_not_found": "GitHub does not know it",
    "github_timeout": "GitHub does not answer in time",
    "github_unauthorized": "GitHub does not take this App's signature",
    "github_unreachable": "GitHub cannot be reached",
    "github_unreadable": "what answers there is not GitHub's API",
    "redis": "Redis does not answer",
    "sandbox_unavailable": "nothing can be run",
}
DAMAGE: Final = "malformed"
# What is told beside it is the name of an error, made for the log.
WITHOUT_WORDS: Final = frozenset(("github_unreachable",))
_ERRNO: Final = re.compile(r"^\[Errno -?\d+\] ")


class NotThere(Exception):
    """What was asked for does not exist; says what to do."""


class Mistaken(Exception):
    """What was asked for contradicts itself; says what to do."""


class Unanswered(Exception):
    """The running bot was asked and gave no answer; says where."""


TROUBLES: Final = (
    *(NotThere, Unanswered, AlreadyRunning, SchemaTooNew, UnknownEvent),
    *(Conflict, Unavailable, Refused, StepFailed, OSError),
    *DATABASE_FAULTS,
)
REMEDIES: Final[Mapping[type[Exception], str]] = {
    Unanswered: "start it with `python -m bot run`, or set PORT to where it listens",
    AlreadyRunning: "stop it first, or give this one a DATABASE_URL of its own",
    SchemaTooNew: "run that version, or restore a backup",
    UnknownEvent: "run the version that wrote it, or a newer one",
    Conflict: "stop the bot, then ask again",
    Unavailable: "see that it runs, and that DATABASE_URL leads to it, then ask again",
    **dict.fromkeys(DATABASE_FAULTS, "see that DATABASE_URL leads to the bot's own, with the rights to it"),
}
OF_THE_SYSTEM: Final[Mapping[int | None, str]] = {errno.EADDRINUSE: "stop what listens there, or set PORT"}
ELSE_OF_THE_SYSTEM: Final = "see that it is there, and that the bot may use it"


def told(trouble: Exception) -> str:
    """One line: what is wrong, and what to do next."""
    remedy = remedy_of(trouble)
    return " ".join(f"{worded(trouble)}{f': {remedy}' if remedy else ''}".split())


def worded(trouble: Exception) -> str:
    """What is wrong."""
    match trouble:
        case Unavailable() | Refused() | StepFailed():
            return sentence_of("database_damaged" if is_damage(trouble) else trouble.code, trouble.detail)
        case SchemaTooNew():
            return "a newer version of the bot has changed this database"
        case UnknownEvent():
            return f"the log holds a fact that this version does not know ({trouble})"
        case Conflict():
            return "the log has grown meanwhile"
    if isinstance(trouble, DATABASE_FAULTS):
        return f"the database refuses ({getattr(trouble, 'orig', None) or trouble})"
    return _ERRNO.sub("", str(trouble)) or type(trouble).__name__


def is_damage(trouble: Exception) -> bool:
    """Whether SQLite finds its own file damaged, which it has no error of its own for."""
    return isinstance(trouble, Unavailable) and trouble.code == "database" and DAMAGE in trouble.detail


def remedy_of(trouble: Exception) -> str:
    """What to do next; nothing where what is wrong says so already."""
    if isinstance(trouble, OSError):
        return OF_THE_SYSTEM.get(trouble.errno, ELSE_OF_THE_SYSTEM)
    if is_damage(trouble):
        return "stop the bot, keep the file, and restore a backup"
    return next((remedy for kind, remedy in REMEDIES.items() if isinstance(trouble, kind)), "")


def sentence_of(code: str, detail: str) -> str:
    """A failure as a sentence, with what was told beside it."""
    sentence = SENTENCES.get(code, f"it failed ({code})")
    return sentence if code in WITHOUT_WORDS or not detail else f"{sentence} ({detail})"
