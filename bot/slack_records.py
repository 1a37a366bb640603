"""Plain values of Slack that cross the ports: workspaces, the app in them, and what is said there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Where the app is at work: the ids identify. `enterprise` is the grid that it belongs to, if any."""

    team: str
    enterprise: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackTokens:
    """The bot's token in a workspace and what renews it once; without a moment it does not end."""

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The app in a workspace, or where `org_wide` in every one of a grid: who it is there, what it may do."""

    workspace: Workspace
    name: str
    bot_user: str
    scopes: frozenset[str]
    tokens: SlackTokens
    org_wide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptInstallation:
    """As it is kept; the version changes with each change of its tokens, and counts anew where the app was
    gone in between: it is the same state only where both the moment and the version are.
    """

    installed: Installed
    version: int
    installed_at: datetime

    def is_still(self, other: "KeptInstallation") -> bool:
        """Whether nothing was changed in between."""
        return (self.installed_at, self.version) == (other.installed_at, other.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What the browser brought back from Slack's page, each part as given, and empty where it was not."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel of a workspace, or a thread in it by its first message."""

    workspace: Workspace
    channel: str
    thread: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said: blocks for those who see them, and the same in plain words for everybody else."""

    text: str
    blocks: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message that stands in a channel."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackPerson:
    """Somebody as a workspace knows them. A `stranger` is of another organisation; `zone` is the name of the
    time zone that they live in.
    """

    id: str
    team: str
    name: str
    is_bot: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    is_deactivated: bool = False
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackChannel:
    """A channel as the bot sees it; `is_shared` where another organisation is in it too."""

    id: str
    name: str
    is_private: bool = False
    is_direct: bool = False
    is_archived: bool = False
    is_member: bool = False
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who the bot is in a workspace, and what the workspace is called."""

    user: str
    workspace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file at a message, as Slack tells of it: its bytes lie at the address, if any is told."""

    name: str
    kind: str
    size: int
    address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uttered:
    """A message as it stands in a channel: `by` is the id of whoever wrote it, a person or a bot."""

    ts: str
    by: str
    text: str
    is_bot: bool = False
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The newest messages of a thread, in order; `earlier` is how many more were read, `is_whole` whether its
    end was reached.
    """

    messages: tuple[Uttered, ...]
    earlier: int = 0
    is_whole: bool = True
