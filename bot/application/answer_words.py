"""Every sentence that answers a question about integrations: list, plan, history, why, config."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.application import (
    check_words,
    dispatch_words,
    freeze_words,
    own_words,
    removal_words,
    suite_words,
    version_words,
)
from bot.application.fact_words import counted
from bot.application.histories import History
from bot.application.quoting import in_a_table
from bot.application.reasons import code, why
from bot.application.refusing import Refused
from bot.application.remark_words import warning
from bot.application.status_words import STEP_TITLES, duration, held_up_words, promised
from bot.application.turn_words import in_line
from bot.application.views import StatusView
from bot.application.waiting_words import waiting_words
from bot.domain.commands import PREFIX
from bot.domain.freezing import Freeze
from bot.domain.retiring import ROLLED_BACK
from bot.domain.states import State

MOST_ROWS: Final = 30
MOST_LINES: Final = 100


def listed(rows: Sequence[Mapping[str, Any]], *, wanted: str) -> str:
    """Integrations of a repository, a row each, the newest first."""
    if not rows:
        return f"There is none ({wanted}). `{PREFIX} list all` shows every one."
    shown = [_row(row) for row in rows[:MOST_ROWS]]
    table = ["| id | asked for by | on | stands | pull request | cost |", "|---|---|---|---|---|--:|", *shown]
    rest = len(rows) - len(shown)
    more = f"\n\n{counted(rest, 'older one')} not shown." if rest > 0 else ""
    return "\n".join(table) + more


def _row(row: Mapping[str, Any]) -> str:
    waits = freeze_words.waits(row, beginning="waits for", apart=" ")
    reason = f" ({row['reason']})" if row["reason"] else ""
    pull = f"#{row['pull_request']}" if row["pull_request"] else ""
    cost = row["cost_micro_usd"] / 1e6
    # A name without its sign: a list calls nobody.
    return (
        f"| `{row['id']}`{_titled(row)} | {row['requested_by']} | #{row['issue']} "
        f"| **{row['state']}**{reason}{waits} | {pull} | ${cost:.4f} |"
    )


def _titled(row: Mapping[str, Any]) -> str:
    return f" {in_a_table(code(row['title']))}" if row["title"] else ""


def unknown_filter(word: str, known: Iterable[str]) -> str:
    """A list of something that there is no list of."""
    return f"I cannot list {code(word)}. I can list: {', '.join(f'`{each}`' for each in known)}."


def no_moment(word: str) -> str:
    """A time that is none."""
    return (
        f"{code(word)} is no time that I understand. Say `2026-01-31`, `2026-01-31T09:30` (UTC, or with a "
        "zone), or how long ago: `90m`, `2h`, `3d`."
    )


def nothing_then(at: datetime) -> str:
    """Before there was anything."""
    return f"At {_time(at)} UTC there was nothing yet."


def past(history: History, *, at: datetime | None) -> str:
    """A history, and what the integration was at its end."""
    it, lines = history.it, history.lines
    when = "is" if at is None else f"was, at {_time(at)} UTC,"
    waits = f", waiting for {it.waiting_for.replace('_', ' ')}" if it.waiting_for else ""
    reason = f" ({it.reason})" if it.reason else ""
    cost = f"{counted(it.turns, 'model turn')}, ${it.micro_usd / 1e6:.4f}"
    head = f"`{it.id}` {when} **{it.state}**{reason}{waits}; {cost}."
    left_out = len(lines) - MOST_LINES
    skipped = [f"- ({counted(left_out, 'earlier line')} not shown)"] if left_out > 0 else []
    return "\n".join([
        head,
        "",
        *skipped,
        *(f"- {_time(line.at)} {line.said}" for line in lines[-MOST_LINES:]),
    ])


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def no_plan_yet(state: str) -> str:
    """Where the request is not validated."""
    return f"There is no plan: the request was never found clear (it is **{state}** now)."


def forgotten_plan() -> str:
    """Where the spec is no longer kept."""
    return "The plan has been deleted, as everything of a run is after its time."


def reasons(view: StatusView, since: datetime, now: datetime, refusals: Sequence[Refused]) -> str:
    """Why it stands where it stands, from what is recorded."""
    lasting = duration(max(0.0, (now - since).total_seconds()))
    standing = version_words.standing(view)
    stands = f"{version_words.named(view)} is **{standing}** since {_time(since)} UTC ({lasting})."
    said = [*freeze_words.lines(view.freezes), *_because(view), *own_words.line(view.own)]
    return "\n\n".join([stands, *said, *refused(refusals)])


def _because(view: StatusView) -> list[str]:
    if view.reason is not None:
        return [_failed(view), *promised(view), *version_words.in_use(view)]
    if view.cause is not None:
        return [f"It is being stopped. {why(view.cause)}"]
    if waits := waiting_words(view) or held_up_words(view):
        doubts = warning(view.tested) if view.waiting_for == "approval" else []
        return [*waits, *doubts, *check_words.failing(view)]
    if view.removal is not None and view.state == State.DEPRECATED:
        return removal_words.of_view(view)
    if view.state == State.ACTIVE:
        return [*removal_words.of_view(view), dispatch_words.in_use(view)]
    running = next((step.name for step in view.steps if step.mark in {"running", "waiting"}), None)
    title = STEP_TITLES[running] if running is not None else "take up the request"
    at_work = f"It is at work: “{title}”. It waits for nobody."
    again = suite_words.failing(view) if view.runs_again else []
    at_work_now = in_line(view.turn) or [at_work, *again]
    return [*at_work_now, *version_words.in_use(view), *check_words.failing(view)]


def _failed(view: StatusView) -> str:
    where = f" in “{STEP_TITLES[view.during]}”" if view.during else ""
    if view.reason == ROLLED_BACK:
        return f"@{view.rolled_back_by} rolled it back{where}."
    return f"It failed{where} ({code(view.reason or '')}). {why(view.reason or '')}"


def refused(refusals: Sequence[Refused]) -> list[str]:
    """What was refused in this conversation, newest first."""
    if not refusals:
        return []
    lines = [f"- {_time(it.at)} `{PREFIX} {it.command}` by {it.by}: {it.said}" for it in refusals]
    return ["Refused here:\n" + "\n".join(lines)]


def never_asked(refusals: Sequence[Refused], freezes: Sequence[Freeze]) -> str:
    """Where no integration is."""
    here = "Nothing was asked for here, or it was refused." if refusals else "Nothing was asked for here."
    return "\n\n".join([*freeze_words.lines(freezes), here, *refused(refusals)])
