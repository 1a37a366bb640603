"""What text by people who may not write here takes away, and how a person gives it back.

Whoever writes an issue that the model reads may have meant more by it than its request says. So a run that
read such text has nothing further installed for it until a person who may approve grants that.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.domain import events as e
from bot.domain.integration import Integration
from bot.domain.policy import Denied, NothingWaits
from bot.domain.states import State
from bot.records import Actor, Recorded

WAITS: Final = "install_approval"


class InstallsNotSeen(Denied):
    """It was said before it was shown what is to be installed, so of something else."""

    code = "installs_not_seen"


def want(it: Integration, paths: Sequence[str]) -> list[e.Event]:
    """By these files the change asks for something else to be installed: a person has to grant it first."""
    if it.state is not State.TESTING or it.may_install or it.installs_wanted == tuple(paths):
        return []
    return [e.InstallsWanted(paths=tuple(paths))]


def is_early(records: Sequence[Recorded], said_at: datetime | None) -> bool:
    """Whether it was said, to the second, before what is to be granted was there."""
    wanted = [record.at for record in records if record.type == e.InstallsWanted.__name__]
    return said_at is not None and wanted != [] and said_at < wanted[-1].replace(microsecond=0)


def grant(it: Integration, *, by: Actor, is_early: bool, seen: Sequence[str] | None = None) -> list[e.Event]:
    """From now on this run has installed what its changes ask for; saying it twice changes nothing.

    `seen` are the files that were shown to them, where that was said with it.
    """
    if it.installs_granted == by:
        return []
    if it.waiting_for != WAITS:
        raise NothingWaits("approve")
    if is_early or (seen is not None and {*seen} != {*it.installs_wanted}):
        raise InstallsNotSeen
    return [e.InstallsGranted(by=by)]
