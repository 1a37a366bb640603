"""What the application needs of Slack, in its own words; adapters satisfy these by shape."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.application.slack_ports import SlackDirectory, SlackFiles, SlackMessages, SlackViews
from bot.slack_link_records import Ticket
from bot.slack_records import SlackChannel, SlackPerson, Workspace


class SlackPeople(Protocol):
    """People as their workspace knows them, asked now."""

    async def person(self, workspace: Workspace, user: str) -> SlackPerson:
        """Raises StepFailed where the workspace will not say, Unavailable."""


class SlackChannels(Protocol):
    """Channels as the bot sees them, asked now."""

    async def channel(self, workspace: Workspace, channel: str) -> SlackChannel:
        """Raises StepFailed where it does not, Unavailable."""


class SlackAnswers(Protocol):
    """Where a command was typed, an answer to it that its author alone sees."""

    async def say(self, address: str, text: str, blocks: Sequence[Mapping[str, Any]] = ()) -> None:
        """Raises StepFailed: slack_address_foreign, where it is none of Slack's, or over; Unavailable."""


class Tickets(Protocol):
    """A ticket as a text that nobody reads or makes."""

    def seal(self, ticket: Ticket) -> str: ...

    def open(self, text: str) -> Ticket | None:
        """The ticket; None where the text is none of this bot's."""


class Forgets(Protocol):
    """The tokens of a workspace, gone at once: all, or those of these bots."""

    async def __call__(
        self, workspace: Workspace, *, told_at: datetime, bots: frozenset[str] | None
    ) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """Slack, as far as handlers know it. `named` are people who are heard all the same, as team/user, and
    `address` is how the outside reaches the bot; `forgets` is there where it serves many workspaces.
    """

    people: SlackPeople
    channels: SlackChannels
    answers: SlackAnswers
    messages: SlackMessages
    views: SlackViews
    directory: SlackDirectory
    files: SlackFiles
    tickets: Tickets
    address: str
    named: Collection[str] = field(default=())
    forgets: Forgets | None = None
