"""Findings said one by one, where GitHub does not take them together: each at its line, else of its file."""

from dataclasses import dataclass, replace
from typing import Final

from bot.application import review_words as words
from bot.application.effects import once
from bot.application.ports import World
from bot.domain.remarks import Finding
from bot.records import Repository
from bot.review_records import LineComment

REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which pull request, at which commit, and the name of the review that they are of."""

    repository: Repository
    number: int
    head: str
    name: str


async def said_one_by_one(where: Where, findings: tuple[Finding, ...], world: World) -> list[str]:
    """The fingerprints of those that are there by now, each once. Raises StepFailed, Unavailable."""
    return [each.fingerprint for each in findings if await _said(where, each, world)]


async def _said(where: Where, it: Finding, world: World) -> bool:
    name = f"{where.name}:{it.fingerprint}:{it.anchor.line}"
    marker = words.marker(name)

    async def find() -> str | None:
        there = await world.reviews.remarked(where.repository, where.number, marker=marker)
        return None if there is None else str(there)

    async def make() -> str:
        at_line = comment_of(it, marker)
        for comment in (at_line, replace(at_line, line=None, first=None)):
            made = await world.reviews.remark(
                where.repository, where.number, head=where.head, comment=comment
            )
            if made is not None:
                return str(made)
        return REFUSED

    return await once(world, f"review-remark:{name}", find=find, make=make) != REFUSED


def comment_of(it: Finding, marker: str = "") -> LineComment:
    """As it is said at its line, behind the marker where it has one of its own."""
    said = words.at_line(it)
    return LineComment(
        path=it.anchor.path,
        body=f"{marker}\n{said}" if marker else said,
        line=it.anchor.line,
        side=it.anchor.side,
        first=it.anchor.first,
    )
