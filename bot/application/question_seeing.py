"""What a question is about, as it stands when it is asked: the commit, and what was said there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from bot.application.basing import base_head
from bot.application.in_force import in_force
from bot.application.ports import World
from bot.conversation_records import Conversation, Said
from bot.domain.enquiring import Enquiry, enquiry_in
from bot.domain.policy import belongs
from bot.records import Actor, Repository, RepositoryFacts
from bot.review_records import Remark, Reviewable

MOST_COMMENTS: Final = 50
# Of how many people it is asked of GitHub whether they belong to the repository, the newest first.
MOST_PEOPLE: Final = 10
# As it is written; what is seen of it is less. So much is kept, not shown.
LONGEST_KEPT: Final = 16_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is read: `commit`, of a pull request its head; `base` is whose instructions count.

    `own` are the numbers of those who belong to the repository, of those who said something; `thread` is what
    stands at the line that it was asked at.
    """

    commit: str
    base: str
    page: str
    conversation: Conversation
    own: tuple[int, ...]
    pull: Reviewable | None
    not_secret: tuple[str, ...]
    thread: tuple[Remark, ...] = ()


async def see(world: World, stream: str, asked_key: str, *, key: str) -> str:
    """Look, once; the digest of what was seen. Raises StepFailed, Unavailable."""
    enquiry = enquiry_in(await world.log.read(stream), asked_key)
    repository = enquiry.repository
    about = await world.repositories.describe(repository)
    default = await base_head(repository, about.default_branch, world)
    pull = await world.reviews.look(repository, enquiry.number) if enquiry.is_pull else None
    conversation = _before(enquiry, await _said(enquiry, world))
    thread = await _thread(enquiry, world)
    configuration = (await in_force(world, repository, about, commit=default)).configuration
    seen = Seen(
        commit=pull.head if pull else default,
        base=pull.base if pull else default,
        page=about.page,
        conversation=conversation,
        own=await _own(_people(conversation, thread), repository, about, world),
        pull=pull,
        not_secret=tuple(configuration.not_secret),
        thread=thread,
    )
    return await world.blobs.put(repository.id, msgspec.json.encode(seen))


async def _said(enquiry: Enquiry, world: World) -> Conversation:
    """What was said on the issue or pull request; nothing where it is about none."""
    if not enquiry.number:
        return Conversation(title="", body="", author=None)
    return await world.conversations.read(enquiry.repository, enquiry.number)


async def load_seen(world: World, repository: Repository, digest: str) -> Seen:
    """What was seen, as it was kept."""
    return msgspec.json.decode(await world.blobs.get(repository.id, digest), type=Seen)


async def _thread(enquiry: Enquiry, world: World) -> tuple[Remark, ...]:
    """The thread up to the question: its first, also where that is the question itself, and the newest."""
    if enquiry.thread is None:
        return ()
    said = await world.review_threads.said(enquiry.repository, enquiry.number, enquiry.thread)
    before = [
        replace(each, body="" if each.id == enquiry.comment else each.body[:LONGEST_KEPT])
        for each in said
        if each.id < enquiry.comment or each.id == enquiry.thread
    ]
    return (*before[:1], *before[1:][-MOST_COMMENTS:])


def _before(enquiry: Enquiry, said: Conversation) -> Conversation:
    """What was said before it was asked, and reads as it did then, the newest of it."""
    before = [each for each in said.comments if _stood(each, enquiry) and each.id != enquiry.comment]
    kept = tuple(_cut(each) for each in before[-MOST_COMMENTS:])
    earlier = said.earlier + len(before) - len(kept)
    return replace(said, body=said.body[:LONGEST_KEPT], comments=kept, earlier=earlier)


def _stood(it: Said, enquiry: Enquiry) -> bool:
    """Whether whoever asked saw it so; the bot's own are edited all the time, as things go on."""
    edited = None if it.is_own else it.edited_at
    return max(it.at, edited or it.at) <= enquiry.said_at


def _cut(it: Said) -> Said:
    return replace(it, body=it.body[:LONGEST_KEPT])


def actor_of(said: Remark) -> Actor | None:
    """Whose words they are at a line; nobody where that account was deleted."""
    return None if said.by is None or said.by_id is None else Actor(id=said.by_id, login=said.by)


def _people(it: Conversation, thread: Sequence[Remark]) -> list[Actor]:
    """Who said something, each once, the newest first, at the line first; who wrote it before all."""
    at_the_line = [actor_of(each) for each in reversed(thread) if not each.is_ours]
    by = [it.author, *at_the_line, *(each.by for each in reversed(it.comments) if not each.is_own)]
    return list({person.id: person for person in by if person is not None}.values())


async def _own(
    people: list[Actor], repository: Repository, about: RepositoryFacts, world: World
) -> tuple[int, ...]:
    """Those of them who belong to it, asked of GitHub now; of whom it is not asked counts as not."""
    roles = [(each, await world.repositories.role_name(repository, each)) for each in people[:MOST_PEOPLE]]
    return tuple(each.id for each, role in roles if belongs(role, private=about.private))
