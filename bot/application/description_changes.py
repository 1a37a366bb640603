"""What taking an offer changes, and what stood there before: kept before anything is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from bot.application.description_making import Offer
from bot.application.ports import World
from bot.domain.describing import Wish
from bot.domain.own_part import part_in, with_part, without_part
from bot.records import Repository, StepFailed
from bot.review_records import Reviewable

LONGEST_KEPT: Final = 12_000
LONGEST_BODY: Final = 65_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one word takes, by whom: None where that stays as it is. `left` says why, of what was wanted.

    `before` is what stood in the description: all of it where there is room, else the bot's own part alone.
    """

    by: str
    head: str
    offered_for: str
    title_was: str
    body_was: str
    before: str
    is_whole: bool
    title: str | None = None
    body: str | None = None
    labels: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A change, and what of it came to nothing after all; None while it is being made."""

    change: Change
    undone: tuple[str, ...] | None


async def load_change(world: World, repository: Repository, digest: str) -> Change:
    """What was found out, as it was kept."""
    return msgspec.json.decode(await world.blobs.get(repository.id, digest), type=Change)


def change_of(wish: Wish, offer: Offer, pull: Reviewable, there: Sequence[str], part: str) -> Change:
    """What of the offer is taken now; `part` is what the description would have of it. Raises StepFailed."""
    title, left = _title(wish, offer, pull)
    body = _body(wish, pull, part)
    before, is_whole = _before(pull.body) if body is not None else ("", True)
    gone = tuple(name for name in offer.labels if name not in there) if "labels" in wish.parts else ()
    return Change(
        by=wish.by.login,
        head=pull.head,
        offered_for=offer.head,
        title_was=pull.title,
        body_was=pull.body,
        before=before,
        is_whole=is_whole,
        title=title,
        body=body,
        labels=tuple(name for name in offer.labels if name in there) if "labels" in wish.parts else (),
        left=(*left, *_changed_since(wish, offer, pull), *(("labels_gone",) if gone else ())),
    )


def _title(wish: Wish, offer: Offer, pull: Reviewable) -> tuple[str | None, tuple[str, ...]]:
    """One that somebody wrote since it was offered stays."""
    if "title" not in wish.parts or pull.title == offer.title:
        return None, ()
    if pull.title != offer.title_then:
        return None, ("title_changed",)
    return offer.title, ()


def _body(wish: Wish, pull: Reviewable, part: str) -> str | None:
    if "description" not in wish.parts:
        return None
    body = with_part(pull.body, part)
    if len(body.encode("utf-16-le", errors="surrogatepass")) // 2 > LONGEST_BODY:  # as GitHub counts
        raise StepFailed("description_too_long", f"{len(body)}")
    return None if body == pull.body else body


def _changed_since(wish: Wish, offer: Offer, pull: Reviewable) -> tuple[str, ...]:
    """Whether people wrote something else since: both stay."""
    is_other = without_part(pull.body) != without_part(offer.body_then)
    return ("description_changed",) if "description" in wish.parts and is_other else ()


def _before(body: str) -> tuple[str, bool]:
    """What is kept of it, and whether that is all. Raises StepFailed where what is replaced has no room."""
    if len(body) <= LONGEST_KEPT:
        return body, True
    part = part_in(body) or ""
    if len(part) > LONGEST_KEPT:
        raise StepFailed("part_too_long", f"{len(part)}")
    return part, False
