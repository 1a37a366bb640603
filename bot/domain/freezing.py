"""Freezes: what of the bot's work stands still, by whose word, why and until when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.domain.moments import ahead
from bot.domain.policy import Denied
from bot.records import Actor, Fact, Recorded, Repository

FROZE: Final = "Froze"
UNFROZE: Final = "Unfroze"
FROZEN: Final = "frozen"
FAMILY: Final = "freeze"
# Widest first: who asks is told in this order.
LEVELS: Final = ("all", "org", "repo")
LONGEST_REASON: Final = 200
UNTIL: Final = "until"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a freeze is of: everything, an account or a repository, by number; the name is for reading.

    What the operator froze is a scope of its own: nobody else lifts it, or puts a shorter one in its place.
    """

    level: str
    id: int = 0
    name: str = ""
    installation: int = 0
    by_operator: bool = False

    @property
    def stream(self) -> str:
        """The stream of its facts. No integration has a colon in its id."""
        if self.level == LEVELS[0]:
            return f"{FAMILY}:all"
        return f"{FAMILY}:{'operator:' if self.by_operator else ''}{self.level}:{self.id}"

    def holds(self, repository: Repository) -> bool:
        """Whether the repository is in it: an account by its number, or by the installation we know it by."""
        match self.level:
            case "repo":
                return repository.id == self.id
            case "org":
                return repository.owner_id == self.id or repository.installation_id == self.installation
            case _:
                return True


EVERYTHING: Final = Scope(level=LEVELS[0], by_operator=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """A freeze as it was said; nobody on GitHub is the operator, no end lasts until somebody lifts it."""

    scope: Scope
    by: Actor | None
    why: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was asked for: of which level, why, until when; `unread` is a time that nobody understands."""

    level: str
    why: str
    until: datetime | None = None
    unread: str = ""


class Frozen(Denied):
    """Nothing is begun or moved on there now."""

    code = FROZEN

    def __init__(self, freezes: Sequence[Freeze]) -> None:
        super().__init__(*(freeze.scope.stream for freeze in freezes))
        self.freezes = tuple(freezes)


class NotOwner(Denied):
    """Only an owner of the account may freeze or unfreeze all of it; `is_blind` where we may not ask."""

    code = "not_owner"

    def __init__(self, account: str, *, is_blind: bool) -> None:
        super().__init__(account, is_blind)
        self.account, self.is_blind = account, is_blind


class OnlyOperator(Denied):
    """Everything is frozen, and what the operator froze is lifted, on the operator's command line alone."""

    code = "only_operator"

    def __init__(self, verb: str) -> None:
        super().__init__(verb)
        self.verb = verb


class NotFrozen(Denied):
    """There is no freeze of this scope to lift; `others` are in force there."""

    code = "not_frozen"

    def __init__(self, scope: Scope, others: Sequence[Freeze]) -> None:
        super().__init__(scope.stream)
        self.scope, self.others = scope, tuple(others)


def said(text: str, now: datetime) -> Said:
    """The scope, the reason and the end, as they stand in that order behind the word.

    All that follows the last `until` is meant as the end. Where it is no time, it belongs to the reason and
    is unread: the freeze then has no end, so that a slip in a hurry leaves nothing running.
    """
    words = text.split()
    level = words.pop(0).lower() if words and words[0].lower() in LEVELS else LEVELS[-1]
    told = next((nth for nth in reversed(range(len(words))) if words[nth].lower() == UNTIL), None)
    if told is None:
        return Said(level=level, why=reason(words))
    behind = reason(words[told + 1 :])
    end = ahead(behind, now) if behind else None
    if end is None:
        return Said(level=level, why=reason(words), unread=behind or UNTIL)
    return Said(level=level, why=reason(words[:told]), until=end)


def reason(words: Iterable[str]) -> str:
    """On one line, without what nobody sees, and no longer than people read."""
    line = " ".join(words)
    return "".join(each if each.isprintable() else "\ufffd" for each in line)[:LONGEST_REASON].strip()


def froze(scope: Scope, *, by: Actor | None, why: str, until: datetime | None) -> Fact:
    """It was frozen."""
    return Fact(
        type=FROZE,
        data={
            **_told(scope, by),
            "why": why,
            "until": None if until is None else until.isoformat(),
        },
    )


def unfroze(scope: Scope, *, by: Actor | None) -> Fact:
    """The freeze was lifted."""
    return Fact(type=UNFROZE, data=_told(scope, by))


def _told(scope: Scope, by: Actor | None) -> dict[str, Any]:
    return {
        "level": scope.level,
        "id": scope.id,
        "name": scope.name,
        "installation": scope.installation,
        "operator": scope.by_operator,
        "by": None if by is None else {"id": by.id, "login": by.login},
    }


def in_force(newest: Iterable[Recorded], now: datetime) -> tuple[Freeze, ...]:
    """The freezes in force, widest first, by the newest fact of each scope; one that is over is none."""
    known = [freeze_of(record) for record in newest if record.type == FROZE]
    lasting = [freeze for freeze in known if freeze.until is None or freeze.until > now]
    return tuple(sorted(lasting, key=lambda it: (LEVELS.index(it.scope.level), it.since, it.scope.stream)))


def on(repository: Repository, freezes: Iterable[Freeze]) -> tuple[Freeze, ...]:
    """Those of them that this repository is in."""
    return tuple(freeze for freeze in freezes if freeze.scope.holds(repository))


def ended_since(moment: datetime, repository: Repository, newest: Iterable[Recorded]) -> bool:
    """Whether a freeze that the repository was in was lifted, or came to its end, since then."""
    ends = (_end(record) for record in newest if _scope(record).holds(repository))
    return any(end is not None and end >= moment for end in ends)


def _end(record: Recorded) -> datetime | None:
    """When the freeze of the scope was over, or will be."""
    return record.at if record.type == UNFROZE else _until(record)


def freeze_of(record: Recorded) -> Freeze:
    """As it was said."""
    by = record.data["by"]
    return Freeze(
        scope=_scope(record),
        by=None if by is None else Actor(**by),
        why=record.data["why"],
        since=record.at,
        until=_until(record),
    )


def _until(record: Recorded) -> datetime | None:
    until = record.data["until"]
    return None if until is None else datetime.fromisoformat(until)


def _scope(record: Recorded) -> Scope:
    data = record.data
    return Scope(
        level=data["level"],
        id=data["id"],
        name=data["name"],
        installation=data["installation"],
        by_operator=data["operator"],
    )
