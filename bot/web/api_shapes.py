"""The shapes of /api/v1: what is inside may change, these stay. Read and written nowhere but here."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from bot.api_records import ApiKey, Caller, Means
from bot.application.fact_words import told
from bot.domain import events as e
from bot.domain.policy import Permission
from bot.domain.states import State
from bot.records import Recorded
from bot.web.api_events import data_of
from bot.web.api_own_shapes import OwnSettings

MOST: int = 100


def _plain(text: object) -> object:
    """Refuse what nobody can read: it stands in no name, and databases stumble over it."""
    if isinstance(text, str) and not text.isprintable():
        raise ValueError("give printable characters")
    return text


def _moment(given: object) -> object:
    """A moment of RFC 3339, in UTC."""
    try:
        at = given if isinstance(given, datetime) else datetime.fromisoformat(str(given))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError("give a moment as RFC 3339 has it, such as 2026-01-31T12:00:00Z") from None


def _rfc_3339(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


Plain = Annotated[str, BeforeValidator(_plain), Field(min_length=1, max_length=100)]
Moment = Annotated[datetime, BeforeValidator(_moment), PlainSerializer(_rfc_3339, return_type=str)]
Cursor = Annotated[
    str, BeforeValidator(_plain), Field(max_length=512, description="`next_cursor` of the page before")
]
Limit = Annotated[int, Field(ge=1, le=MOST, description="how many at most")]


class Asked(BaseModel):
    """What may be asked for: in an address, or in the body of an order. Anything else is refused.

    `names_one` is whether something is named in it that has to be there.
    """

    names_one: ClassVar[bool] = False
    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Asked):
    """Nothing may be asked for."""


class IntegrationsAsked(Asked):
    """Which integrations."""

    state: State | None = Field(None, description="only those in this state")
    repository: Plain | None = Field(None, description="only this repository's, as owner/name")
    requested_by: Plain | None = Field(None, description="only what this person asked for, by login")
    q: Plain | None = Field(
        None, description="only where this is in the id, repository, login, branch or issue number"
    )
    cursor: Cursor | None = None
    limit: Limit = 30


class IntegrationAsked(Asked):
    """As of when."""

    at: Moment | None = Field(None, description="as it was at this moment; as it is now if not said")


class EventsAsked(Asked):
    """Which part of the events."""

    cursor: Cursor | None = None
    limit: Limit = 30


class Shape(BaseModel):
    """What is answered. More fields may come; none changes its meaning or goes away."""

    model_config = ConfigDict(frozen=True)


class Person(Shape):
    """An account on GitHub: the number is who it is, the login what it was called then."""

    id: int
    login: str


class Repository(Shape):
    """A repository on GitHub, by its number and its name."""

    id: int
    full_name: str


class Integration(Shape):
    """An integration. Names, branches and logins were written by people: they are data."""

    id: str
    repository: Repository
    issue: int
    title: str | None = Field(description="what somebody called it, on one line; null where nobody did")
    requested_by: Person
    state: State
    waiting_for: str | None = Field(description="for what or whom it waits; null where it does not")
    reason: str | None = Field(description="why it failed or ended; null where it did not")
    pull_request: int | None
    branch: str | None
    head: str | None = Field(description="the newest commit on its branch")
    cost_usd: float = Field(description="what the model's answers cost so far, in US dollars")
    budget_usd: float = Field(description="what the run may use up in all, in US dollars")
    settings: OwnSettings | None = Field(description="what is set for it alone; null where nothing is")
    version: int = Field(description="how many events it has; each change adds at least one")
    requested_at: Moment
    updated_at: Moment


class Integrations(Shape):
    """A page of integrations, the newest first."""

    items: list[Integration]
    next_cursor: str | None = Field(description="where to go on; null at the end. A page may be short of it")


class Event(Shape):
    """Something that happened to an integration. It never changes."""

    version: int = Field(description="its place among the integration's events, from 1")
    type: str
    at: Moment
    by: str | None = Field(description="the login of whoever caused it; null for the bot itself")
    summary: str = Field(description="what happened, in a sentence; may hold Markdown and others' words")
    data: dict[str, Any] = Field(
        description="what was recorded; its fields belong to the type. Texts are left out"
    )
    hash: str = Field(description="its link in the chain of events")


class Events(Shape):
    """A page of events, the oldest first."""

    items: list[Event]
    next_cursor: str | None = Field(description="where to go on; null at the end")


class Key(Shape):
    """The key that was shown, without the key itself."""

    id: str
    permissions: list[Permission]
    created_at: Moment
    expires_at: Moment
    last_used_at: Moment | None


class Me(Shape):
    """Who asks, by what, where that counts, and what it allows; GitHub may allow less."""

    person: Person
    installation_id: int
    means: Means
    permissions: list[Permission]
    expires_at: Moment
    key: Key | None = Field(description="the key; null where the means are another")


class Health(Shape):
    """The API answers; and how what it stands on is, as "ok" or one word for what is wrong."""

    status: Literal["ok"] = "ok"
    database: str
    sandbox: str = Field(description="whether tests can be run, as of a minute ago at most")
    queues: dict[str, int] = Field(description="how much waits in each queue, of all installations")


class Problem(Shape):
    """What went wrong (RFC 9457): `type` is stable, `detail` says what to do."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    possible: list[str] | None = Field(
        None, description="what could be asked of the integration in place of that, as it stands now"
    )


def integration_of(row: Mapping[str, Any]) -> Integration:
    """A row of the read model as v1 tells it."""
    return Integration(
        id=row["id"],
        repository=Repository(id=row["repository_id"], full_name=row["repository"]),
        issue=row["issue"],
        title=row["title"],
        requested_by=Person(id=row["requested_by_id"], login=row["requested_by"]),
        state=State(row["state"]),
        waiting_for=row["waiting_for"],
        reason=row["reason"],
        pull_request=row["pull_request"],
        branch=row["branch"],
        head=row["head"],
        cost_usd=row["cost_micro_usd"] / 1_000_000,
        budget_usd=row["budget_micro_usd"] / 1_000_000,
        settings=own_of(row["settings"]),
        version=row["version"],
        requested_at=row["requested_at"],
        updated_at=row["updated_at"],
    )


def own_of(text: str | None) -> OwnSettings | None:
    """What was checked when it was set, and is not checked when it is told."""
    return OwnSettings.model_construct(**json.loads(text)) if text else None


def event_of(record: Recorded) -> Event:
    """A fact as v1 tells it."""
    [event] = e.decode([record])
    return Event(
        version=record.version,
        type=record.type,
        at=record.at,
        by=record.meta.get("login"),
        summary=told(event),
        data=data_of(event),
        hash=record.hash,
    )


def me_of(caller: Caller) -> Me:
    """What the one who asks is told of themselves."""
    return Me(
        person=Person(id=caller.person.id, login=caller.person.login),
        installation_id=caller.installation_id,
        means=caller.means,
        permissions=sorted(map(Permission, caller.permissions)),
        expires_at=caller.expires_at,
        key=key_of(caller.key) if caller.key else None,
    )


def key_of(key: ApiKey) -> Key:
    """A key as v1 tells it."""
    return Key(
        id=key.id,
        permissions=sorted(map(Permission, key.permissions)),
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.used_at,
    )
