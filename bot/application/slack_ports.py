"""What the application needs of Slack, in its own words."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.slack_records import Me, Place, Posted, Said, SlackChannel, SlackPerson, Thread, Workspace


class SlackMessages(Protocol):
    """What the bot says in channels. Each raises StepFailed, Unavailable."""

    async def post(self, place: Place, said: Said, *, marker: str) -> Posted:
        """Say it; the marker, which nobody sees, tells it again."""

    async def find(self, place: Place, *, marker: str) -> Posted | None:
        """What was said with this marker there, not long ago."""

    async def update(self, workspace: Workspace, posted: Posted, said: Said, *, marker: str) -> None: ...

    async def whisper(self, place: Place, user: str, said: Said) -> None:
        """Show it to one person alone."""

    async def thread(self, place: Place, *, before: str) -> Thread:
        """What was said in that thread before this message."""

    async def permalink(self, workspace: Workspace, posted: Posted) -> str: ...


class SlackViews(Protocol):
    """Modals, and people's Homes. Each raises StepFailed, Unavailable."""

    async def open(self, workspace: Workspace, view: dict[str, object], *, trigger: str) -> str:
        """Its id. Within three seconds of the act that gave the trigger, and once."""

    async def publish(self, workspace: Workspace, user: str, view: dict[str, object]) -> None: ...


class SlackDirectory(Protocol):
    """Who somebody is, and what a channel is. Each raises StepFailed, Unavailable."""

    async def person(self, workspace: Workspace, user: str) -> SlackPerson: ...

    async def channel(self, workspace: Workspace, channel: str) -> SlackChannel: ...

    async def direct(self, workspace: Workspace, user: str) -> Place:
        """Where the bot and this person talk."""

    async def me(self, workspace: Workspace) -> Me:
        """Who the bot itself is there."""


class SlackCards(Protocol):
    """What links in a message show. Raises StepFailed, Unavailable."""

    async def unfurl(
        self, workspace: Workspace, posted: Posted, cards: Mapping[str, Sequence[Mapping[str, object]]]
    ) -> None:
        """By each link as it was written the blocks that it shows."""


class SlackFiles(Protocol):
    """What hangs at messages, from Slack's own host and no other."""

    async def read(self, workspace: Workspace, address: str, *, most: int) -> bytes:
        """Its bytes. Raises StepFailed: slack_file_foreign, -gone or -large; Unavailable."""
