"""What a review sees of its pull request, kept when its check is opened: what is read is what that is on."""

from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, TypeVar

import msgspec
import structlog

from bot.application.basing import base_head
from bot.application.diffs import diff_of, made_here
from bot.application.ports import World
from bot.application.side_by_side import both
from bot.domain.reviewing import Request, asked_at
from bot.records import Recorded, Repository, RepositoryFacts, StepFailed, Unavailable
from bot.review_records import Reviewable

log = structlog.get_logger()

T = TypeVar("T")

# What was looked at while the right was asked for is as good as looked at now.
FRESH: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen(Reviewable):
    """The pull request, where the default branch was, and the digest of what the pull request changes.

    What is empty could not be had at once, and is asked for again; `diff` is None where GitHub gives none.
    """

    commit: str = ""
    diff: str | None = ""


def alone(pull: Reviewable) -> Seen:
    """The pull request, and nothing else of it yet."""
    return msgspec.convert(pull, Seen, from_attributes=True)


async def keep_seen(world: World, repository: Repository, pull: Reviewable) -> str:
    """The digest under which it is kept as it was seen."""
    return await world.blobs.put(repository.id, msgspec.json.encode(pull))


async def load_seen(world: World, repository: Repository, digest: str) -> Seen:
    """As it was kept. Raises StepFailed where it is gone."""
    return msgspec.json.decode(await world.blobs.get(repository.id, digest), type=Seen)


async def look_early(world: World, repository: Repository, number: int) -> str:
    """Look while it is not yet known whether anything comes of it; nothing where that is in vain."""
    return await _or("", _looked(world, repository, number))


async def pull_seen(
    world: World, request: Request, past: list[Recorded], asked_key: str, early: str
) -> Reviewable:
    """As it was looked at a moment ago, else as it is now. Raises StepFailed, Unavailable."""
    if early and world.clock.now() - asked_at(past, asked_key) <= FRESH:
        return await load_seen(world, request.repository, early)
    return await world.reviews.look(request.repository, request.number)


async def keep_more(world: World, repository: Repository, pull: Reviewable) -> str:
    """The digest under which is kept what else is needed to read it, as far as that is at hand at once."""
    files = _ahead(world, repository, pull.head)
    commit, (diff, _) = await both(
        _or("", _default_head(world, repository, pull.home)),
        both(_or("", _diff(world, repository, pull)), files),
    )
    return await keep_seen(world, repository, replace(alone(pull), commit=commit, diff=diff))


async def diff_seen(world: World, repository: Repository, pull: Seen) -> bytes | None:
    """What it changes, None where nobody makes a diff of so much. Raises StepFailed, Unavailable."""
    if pull.diff is None:
        return await made_here(repository, pull, world)
    kept = await _or(b"", world.blobs.get(repository.id, pull.diff)) if pull.diff else b""
    return kept or await diff_of(repository, pull, world)


async def _looked(world: World, repository: Repository, number: int) -> str:
    return await keep_seen(world, repository, await world.reviews.look(repository, number))


async def _default_head(world: World, repository: Repository, home: RepositoryFacts | None) -> str:
    if home is None:
        return ""
    commit = await base_head(repository, home.default_branch, world)
    await _ahead(world, repository, commit)
    return commit


async def _ahead(world: World, repository: Repository, commit: str) -> None:
    """Fetch its files, where they will be read by this process."""
    if world.reads_here:
        await _or({}, world.sources.listing(repository, commit))


async def _diff(world: World, repository: Repository, pull: Reviewable) -> str | None:
    diff = await world.reviews.diff(repository, base=pull.base, head=pull.head)
    return None if diff is None else await world.blobs.put(repository.id, diff)


async def _or(instead: T, asking: Coroutine[Any, Any, T]) -> T:
    """What comes of it; what is in vain now is asked for again by whoever cannot do without it."""
    try:
        return await asking
    except (StepFailed, Unavailable) as no:
        log.info("review_not_seen_ahead", code=no.code)
        return instead
