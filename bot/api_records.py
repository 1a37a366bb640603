"""Plain values of the REST API that cross the ports: keys, and what is left of a caller's quota."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from bot.records import Actor

Means = Literal["key", "token", "session"]
KeyKept = Literal["kept", "maker_revoked", "no_room"]


class KeptRow(dict[str, Any]):
    """A row that is remembered, and with it the bytes that are told of it, made once."""

    __slots__ = ("told",)

    def __init__(self, row: Mapping[str, Any]) -> None:
        super().__init__(row)
        self.told: bytes | None = None


class Mark(NamedTuple):
    """Up to where the log was known, which log that was, and until when GitHub's word stands.

    `version` is what the database had then, where it can say whether anything at all was written since.
    """

    seq: int
    log: str
    until: float
    version: int | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedKey:
    """A key as somebody shows it: its form is right, and no more is known of it."""

    id: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is kept of a key beside its digest: whose it is, of which installation, and what it may do.

    `made_by` is the key that it was made with, None where the operator or somebody signed in made it.
    `as_of` is the place in the log up to which was looked when it was read.
    """

    id: str
    person: Actor
    installation_id: int
    permissions: frozenset[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    made_by: str | None = None
    as_of: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRoom:
    """So many keys of one person count at once in an installation, and so many did since then."""

    now: datetime
    most: int
    since: datetime
    most_since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and by which means: a person in one installation, and what the means allow.

    `id` is what quotas, cursors and the log know it by; `key` is there where the means are one, `key_id` also
    where they were made of one. `lasts_until` is when what a token was made of ends; as long as the means
    themselves where that is not said. `as_of` is the place in the log up to which was looked when they were
    recognised, where it was looked at then.
    """

    id: str
    means: Means
    person: Actor
    installation_id: int
    permissions: frozenset[str]
    expires_at: datetime
    key: ApiKey | None = None
    key_id: str | None = None
    lasts_until: datetime | None = None
    as_of: int | None = field(default=None, compare=False)


class Quota(NamedTuple):
    """What is left of a caller's quota, of the window that is nearest to its end.

    `wait_seconds` is when there is some again, `is_spent` whether this request is one too many.
    """

    most: int
    left: int
    wait_seconds: int
    is_spent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which integrations of an installation are wanted; `text` is to be found in what names them."""

    installation_id: int
    state: str | None = None
    repository: str | None = None
    requested_by: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An installation of the App, as GitHub describes it: whose account, which repositories, which rights."""

    id: int
    account_id: int
    account: str
    selection: Literal["all", "selected"]
    is_suspended: bool
    permissions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveriesWanted:
    """Which deliveries of an installation are wanted."""

    installation_id: int
    state: str | None = None
    kind: str | None = None
    repository: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A delivery without its payload: what was received, of what, and what became of it."""

    key: str
    kind: str
    state: str
    why: str | None
    received_at: str
    installation_id: int
    repository_id: int | None
    repository: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedWhole:
    """The same, with what of its payload is no secret, and the streams that it moved."""

    received: Received
    size: int
    sender: Actor | None
    number: int | None
    moved: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What an order was answered: a body, or, where it was refused, a code, what was said, and what else."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """How it stands with an order that is given under a key: it is new, or under way, or the key names
    another one, or it has been answered.

    `since` is when it was given first: all that is done for it is known by that and the key.
    """

    state: Literal["new", "under_way", "another", "answered"]
    since: str = ""
    wait_seconds: int = 0
    answer: KeptAnswer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedKeys:
    """Which keys of an installation are wanted: one person's, or everybody's."""

    installation_id: int
    person_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Somebody of an installation whom the bot has seen there, and how many keys of theirs count."""

    person: Actor
    key_count: int
