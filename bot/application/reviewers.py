"""Asking people for a review: whom the repository's CODEOWNERS file names for the change, or its own list."""

import asyncio
import json
from collections.abc import Mapping

from bot.application.effects import once
from bot.application.ports import World
from bot.application.recording import amend
from bot.application.texts import load_text
from bot.domain import events as e
from bot.domain.codeowners import LARGEST_BYTES, MOST_RULES, PLACES, owners_among, read_rules
from bot.domain.integration import Integration
from bot.domain.reviewers import CODEOWNERS, Reviewers, to_ask
from bot.records import StepFailed, TreeEntry


async def ask_reviewers(it: Integration, world: World, *, key: str) -> Integration:
    """Ask those who were not asked yet; whom GitHub does not take leaves the others asked, and is noted."""
    reviewers, trouble = await _wanted(it, world)
    refused, why = await _asked(it, reviewers, world) if reviewers.names else ((), "")
    fact = e.ReviewersAsked(
        head=it.head,
        names=tuple(name for name in reviewers.names if name not in refused),
        refused=refused,
        left_out=reviewers.left_out,
        trouble=trouble or why,
    )
    return await amend(world, it.id, lambda _: [fact], key=key)


async def _wanted(it: Integration, world: World) -> tuple[Reviewers, str]:
    """Whom to ask, and why the file could not be followed, as a code."""
    trouble, named = "", it.reviewers
    if CODEOWNERS in named:
        trouble, named = await _owners(it, world)
    owner = it.repository.full_name.partition("/")[0]
    without = (it.requested_by.login, *it.reviewers_known)
    return to_ask(named, owner=owner, without=without), trouble


async def _owners(it: Integration, world: World) -> tuple[str, tuple[str, ...]]:
    """Whom the base names: what the change itself makes of that file counts for nothing."""
    listing = await world.sources.listing(it.repository, it.base_commit)
    place = next((path for path in PLACES if path in listing), None)
    if place is None:
        return "", ()
    if not _is_plain(listing[place]) or listing[place].size > LARGEST_BYTES:
        return "codeowners_too_large", ()
    content = await world.sources.read(it.repository, it.base_commit, place) or b""
    rules = await asyncio.to_thread(read_rules, content.decode(errors="replace"))
    if len(rules) > MOST_RULES:
        return "codeowners_too_large", ()
    return "", await asyncio.to_thread(owners_among, rules, await changed_paths(it, world))


def _is_plain(entry: TreeEntry) -> bool:
    """A link is followed by nobody."""
    return entry.mode in {"100644", "100755"}


async def changed_paths(it: Integration, world: World) -> tuple[str, ...]:
    """The paths that the change touches."""
    change: Mapping[str, Mapping[str, object]] = json.loads(await load_text(world, it, it.change))
    return tuple(change["files"])


async def _asked(it: Integration, reviewers: Reviewers, world: World) -> tuple[tuple[str, ...], str]:
    """Whom GitHub did not take, and why it took nobody, as a code; asked once, and found again."""
    number = it.pull_request or 0

    async def find() -> str | None:
        there = {name.lower() for name in await world.pulls.reviewers(it.repository, number)}
        return "[]" if {name.lower() for name in reviewers.names} <= there else None

    async def make() -> str:
        if await _takes(it, reviewers, world):
            return "[]"
        return json.dumps([
            name for name in reviewers.names if not await _takes(it, Reviewers(names=(name,)), world)
        ])

    before = sum(each.head == it.head for each in it.reviews_asked)
    nth = f":{before + 1}" if before else ""
    try:
        refused = await once(world, f"reviewers:{it.name}:{it.head}{nth}", find=find, make=make)
    except StepFailed as failure:
        return reviewers.names, failure.code
    return tuple(json.loads(refused)), ""


async def _takes(it: Integration, reviewers: Reviewers, world: World) -> bool:
    """A call is all or nothing: one whom GitHub does not know keeps the others from being asked by it."""
    users, teams = reviewers.users, reviewers.teams
    return await world.pulls.ask_reviewers(it.repository, it.pull_request or 0, users=users, teams=teams)
