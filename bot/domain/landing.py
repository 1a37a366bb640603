"""A base that moves, and a merge that is refused: when it goes back, when it waits, and for how long."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import NothingWaits
from bot.domain.states import State
from bot.records import FileEdit, PullRequest, Recorded

LONGEST: Final = timedelta(days=7)
# What GitHub refuses a merge for that time or people may mend.
MENDABLE: Final = ("merge_conflict", "merge_behind", "merge_queue", "merge_blocked")
# Git's own marks, with the names that the bot's merges give to both sides; where the file was renamed git
# adds what it is called there.
_MARK: Final = re.compile(rb"^(?:<{7}|>{7}) [0-9a-f]{40}(?::.*|\r?)$", re.MULTILINE)


class MergedMeanwhile(NothingWaits):
    """It is merged by now: nobody changes that any more."""


def may_go_back(it: Integration) -> bool:
    """Whether it stands where a moved base matters: at its gate, or about to be merged."""
    if it.cancelled is not None or it.rejected_by is not None:
        return False
    is_at_the_gate = it.state is State.REVIEWING and it.at_gate
    return is_at_the_gate or it.is_to_be_merged


def held_back(it: Integration, *, most: int, is_over_time: bool) -> str:
    """Why a conflict does not send it back by itself, as a code; empty where it does."""
    if it.conflict_rounds >= most:
        return "rounds"
    return it.limit_reached() or ("minutes" if is_over_time else "")


def is_busy(it: Integration, *, most: int) -> bool:
    """Whether the base moves faster than it can be tested: then it is looked at once an hour."""
    return it.base_rounds >= most and it.held is None


def go_on_over(it: Integration, moved: e.BaseMoved, *, files: int) -> list[e.Event]:
    """The base has moved: back to the model where both differ, else to the tests as it is.

    What was decided meanwhile, or of another attempt, changes nothing.
    """
    if not may_go_back(it) or moved.attempt != it.attempt + 1:
        return []
    if moved.conflicts:
        return [moved]
    written = e.CodeGenerated(attempt=moved.attempt, change=moved.change, files=files, summary=it.summary)
    return [moved, written]


def is_to_be_looked_at(it: Integration, branch: str) -> bool:
    """Whether a push to that branch may do something to what waits at its gate."""
    is_its_own = branch == it.branch and it.held is not None
    return it.waiting_for == "approval" and (branch == it.base or is_its_own)


def is_merged(it: Integration, found: PullRequest) -> bool:
    """Whether GitHub shows exactly its head merged, into the base that it is for."""
    return found.merged and (found.head, found.base) == (it.head, it.base)


def hold(it: Integration, *, code: str, detail: str = "") -> list[e.Event]:
    """It cannot be merged as things are; said once."""
    held = e.MergeHeld(code=code, detail=detail)
    return [held] if may_go_back(it) and it.held != held else []


def try_again(it: Integration, *, because: str) -> list[e.Event]:
    """Something happened that it may have waited for."""
    return [e.MergeTriedAgain(because=because)] if it.waiting_for == "merge" else []


def let_go(it: Integration, *, because: str) -> list[e.Event]:
    """What could not be merged while it waited at its gate now can: nobody has to see to that any more."""
    is_held = it.waiting_for == "approval" and it.held is not None
    return [e.MergeTriedAgain(because=because)] if is_held else []


def is_overdue(records: Sequence[Recorded], *, now: datetime) -> bool:
    """Whether what holds it has held it for a week, and it was not approved anew since.

    While it rests nobody tries to merge it: the week begins anew when it goes on.
    """
    since: datetime | None = None
    for record in records:
        if record.type == e.Approved.__name__:
            since = None
        elif record.type == e.MergeHeld.__name__:
            since = since or record.at
        elif record.type == e.Resumed.__name__:
            since = since and record.at
    return since is not None and now - since > LONGEST


def unsolved(edits: Sequence[FileEdit]) -> list[str]:
    """The files in which the marks of a conflict are left."""
    return [edit.path for edit in edits if edit.content is not None and _MARK.search(edit.content)]
