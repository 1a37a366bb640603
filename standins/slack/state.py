"""What Slack knows: plain objects that remember."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal["member", "admin", "guest", "single_guest", "bot"]
ChannelKind = Literal["public", "private", "direct"]


@dataclass(slots=True, kw_only=True)
class Team:
    """A workspace; `enterprise` is the grid that it belongs to."""

    id: str
    name: str
    domain: str
    enterprise: str | None = None
    enterprise_name: str | None = None


@dataclass(slots=True, kw_only=True)
class User:
    """A person, or a bot; `deleted` is one who was deactivated. Whoever is of another team is a stranger."""

    id: str
    team: Team
    name: str
    kind: Kind = "member"
    email: str = ""
    deleted: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    updated: datetime


@dataclass(slots=True, kw_only=True)
class File:
    """What somebody attached; messages tell that its bytes lie at the address."""

    id: str
    team: Team
    by: User
    name: str
    mimetype: str
    content: bytes
    created_at: datetime
    address: str = ""
    channels: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Message:
    """One message; `ts` names it within its channel, `thread_ts` the one that it answers."""

    ts: str
    by: User
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    app_id: str | None = None
    edited_ts: str | None = None
    unfurls: dict[str, Any] = field(default_factory=dict)
    unfurl_links: bool = True
    unfurl_media: bool = True
    reactions: dict[str, list[User]] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    metadata: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel, or two people who talk; `shared_with` are the other teams that are in it."""

    id: str
    team: Team
    name: str
    kind: ChannelKind = "public"
    archived: bool = False
    members: set[str] = field(default_factory=set)
    shared_with: set[str] = field(default_factory=set)
    messages: dict[str, Message] = field(default_factory=dict)
    created_at: datetime
    creator: str

    def thread(self, ts: str) -> list[Message]:
        """The message and its answers, in order."""
        return [each for each in self.messages.values() if ts in {each.ts, each.thread_ts}]


@dataclass(slots=True, kw_only=True)
class Ephemeral:
    """What one person alone was shown; Slack forgets it, the stand-in does not."""

    channel: str
    user: str
    text: str
    blocks: list[dict[str, Any]]
    thread_ts: str | None
    ts: str


@dataclass(slots=True, kw_only=True)
class View:
    """A modal, or somebody's Home."""

    id: str
    user: User
    view: dict[str, Any]
    hash: str
    root: str
    previous: str | None = None


@dataclass(slots=True, kw_only=True)
class App:
    """The Slack app: how it proves who it is, and what it asks for."""

    id: str
    client_id: str
    client_secret: str
    signing_secret: str
    verification_token: str
    scopes: tuple[str, ...]
    events: tuple[str, ...]
    command: str
    domains: tuple[str, ...] = ()
    rotates: bool = True
    redirect_urls: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Installation:
    """The app in a workspace, with its bot user there."""

    team: Team
    bot: User
    installer: User
    scopes: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Token:
    """A bot's token; one without an end is never renewed."""

    value: str
    installation: Installation
    expires_at: datetime | None = None
    refresh: str | None = None
    revoked: bool = False


@dataclass(slots=True, kw_only=True)
class Trigger:
    """What lets the app open a modal, once and at once."""

    id: str
    user: User
    until: datetime
    used: bool = False
    view: str | None = None


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """What lets the app answer an act for half an hour, five times."""

    path: str
    channel: str
    user: User
    until: datetime
    ts: str | None = None
    thread_ts: str | None = None
    used: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to send a delivery; status 0 where nobody answered in time, `why` as Slack names it."""

    at: datetime
    status: int
    seconds: float
    why: str | None = None
    reply: str = ""


@dataclass(slots=True, kw_only=True)
class Delivery:
    """An event, a command or an act; its key stays when it is sent again."""

    key: str
    kind: Literal["event", "command", "interaction", "handshake"]
    type: str
    content_type: str
    body: bytes
    payload: dict[str, Any]
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def reply(self) -> str:
        """What the last answer said; empty where none came."""
        return self.attempts[-1].reply if self.attempts else ""

    @property
    def accepted(self) -> bool:
        """Whether the door said yes."""
        return bool(self.attempts) and self.attempts[-1].status in range(200, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One call, for counting; status 0 where the connection was cut."""

    method: str
    http: str
    status: int
    error: str
    arguments: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something that really changed, whoever caused it: the ground truth of every count."""

    name: str
    team: str
    by: str
    at: datetime
    facts: Mapping[str, Any]
