"""What a command typed in Slack is given; and the way to those that are GitHub's own."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.application import refusing, slack_words
from bot.application.asked import LookUp
from bot.application.ports import World
from bot.application.rights import check_right
from bot.application.slack_asking import From, told
from bot.application.slack_channels import bound_to
from bot.application.slack_hearing import Slack
from bot.application.slack_linking import acts_as
from bot.domain.commands import Command, Spoken
from bot.domain.policy import Denied, NotAllowed, OwnerNotAllowed
from bot.domain.slack_places import NotThere, Unnamed, is_repository, numbered
from bot.domain.states import InvalidStateTransition
from bot.records import Actor, Repository, StepFailed
from bot.slack_channel_records import Bound
from bot.slack_records import Place, Said
from handlers.conversation import Context, Here, Run, note_refusal, refused_before
from handlers.payloads import Comment
from handlers.slack_payloads import SlackCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """Where and by whom a command was typed in Slack; `found` are the repositories that it is about."""

    context: Context
    slack: Slack
    command: SlackCommand
    spoken: Spoken
    known: tuple[Command, ...]
    found: list["Seen"] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.context.world

    @property
    def said_at(self) -> datetime:
        """When Slack brought it: what came about since is not what they saw."""
        return self.context.heard_at or self.world.clock.now()

    @property
    def place(self) -> Place:
        return Place(workspace=self.command.workspace, channel=self.command.channel)

    async def person(self) -> Actor:
        """Who they are on GitHub. Raises NotLinked."""
        return await acts_as(self.command.by, self.world)

    async def asker(self) -> From:
        """The same, with where they ask. Raises NotLinked."""
        return From(place=self.place, user=self.command.by, person=await self.person(), key=self.context.key)

    async def bound(self) -> Bound | None:
        """What the channel is bound to."""
        return await bound_to(self.place, self.world)

    async def repository(self, name: str, by: Actor) -> "Seen":
        """The repository of this name, or where none is said the channel's. Raises Unnamed, NotThere."""
        if name:
            return self.about(await seen_by_name(name, by, self.world))
        bound = await self.bound()
        if bound is None:
            raise Unnamed("repository")
        return self.about(await seen(bound.repository, by, self.world))

    def about(self, it: "Seen") -> "Seen":
        """Note that it is about this one: what is said of it may not be for everybody."""
        self.found.append(it)
        return it


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A repository that somebody may read, as GitHub tells of it now, and its page."""

    repository: Repository
    page: str
    private: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """On what a command is to run: an issue or pull request, or one integration; nothing of that is 0."""

    seen: Seen
    by: Actor
    text: str
    number: int = 0
    named: str | None = None
    is_pull: bool = False


SlackRun = Callable[[There], Awaitable[str | Said]]
Aim = Callable[[There, Actor, str, str], Awaitable[At]]


def of_one(run: Run) -> SlackRun:
    """GitHub's command about the integration that is named; to whoever may not read it, it is not there."""
    return _aimed(_one, run)


def of_repository(run: Run) -> SlackRun:
    """GitHub's command about the repository that is named first, or the channel's; the same."""
    return _aimed(_repository, run)


def of_any(run: Run) -> SlackRun:
    """GitHub's command about the integration, or the repository, that is named first; the same."""
    return _aimed(_any, run)


def of_pull(run: Run) -> SlackRun:
    """GitHub's command about the pull request that is named first; the same."""
    return _aimed(_pull, run)


def _aimed(aim: Aim, run: Run) -> SlackRun:
    async def run_there(there: There) -> str:
        first, rest = (*there.spoken.text.split(maxsplit=1), "", "")[:2]
        return await _run_at(run, there, await aim(there, await there.person(), first, rest))

    return run_there


async def _one(there: There, by: Actor, first: str, rest: str) -> At:
    if not first:
        raise Unnamed("id")
    row = await there.world.integrations.get(first)
    if row is None:
        raise NotThere
    found = there.about(await seen(repository_of(row), by, there.world))
    return At(seen=found, by=by, text=rest, number=row["issue"], named=row["id"])


async def _repository(there: There, by: Actor, first: str, rest: str) -> At:
    if is_repository(first):
        return At(seen=await there.repository(first, by), by=by, text=rest)
    return At(seen=await there.repository("", by), by=by, text=there.spoken.text)


async def _any(there: There, by: Actor, first: str, rest: str) -> At:
    """What is no integration to them is none: the answer does not tell whether there is one."""
    row = await there.world.integrations.get(first) if first else None
    try:
        return await (_repository if row is None else _one)(there, by, first, rest)
    except NotThere:
        if row is None:
            raise
    return await _repository(there, by, first, rest)


async def _pull(there: There, by: Actor, first: str, rest: str) -> At:
    named = numbered(first)
    if named is None:
        raise Unnamed("pull")
    found = await there.repository(named.repository, by)
    is_pull = await is_pull_request(found.repository, named.number, there.world)
    return At(seen=found, by=by, text=rest, number=named.number, is_pull=is_pull)


async def is_pull_request(repository: Repository, number: int, world: World) -> bool:
    """Whether it is one, and no issue. Raises StepFailed, Unavailable."""
    try:
        await world.pulls.get(repository, number)
    except StepFailed as no:
        if no.code != "pull_request_gone":
            raise
        return False
    return True


async def seen_by_name(name: str, by: Actor, world: World) -> Seen:
    """The repository of this name, if GitHub lets this person read it. Raises NotThere."""
    found = await world.repositories.found(name)
    if found is None:
        raise NotThere
    number, about = found
    there = Repository(
        id=about.id, full_name=about.full_name, installation_id=number, owner_id=about.owner_id
    )
    return await seen(there, by, world)


async def seen(repository: Repository, by: Actor, world: World) -> Seen:
    """The repository as GitHub tells of it now, if it lets this person read it. Raises NotThere."""
    try:
        about = await world.repositories.describe(repository)
        known = replace(repository, full_name=about.full_name, owner_id=about.owner_id)
        await check_right(LookUp(by=by, repository=known), world)
    except (StepFailed, NotAllowed, OwnerNotAllowed):
        raise NotThere from None
    return Seen(repository=known, page=about.page, private=about.private)


def repository_of(row: Mapping[str, Any]) -> Repository:
    """The repository of a row."""
    return Repository(
        id=row["repository_id"], full_name=row["repository"], installation_id=row["installation_id"]
    )


async def _run_at(run: Run, there: There, at: At) -> str:
    """What is said to it; a refusal is a fact of the conversation, and final for this delivery."""
    comment = _as_comment(there, at)
    before = await refused_before(comment, there.context)
    if before is not None:
        return before
    spoken = replace(there.spoken, text=at.text)
    here = Here(context=there.context, comment=comment, spoken=spoken, known=there.known, named=at.named)
    try:
        said = await run(here)
    except (Denied, InvalidStateTransition) as no:
        code, why = told(no)
        refused = refusing.Command(by=at.by, name=there.spoken.name, code=code, said=why)
        await note_refusal(comment, there.context, refused)
        return why
    return said if said is not None else slack_words.begun(f"{at.seen.page}/issues/{at.number}")


def _as_comment(there: There, at: At) -> Comment:
    """As if it had been said on GitHub, by whom they are there."""
    return Comment(
        repository=at.seen.repository,
        private=True,
        issue=at.number,
        id=0,
        body=there.command.text,
        said_at=there.said_at,
        by=at.by,
        own=True,
        issue_title="",
        issue_body="",
        issue_author=None,
        is_pull=at.is_pull,
    )
