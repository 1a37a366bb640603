"""The button that has a review's check run again: a review by whoever pressed it, or why not at the check."""

from typing import Final

import structlog

from bot.application import refusal_words, refusing
from bot.application import review_trigger_words as words
from bot.application.asked import Review
from bot.application.ports import World
from bot.application.refusing import Command, Conversation
from bot.application.review_asking import ask_for_review
from bot.domain.policy import Denied
from bot.records import Actor, Repository

log = structlog.get_logger()

CAUSE: Final = "rerun"


async def note_check(world: World, repository: Repository, head: str, *, number: int, check: int) -> None:
    """Which pull request the newest check of this commit is of: GitHub does not say it of a fork's."""
    await world.notes.put(_name(repository, head), f"{number} {check}")


async def checked(world: World, repository: Repository, head: str) -> tuple[int, int] | None:
    """Of which pull request the newest check of this commit is, and the check; None where there was none."""
    noted = await world.notes.get(_name(repository, head))
    if noted is None:
        return None
    number, check = map(int, noted.split())
    return number, check


async def run_again(repository: Repository, head: str, *, by: Actor, key: str, world: World) -> None:
    """Review the pull request of that commit as it stands by now; nothing where none was of it.

    Whoever gets no review of that very commit is told at its check, which otherwise stays as it is: what it
    found, nobody presses away.
    """
    known = await checked(world, repository, head)
    if known is None:
        log.info("no_review_to_run_again", head=head)
        return
    number, check = known
    asked = Review(by=by, repository=repository, number=number)
    said = await _asked(asked, head, key, world)
    if said is not None:
        title, summary = said
        await world.review_checks.say(repository, check, title=title, summary=summary)


async def _asked(asked: Review, head: str, key: str, world: World) -> tuple[str, str] | None:
    """Ask; what the check is to say of it, None where a new one will."""
    try:
        await ask_for_review(asked, key=key, door="github", world=world, cause=CAUSE)
    except Denied as no:
        said = refusal_words.refusal(no)
        await _note_refusal(asked, Command(by=asked.by, name="review", code=no.code, said=said), key, world)
        return words.not_again(said)
    pull = await world.reviews.look(asked.repository, asked.number)
    if not pull.is_open:
        return words.closed()
    return None if pull.head == head else words.moved_on(pull.head)


async def _note_refusal(asked: Review, refused: Command, key: str, world: World) -> None:
    where = Conversation(repository=asked.repository, issue=asked.number)
    own = f"refused:{key}"
    meta = {"by": refused.by.id, "login": refused.by.login, "door": "github", "key": own}
    await refusing.note(world, where, refused, key=own, meta=meta)


def _name(repository: Repository, head: str) -> str:
    return f"review-check:{repository.id}:{head}"
