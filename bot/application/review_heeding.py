"""Heeding a sign on a pull request, where its repository means a review by it."""

from typing import Any, Final

import structlog

from bot.application import refusal_words, refusing
from bot.application import review_trigger_words as words
from bot.application.asked import Review
from bot.application.effects import say_once
from bot.application.ports import World
from bot.application.refusing import Command, Conversation
from bot.application.review_asking import ask_for_review, configured
from bot.application.rights import belongs_here, is_served
from bot.application.words import reply_marker
from bot.domain.policy import Denied
from bot.domain.review_signs import Sign, is_meant
from bot.records import Actor, Repository, Start

log = structlog.get_logger()

WORKFLOW: Final = "review.heed_v1"


def after_sign(it: Sign, *, key: str) -> Start:
    """One for each delivery, however often that is handled."""
    place, by = it.repository, it.by
    names = (place.id, place.full_name, place.installation_id, place.owner_id or 0)
    return Start(
        queue="github",
        workflow=WORKFLOW,
        id=f"heed-{key}",
        args=(*names, it.private, it.number, it.kind, it.name, by.id, by.login, key),
        partition=str(place.installation_id),
    )


def sign_of(*args: Any) -> Sign:
    """What was handed to the workflow, as it was."""
    repository_id, full_name, installation_id, owner_id, private, number, kind, name, by, login = args
    place = Repository(
        id=repository_id, full_name=full_name, installation_id=installation_id, owner_id=owner_id or None
    )
    person = Actor(id=by, login=login)
    return Sign(repository=place, private=private, number=number, kind=kind, name=name, by=person)


async def heed(it: Sign, *, key: str, world: World) -> None:
    """Begin a review by the word of whoever gave it, if it is meant for that. Raises StepFailed, Unavailable.

    Who may not is told so once, if the repository counts them among its own: a team that GitHub itself asks,
    because a file of owners names it, is nothing that whoever opened the pull request said.
    """
    if not await is_served(it.repository, world):
        return
    said = await configured(it.repository, world)
    if said is None or not is_meant(it, label=said.label, reviewer=said.reviewer):
        return
    refused = await refusing.recall(world, _where(it), key=_own(key)) or await _asked(it, key, world)
    if refused is not None:
        marker = reply_marker(key)
        body, effect = f"{marker}\n{refused}", f"reply:{key}"
        await say_once(world, it.repository, it.number, body, marker=marker, effect=effect)


async def _asked(it: Sign, key: str, world: World) -> str | None:
    """Ask; what is said to a refusal, None where nothing is."""
    review = Review(by=it.by, repository=it.repository, number=it.number)
    try:
        await ask_for_review(review, key=key, door="github", world=world, cause=it.kind)
    except Denied as no:
        log.info("review_sign_refused", sign=it.kind, code=no.code)
        return await _refused(it, no, key, world)
    return None


async def _refused(it: Sign, no: Denied, key: str, world: World) -> str | None:
    """A refusal is noted before it is said; to others than its own, and said too often, it is only logged."""
    if not await belongs_here(it.by, it.repository, world, private=it.private):
        return None
    if not await refusing.may_be_told(world, it.repository, it.by, key=key):
        return None
    said = words.not_begun(it, refusal_words.refusal(no))
    command = Command(by=it.by, name="review", code=no.code, said=said)
    meta = {"by": it.by.id, "login": it.by.login, "door": "github", "key": _own(key)}
    await refusing.note(world, _where(it), command, key=_own(key), meta=meta)
    return said


def _where(it: Sign) -> Conversation:
    return Conversation(repository=it.repository, issue=it.number)


def _own(key: str) -> str:
    return f"refused:{key}"
