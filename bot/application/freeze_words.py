"""Every sentence about freezes: what stands still, by whose word, why, until when, and who lifts it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.application.reasons import code
from bot.domain.commands import PREFIX
from bot.domain.freezing import EVERYTHING, FROZEN, Freeze, NotFrozen, NotOwner, OnlyOperator, Scope
from bot.domain.policy import ROLES, Permission

ADMIN: Final = " or ".join(role for role, held in ROLES.items() if Permission.FREEZE in held)
GOES_ON: Final = "What had begun goes on by itself, where it stopped."
WORKS: Final = f"`{PREFIX} cancel` and `{PREFIX} reject` still work, and so does whatever only looks."


def told(it: Freeze) -> str:
    """One freeze, whole."""
    ends = "It has no end of its own." if it.until is None else f"It ends by itself at {_time(it.until)} UTC."
    return (
        f"**Frozen: {what(it.scope)}**, since {_time(it.since)} UTC, by {who(it)}: {code(it.why)}. "
        f"{ends} {who_lifts(it.scope)}"
    )


def lines(freezes: Iterable[Freeze]) -> list[str]:
    """Each freeze in force; nothing where there is none."""
    return [told(freeze) for freeze in freezes]


def above(freezes: Iterable[Freeze], answer: str) -> str:
    """An answer, below what is to be known before."""
    return "\n\n".join([*lines(freezes), answer])


def what(scope: Scope) -> str:
    """What stands still."""
    match scope.level:
        case "repo":
            return "this repository"
        case "org":
            return f"everything in the account {code(scope.name)}"
        case _:
            return "everything this bot does"


def who(it: Freeze) -> str:
    """By whose word. A name without its sign: nobody is called."""
    return "this bot's operator" if it.by is None else it.by.login


def who_lifts(scope: Scope) -> str:
    """Who ends it before its time, and how."""
    if scope.by_operator:
        return "Only this bot's operator lifts it."
    if scope.level == "org":
        return f"An owner of the account lifts it: `{PREFIX} unfreeze org`."
    return f"Somebody who is {ADMIN} here lifts it: `{PREFIX} unfreeze`."


def refused(freezes: Iterable[Freeze]) -> str:
    """To whoever wants something to begin or to move on."""
    return above(
        freezes, f"While that lasts nothing is begun or moved on here; say it again afterwards. {WORKS}"
    )


def resting() -> str:
    """What a run that is frozen waits for."""
    return (
        "**Paused: frozen.** Nothing is lost, and it goes on by itself, where it stopped, once no freeze is "
        f"left. `{PREFIX} cancel` ends it."
    )


def froze(it: Freeze, *, by: str, unread: str) -> str:
    """After a freeze."""
    parts = [f"@{by}, done. {told(it)}"]
    if unread:
        parts.append(
            f"**{code(unread)} is no time that I understand, so it has no end.** With one, say it again: "
            f"`{PREFIX} freeze {it.scope.level} <why> until 2h`, `until 3d`, `until 2026-12-24` or "
            "`until 2026-12-24T18:00Z`."
        )
    parts.append(
        "Whatever runs there stops within five seconds and begins nothing new; what is being taken back is "
        f"taken back to its end, and a deployment that was asked for is still listened to. {WORKS} {GOES_ON}"
    )
    return "\n\n".join(parts)


def unfroze(others: Iterable[Freeze], *, by: str) -> str:
    """After a freeze was lifted; others may still be in force."""
    left = lines(others)
    if not left:
        return f"@{by}, it is lifted. {GOES_ON}"
    return "\n\n".join([f"@{by}, it is lifted, but this is still in force:", *left])


def empty_why() -> str:
    """A freeze without a reason."""
    return (
        "Say why, so that others know: "
        f"`{PREFIX} freeze <why>`, or `{PREFIX} freeze org <why>`; `until <when>` behind it if it is to end."
    )


def bad_scope(text: str) -> str:
    """An unfreeze of which nobody can tell what is meant."""
    return (
        f"{code(text)} is nothing that I could unfreeze. Say `{PREFIX} unfreeze`, or `{PREFIX} unfreeze org`."
    )


def over_already(at: datetime) -> str:
    """An end that is past."""
    return f"{_time(at)} UTC is past, so nothing would be frozen. Say when it is to end, or leave that out."


def no_end(word: str) -> str:
    """A time that is none, where nothing else can be meant."""
    return (
        f"{code(word)} is no time that I understand, so nothing is frozen yet. Say `2h`, `3d`, `2026-12-24` "
        "or `2026-12-24T18:00Z` (UTC, or with a zone)."
    )


def only_operator(error: OnlyOperator) -> str:
    """Everything is not anybody's on GitHub."""
    how = "freeze all <why>" if error.verb == "freeze" else "unfreeze all"
    return (
        f"Everything at once is for this bot's operator alone, on the machine: `python -m bot {how}`. From "
        f"here, `{PREFIX} {error.verb} org` is of this account, `{PREFIX} {error.verb} repo` of this "
        "repository."
    )


def not_owner(error: NotOwner) -> str:
    """An account is its owners'."""
    if error.is_blind:
        return (
            f"I cannot ask GitHub who owns {code(error.account)}, so I do not do this: the App lacks "
            "`members: read`. An owner of the account can grant that; this bot's operator can do it without."
        )
    return f"This is for owners of {code(error.account)} alone, and GitHub says that you are none."


def not_frozen(error: NotFrozen) -> str:
    """Nothing of that scope is to be lifted."""
    nothing = f"There is no such freeze to lift of {what(error.scope)}."
    return "\n\n".join([nothing, *lines(error.others)])


def check_frozen(freezes: Sequence[Freeze]) -> tuple[str, str]:
    """Title and summary of the check run meanwhile."""
    return f"Frozen: {what(freezes[0].scope)}".replace("`", ""), above(freezes, resting())


def mark(check: int | None, freezes: Iterable[Freeze]) -> str:
    """What tells one saying of a check run from another."""
    return f"{check} " + " ".join(f"{it.scope.stream}@{it.since.isoformat()}" for it in freezes)


def waits(row: Mapping[str, Any], *, beginning: str, apart: str) -> str:
    """What an integration waits for, in a line of a list; `apart` is what stands between its words."""
    cause = row["waiting_for"]
    if not cause:
        return ""
    return ", frozen" if cause == FROZEN else f", {beginning} {str(cause).replace('_', apart)}"


def listed(freezes: Sequence[Freeze]) -> str:
    """All that are in force, a line each, for the operator."""
    return "\n".join(map(_line, freezes)) or "nothing is frozen"


def _line(it: Freeze) -> str:
    name = it.scope.level if it.scope == EVERYTHING else f"{it.scope.level} {it.scope.name}"
    until = "until it is lifted" if it.until is None else f"until {_time(it.until)}"
    return f"{name}: since {_time(it.since)}, {until}, by {who(it)}: {it.why}"


def counted(freezes: Sequence[Freeze]) -> str:
    """In a word or two, without a name, for whoever may ask whether the bot is ready."""
    if not freezes:
        return "none"
    return "everything" if EVERYTHING in {it.scope for it in freezes} else f"{len(freezes)} in force"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
