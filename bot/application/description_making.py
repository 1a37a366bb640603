"""Making an offer: the change is read, the model is asked once, and what it says is held to what there is."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.application.basing import base_head
from bot.application.configuration import Configuration
from bot.application.frozen import check_not_frozen
from bot.application.in_force import in_force
from bot.application.model_markdown import shown
from bot.application.ports import World
from bot.application.prompting import noting, render
from bot.application.quoting import one_line
from bot.application.review_changes import Changed, Known, look_at_changes
from bot.application.review_guidance import NOTHING, Guidance, Place, gather
from bot.application.review_paying import ask_once, tokens_of
from bot.application.review_seen import alone
from bot.application.showing import beginning, seen_of, shown_paths
from bot.domain.conversation import ENDINGS, asked, text_of
from bot.domain.describing import Wish, wish_in
from bot.domain.diff_shown import shown_file
from bot.domain.fencing import fence, nonce_of
from bot.domain.labelling import known_labels
from bot.domain.pricing import cost_micro_usd
from bot.domain.pull_templates import template_in
from bot.domain.reviewing import Request
from bot.domain.schemas import bare
from bot.records import Answer, Question, Repository, StepFailed
from bot.review_records import Reviewable

MAX_TOKENS: Final = 8_000
LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 12_000
LONGEST_SHOWN: Final = 8_000
LONGEST_LABEL: Final = 200


class Described(BaseModel):
    """What the model says of a pull request; nothing of it is believed yet."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    title: str
    description: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is offered, as people are shown it and as it is taken; `then` is what stood there meanwhile.

    `unread` are the files that were not shown to the model, and `unknown` how many labels it named that there
    are not.
    """

    head: str
    title: str
    description: str
    labels: tuple[str, ...]
    title_then: str
    body_then: str
    unread: tuple[str, ...] = ()
    unlisted: int = 0
    unknown: int = 0
    tokens: int = 0
    micro_usd: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the model is shown, beside the pull request itself."""

    changed: Changed
    guidance: Guidance
    template: str
    labels: Mapping[str, str]

    @property
    def unread(self) -> tuple[str, ...]:
        """The files that the question has no room for, or that nobody wrote by hand, or may read."""
        later = (file.path for group in self.changed.groups[1:] for file in group)
        return (*later, *(path for path, why in self.changed.left_out if why != "no_lines"))


async def make(world: World, stream: str, asked_key: str, *, key: str) -> str:
    """The digest of the offer. What was paid for in an earlier try is taken from there. Raises StepFailed."""
    wish = wish_in(await world.log.read(stream), asked_key)
    repository = wish.repository
    await check_not_frozen(world, repository)
    pull = await open_pull(wish, world)
    looked = await _look(wish, pull, nonce_of(asked_key), world)
    question = await _question(wish, pull, looked, nonce_of(asked_key), world)
    answer = await ask_once(world, repository, question, key=f"{asked_key}:{pull.head}")
    offer = await asyncio.to_thread(_offer, answer, pull, looked)
    return await world.blobs.put(repository.id, msgspec.json.encode(offer))


async def load_offer(world: World, repository: Repository, digest: str) -> Offer:
    """What was offered, as it was kept."""
    return msgspec.json.decode(await world.blobs.get(repository.id, digest), type=Offer)


async def open_pull(wish: Wish, world: World) -> Reviewable:
    """The pull request as it stands. Raises StepFailed where it is closed, or the bot's own."""
    pull = await world.reviews.look(wish.repository, wish.number)
    if not pull.is_open:
        raise StepFailed("pull_request_closed", f"#{wish.number}")
    if pull.author == await world.repositories.app_login():
        raise StepFailed("described_already", f"#{wish.number}")
    return pull


async def _look(wish: Wish, pull: Reviewable, nonce: str, world: World) -> Looked:
    repository = wish.repository
    configuration = await _configuration(repository, world)
    request = Request(repository=repository, number=wish.number, cause="described")
    changed = await look_at_changes(request, alone(pull), Known(not_secret=configuration.not_secret), world)
    place = Place(repository=repository, pull=pull, paths=changed.covered, nonce=nonce)
    return Looked(
        changed=changed,
        guidance=await gather(place, configuration.review.instructions, world),
        template=await _template(repository, pull, world),
        labels=await world.labels.all(repository),
    )


async def _configuration(repository: Repository, world: World) -> Configuration:
    about = await world.repositories.describe(repository)
    commit = await base_head(repository, about.default_branch, world)
    return (await in_force(world, repository, about, commit=commit)).configuration


async def _template(repository: Repository, pull: Reviewable, world: World) -> str:
    """As the base has it: what the change makes of it counts once it is merged. Without one it goes too."""
    try:
        path = template_in(await world.sources.listing(repository, pull.base))
        content = await world.sources.read(repository, pull.base, path) if path else None
    except StepFailed:
        return ""
    return await asyncio.to_thread(beginning, content) if content else ""


async def _question(wish: Wish, pull: Reviewable, it: Looked, nonce: str, world: World) -> Question:
    labels = "\n".join(f"{name}: {told[:LONGEST_LABEL]}" for name, told in it.labels.items())
    unread = shown_paths(list(it.unread))
    with noting() as prompts:
        system = render("describe")
        turn = render(
            "describe_request",
            repository=wish.repository.full_name,
            instructions=it.guidance.instructions,
            issues=it.guidance.issues,
            template=fence(it.template, "the template of a description", nonce) if it.template else NOTHING,
            labels=fence(labels, "labels", nonce) if labels else NOTHING,
            title=fence(await seen_of(pull.title), "title", nonce),
            description=fence((await seen_of(pull.body))[:LONGEST_SHOWN], "description", nonce),
            diff=await asyncio.to_thread(_diff, it.changed, nonce),
            left_out=fence(unread, "changed as well, and not shown here", nonce) if unread else NOTHING,
        )
    return Question(
        model=world.rules.model,
        system=system,
        messages=(asked(turn),),
        schema=bare(Described.model_json_schema()),
        max_tokens=MAX_TOKENS,
        prompts=tuple(prompts),
    )


def _diff(changed: Changed, nonce: str) -> str:
    if not changed.groups:
        return NOTHING
    return fence("\n\n".join(shown_file(changed.diff, file) for file in changed.groups[0]), "diff", nonce)


def _offer(answer: Answer, pull: Reviewable, it: Looked) -> Offer:
    """Words in which nothing acts, and labels that there are. Raises StepFailed."""
    made = _read(answer)
    labels, unknown = known_labels(made.labels, it.labels)
    return Offer(
        head=pull.head,
        title=one_line(made.title, most=LONGEST_TITLE),
        description=shown(_cut(made.description)),
        labels=labels,
        title_then=pull.title,
        body_then=pull.body,
        unread=it.unread,
        unlisted=it.changed.unlisted,
        unknown=unknown,
        tokens=tokens_of(answer.usage),
        micro_usd=cost_micro_usd(answer.model, answer.usage),
    )


def _read(answer: Answer) -> Described:
    if answer.stop_reason != "end_turn":
        raise StepFailed(ENDINGS.get(answer.stop_reason, "answer_too_long"))
    try:
        made = Described.model_validate_json(text_of(answer))
    except ValidationError:
        raise StepFailed("description_unintelligible") from None
    if not (made.title.strip() and made.description.strip()):
        raise StepFailed("description_unintelligible", "empty")
    return made


def _cut(text: str) -> str:
    """As much of it as is offered, in whole lines."""
    if len(text) <= LONGEST_TEXT:
        return text
    return text[:LONGEST_TEXT].rpartition("\n")[0] or text[:LONGEST_TEXT]
