"""What a command typed in Slack is given; and the way to those that only look, which are GitHub's own."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.application import slack_words
from bot.application.asked import LookUp
from bot.application.ports import World
from bot.application.rights import check_right
from bot.application.slack_hearing import Slack
from bot.application.slack_linking import acts_as
from bot.domain.commands import Command, Spoken
from bot.domain.policy import NotAllowed, NothingWaits, OwnerNotAllowed
from bot.records import Actor, Repository, StepFailed
from handlers.conversation import Context, Here, Run
from handlers.payloads import Comment
from handlers.slack_payloads import SlackCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """Where and by whom a command was typed in Slack."""

    context: Context
    slack: Slack
    command: SlackCommand
    spoken: Spoken
    known: tuple[Command, ...]

    @property
    def world(self) -> World:
        return self.context.world

    @property
    def first_word(self) -> str:
        """The first word behind the command."""
        return next(iter(self.spoken.text.split()), "")


SlackRun = Callable[[There], Awaitable[str]]


def of_one(run: Run) -> SlackRun:
    """GitHub's command about the integration that is named; to whoever may not read it, it is not there."""

    async def run_there(there: There) -> str:
        named = there.first_word
        if not named:
            return slack_words.no_id(there.spoken.name)
        by = await acts_as(there.command.by, there.world)
        row = await there.world.integrations.get(named)
        if row is None:
            raise NothingWaits(named)
        repository = await readable(repository_of(row), by, there.world)
        return await _run_at(run, there, repository, by, issue=row["issue"], spoken=there.spoken)

    return run_there


def of_repository(run: Run) -> SlackRun:
    """GitHub's command about the repository that is named first; the same."""

    async def run_there(there: There) -> str:
        name, _, rest = there.spoken.text.partition(" ")
        if "/" not in name:
            return slack_words.NO_REPOSITORY
        by = await acts_as(there.command.by, there.world)
        rows = await there.world.integrations.find(repository=name)
        if not rows:
            raise NothingWaits(name)
        repository = await readable(repository_of(rows[0]), by, there.world)
        spoken = replace(there.spoken, text=rest.strip())
        return await _run_at(run, there, repository, by, issue=rows[0]["issue"], spoken=spoken)

    return run_there


async def readable(repository: Repository, by: Actor, world: World) -> Repository:
    """The repository as GitHub tells of it now, if it lets this person read it. Raises NothingWaits."""
    try:
        about = await world.repositories.describe(repository)
        known = replace(repository, full_name=about.full_name, owner_id=about.owner_id)
        await check_right(LookUp(by=by, repository=known), world)
    except (StepFailed, NotAllowed, OwnerNotAllowed):
        raise NothingWaits(repository.full_name) from None
    return known


def repository_of(row: Mapping[str, Any]) -> Repository:
    """The repository of a row."""

    return Repository(
        id=row["repository_id"], full_name=row["repository"], installation_id=row["installation_id"]
    )


async def _run_at(
    run: Run, there: There, repository: Repository, by: Actor, *, issue: int, spoken: Spoken
) -> str:
    comment = Comment(
        repository=repository,
        private=True,
        issue=issue,
        id=0,
        body=there.command.text,
        said_at=there.world.clock.now(),
        by=by,
        own=True,
        issue_title="",
        issue_body="",
        issue_author=None,
    )
    here = Here(context=there.context, comment=comment, spoken=spoken, known=there.known)
    return await run(here) or ""
