"""What a handler is given; the one way of a spoken command, whatever the door."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol

import structlog

from bot.application import commands, refusal_words, refusing, words
from bot.application.asked import Asked, LookUp
from bot.application.ports import World
from bot.application.rights import belongs_here, check_right
from bot.application.side_by_side import beside
from bot.application.talking import Spot, say_there, show_there
from bot.domain.commands import Command, Misspoken, Spoken, read
from bot.domain.integration import Integration
from bot.domain.policy import Denied, NothingWaits, Role
from bot.domain.states import InvalidStateTransition
from bot.records import Actor, FollowUp, Repository, StepFailed, Unavailable
from handlers.payloads import Comment

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One delivery and the world: everything a handler does goes through here.

    `follow_ups` is what is begun once the delivery is settled, `heard_at` when it came where that counts.
    """

    world: World
    key: str
    door: str = "github"
    heard_at: datetime | None = None
    follow_ups: list[FollowUp] = field(default_factory=list)

    async def send(self, asked: Asked) -> Integration:
        """Hand a command on; the delivery's key makes it one."""
        return await commands.handle(asked, key=self.key, door=self.door, world=self.world)

    async def integration_of(self, repository: Repository, **columns: int | str) -> str | None:
        """The newest integration of the repository with these columns."""
        rows = await self.world.integrations.find(repository_id=repository.id, **columns)
        return rows[0]["id"] if rows else None


Handler = Callable[[Mapping[str, Any], Context], Awaitable[None]]


class Place(Protocol):
    """Where a person said something, and who: a comment, in a thread or in none, or a review."""

    @property
    def repository(self) -> Repository: ...

    @property
    def issue(self) -> int: ...

    @property
    def by(self) -> Actor: ...

    @property
    def thread(self) -> int | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where and by whom a command was spoken; `named` is the integration that is meant, where it said so."""

    context: Context
    comment: Comment
    spoken: Spoken
    known: tuple[Command, ...]
    named: str | None = None

    @property
    def by(self) -> Actor:
        return self.comment.by

    @property
    def repository(self) -> Repository:
        return self.comment.repository

    async def integrations(self) -> list[Mapping[str, Any]]:
        """The integrations that were asked for here, or whose pull request this is, newest first."""
        if self.named is not None:
            row = await self.context.world.integrations.get(self.named)
            return [] if row is None else [row]
        find, number = self.context.world.integrations.find, self.comment.issue
        rows = [
            *await find(repository_id=self.repository.id, issue=number),
            *await find(repository_id=self.repository.id, pull_request=number),
        ]
        here = {row["id"]: row for row in rows}
        return sorted(here.values(), key=lambda row: (row["requested_at"], row["id"]), reverse=True)

    async def integration_id(self) -> str:
        """The one that is meant: named in the text, else the newest here. Raises NothingWaits."""
        rows = await self.integrations()
        ids = [str(row["id"]) for row in rows]
        if not ids:
            raise NothingWaits(self.spoken.name)
        return self.first_word if self.first_word in ids else ids[0]

    async def named_id(self) -> str:
        """The same, where nothing but its name may be said: another's name is not taken for the newest."""
        found = await self.integration_id()
        if self.first_word not in {"", found}:
            raise NothingWaits(self.spoken.name)
        return found

    async def meant_and_why(self) -> tuple[str, str]:
        """The one that is meant, and what is said of it: another's name is no reason. Raises NothingWaits."""
        found, first = await self.integration_id(), self.first_word
        if first == found:
            return found, self.spoken.text.removeprefix(first).strip()
        if first and await self.context.world.integrations.get(first) is not None:
            raise NothingWaits(self.spoken.name)
        return found, self.spoken.text

    async def meant(self) -> str:
        """The same, to be looked at only: any of the repository's may be named. Raises NothingWaits."""
        named = await self.context.world.integrations.get(self.first_word) if self.first_word else None
        if named is not None and named["repository_id"] == self.repository.id:
            return str(named["id"])
        return await self.named_id()

    @property
    def first_word(self) -> str:
        """The first word behind the command."""
        return next(iter(self.spoken.text.split()), "")

    async def finding(self) -> str | None:
        """The fingerprint of the finding of ours that it was said to, as GitHub tells it; None elsewhere."""
        threads, first = self.context.world.review_threads, self.comment.thread
        return None if first is None else await threads.finding(self.repository, first)

    async def send(self, asked: Asked) -> Integration:
        return await self.context.send(asked)

    async def role(self) -> Role:
        """The speaker's role here. Raises NotAllowed."""
        look = LookUp(by=self.by, repository=self.repository)
        return await check_right(look, self.context.world)


Run = Callable[[Here], Awaitable[str | None]]


def declared(modules: Iterable[ModuleType]) -> Mapping[str, tuple[Command, Run]]:
    """Each command file's declaration and its one function, by the command's word."""
    return {module.COMMAND.name: (module.COMMAND, module.run) for module in modules}


async def converse(comment: Comment, context: Context, known: Mapping[str, tuple[Command, Run]]) -> None:
    """Read what was said, show that it was seen, do it, and answer where it was asked."""
    declarations = tuple(command for command, _ in known.values())
    try:
        spoken = read(comment.body, declarations)
    except Misspoken as error:
        if await is_worth_an_answer(comment, context):
            await reply(comment, context, words.misspoken(error))
        return
    if spoken is None:
        return
    await carry_out(
        known[spoken.name][1], Here(context=context, comment=comment, spoken=spoken, known=declarations)
    )


async def carry_out(run: Run, here: Here) -> None:
    """Do it, and answer where it was asked; a refusal of this very delivery is final."""
    said = await refused_before(here.comment, here.context) or await _heard(run, here)
    if said is not None:
        await reply(here.comment, here.context, said)


async def is_meant(comment: Comment, context: Context, known: Mapping[str, tuple[Command, Run]]) -> bool:
    """Whether it is a command, or a slip that is worth an answer."""
    try:
        return read(comment.body, (command for command, _ in known.values())) is not None
    except Misspoken:
        return await is_worth_an_answer(comment, context)


async def is_worth_an_answer(comment: Comment, context: Context) -> bool:
    """A slip asks for nothing that could be refused: only whom the repository counts among its own is told.

    Of anybody else it may have been meant for nobody, and an answer would be noise to all who follow.
    """
    if not await may_be_answered(comment, context):
        return False
    return await belongs_here(comment.by, comment.repository, context.world, private=comment.private)


async def may_be_answered(place: Place, context: Context) -> bool:
    """What somebody asks is done all the same, but only so often an hour are they told: GitHub counts.

    A delivery counts once, however often it is tried.
    """
    return await refusing.may_be_told(context.world, place.repository, place.by, key=context.key)


async def _heard(run: Run, here: Here) -> str | None:
    """Do it; what is said to that, None where nothing is. A refusal is noted before it is said."""
    answered = await may_be_answered(here.comment, here.context)
    doing = _answered(run, here)
    said, refused = await (beside(show(here.comment, here.context), doing) if answered else doing)
    if said is None or not answered:
        return None
    if refused is not None:
        command = refusing.Command(by=here.by, name=here.spoken.name, code=refused, said=said)
        await note_refusal(here.comment, here.context, command)
    return said


async def show(comment: Comment, context: Context) -> None:
    """Show that it was seen. That is a courtesy: what was asked neither waits for it nor fails with it."""
    try:
        await show_there(context.world, _spot(comment), comment.id, content="eyes")
    except (StepFailed, Unavailable) as no:
        log.warning("command_not_marked", code=no.code)


async def _answered(run: Run, here: Here) -> tuple[str | None, str | None]:
    """What is said to it, and the code of the refusal where it is one."""
    try:
        return await run(here), None
    except Denied as error:
        return refusal_words.refusal(error), error.code
    except InvalidStateTransition as error:
        return refusal_words.refusal(error), "invalid_state_transition"
    except StepFailed as error:
        return words.stopped(error.code), error.code


async def refused_before(place: Place, context: Context) -> str | None:
    """What was said when this very delivery was refused: that is final, and only said once more."""
    return await refusing.recall(context.world, _conversation(place), key=_refusal_key(context))


async def note_refusal(place: Place, context: Context, refused: refusing.Command) -> None:
    """A refusal is a fact of the conversation."""
    key = _refusal_key(context)
    meta = {"by": place.by.id, "login": place.by.login, "door": context.door, "key": key}
    await refusing.note(context.world, _conversation(place), refused, key=key, meta=meta)


def _conversation(place: Place) -> refusing.Conversation:
    return refusing.Conversation(repository=place.repository, issue=place.issue)


def _refusal_key(context: Context) -> str:
    return f"refused:{context.key}"


async def reply(place: Place, context: Context, said: str) -> None:
    """Answer once, where it was asked."""
    await _say(place, context, said, effect=f"reply:{context.key}", marker=words.reply_marker(context.key))


async def apologise(place: Place, context: Context) -> None:
    """Say once, where it was asked, that it went wrong; to one person only so often an hour."""
    key = context.key
    if not await may_be_answered(place, context):
        return
    await _say(place, context, words.apology(key), effect=f"apology:{key}", marker=words.apology_marker(key))


async def _say(place: Place, context: Context, said: str, *, effect: str, marker: str) -> None:
    body = f"{marker}\n{said}"
    await say_there(context.world, _spot(place), body, marker=marker, effect=effect)


def _spot(place: Place) -> Spot:
    return Spot(repository=place.repository, number=place.issue, thread=place.thread)
