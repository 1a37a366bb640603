"""Whether a repository can still be reached, and where: its number stays, all else may change."""

from typing import Final

from bot.domain import events as e
from bot.domain.deciding import WORKING
from bot.domain.integration import Integration
from bot.domain.states import State
from bot.records import Actor, Repository

# What it fails of where nothing can be done on GitHub, nor said there.
OUT_OF_REACH: Final = (
    "installation_gone",
    "installation_suspended",
    "repository_gone",
    "repository_archived",
)
AT_WORK: Final = (State.DRAFT, *WORKING)


def find(it: Integration, now: Repository, *, archived: bool, by: Actor) -> list[e.Event]:
    """It is seen there. What was agreed with its former owner, or can write nothing any more, stops; what
    failed for being out of reach is brought to its end.
    """
    stopped = stop(it, _against(it, now, archived=archived), by=by)
    return [*follow(it, now), *(stopped or ([] if archived else reach_again(it)))]


def lose(it: Integration, at: Repository, code: str, *, by: Actor) -> list[e.Event]:
    """It is not seen there, for this reason; a word that comes late may name where it was long ago."""
    is_there = at.installation_id == it.repository.installation_id
    return stop(it, code, by=by) if is_there and code in OUT_OF_REACH else []


def follow(it: Integration, now: Repository) -> list[e.Event]:
    """What it is called, and through which installation it is seen, where that is not known yet."""
    known = it.repository
    if (known.full_name, known.installation_id) == (now.full_name, now.installation_id):
        return []
    return [e.RepositoryMoved(repository=now.full_name, installation_id=now.installation_id)]


def stop(it: Integration, cause: str, *, by: Actor) -> list[e.Event]:
    """What is at work, or waits, goes no further; what runs or has ended is left as it is."""
    if not cause or it.cancelled is not None or it.state not in AT_WORK:
        return []
    return [e.CancelRequested(by=by, cause=cause)]


def reach_again(it: Integration) -> list[e.Event]:
    """What could be neither taken back nor told is, once in a life."""
    was_out = it.state is State.FAILED and it.settled and it.reason in OUT_OF_REACH
    return [e.ReachedAgain()] if was_out and not it.reached_again else []


def _against(it: Integration, now: Repository, *, archived: bool) -> str:
    """Another installation is another account, unless that has the same name: it was installed anew there."""
    is_elsewhere = now.installation_id != it.repository.installation_id
    if is_elsewhere and _owner(now) != _owner(it.repository):
        return "repository_transferred"
    return "repository_archived" if archived else ""


def _owner(repository: Repository) -> str:
    return repository.full_name.partition("/")[0].casefold()
