"""The shapes of /api/v1 about keys and people: read and written nowhere but here."""

from typing import Annotated, Literal

from pydantic import Field

from bot.api_records import ApiKey
from bot.application.members import Member as Known
from bot.domain.api_keys import LONGEST_DAYS
from bot.domain.policy import Permission, Role
from bot.slack_link_records import Link
from bot.web.api_shapes import Asked, Cursor, Key, Limit, Moment, Person, Plain, Repository, Shape


class KeysAsked(Asked):
    """Whose keys."""

    whose: Literal["own", "everybodys"] = Field(
        "own", description="yours, or everybody's of the installation, which needs key:manage"
    )
    cursor: Cursor | None = None
    limit: Limit = 30


class NewKeyAsked(Asked):
    """What the key is to allow, and for how long."""

    scopes: list[Plain] = Field(
        ["read"], min_length=1, max_length=20, description="read, write, admin, or single permissions"
    )
    days: int | None = Field(
        None,
        ge=1,
        le=LONGEST_DAYS,
        strict=True,
        description="how long it lasts: 90, or as long as what you ask with",
    )


class KeptKey(Key):
    """A key, without the key itself, and whose it is."""

    person: Person
    revoked_at: Moment | None
    made_by: str | None = Field(
        description="the key that it was made with, and is revoked with; null where it was made otherwise"
    )


class KeptKeys(Shape):
    """A page of keys, the newest first."""

    items: list[KeptKey]
    next_cursor: str | None = Field(description="where to go on; null at the end")


class NewKey(KeptKey):
    """A new key, shown this once."""

    key: str = Field(description="the key itself, which is kept nowhere")


class MembersAsked(Asked):
    """Which part of the people."""

    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=10, description="how many at most")] = 5


class RoleThere(Shape):
    """What somebody is in a repository, as GitHub said a minute ago at most; null where nothing."""

    repository: Repository
    role: Role | None


class SlackAccount(Shape):
    """An account in Slack; the ids identify, the names are as they were when it was linked."""

    enterprise: str | None = Field(description="the organisation of the workspace, where it has one")
    team: str = Field(description="the workspace")
    user: str
    name: str
    workspace: str
    linked_at: Moment


class Member(Shape):
    """Somebody who asked for something in the installation, or has had a key for it."""

    person: Person
    keys: int = Field(description="how many keys of theirs count")
    roles: list[RoleThere] = Field(
        description="in the ten repositories in which something was asked for last"
    )
    slack: list[SlackAccount] = Field(description="the accounts in Slack that act as this person")


class Members(Shape):
    """A page of people, by their number."""

    items: list[Member]
    next_cursor: str | None = Field(description="where to go on; null at the end")


def member_of(it: Known) -> Member:
    """Somebody as v1 tells of them."""
    return Member(
        person=Person(id=it.person.id, login=it.person.login),
        keys=it.key_count,
        roles=[
            RoleThere(repository=Repository(id=each.id, full_name=each.full_name), role=role)
            for each, role in it.roles
        ],
        slack=[_slack_account_of(link) for link in it.slack],
    )


def _slack_account_of(link: Link) -> SlackAccount:
    return SlackAccount(
        enterprise=link.user.enterprise,
        team=link.user.team,
        user=link.user.id,
        name=link.name,
        workspace=link.workspace,
        linked_at=link.since,
    )


def kept_key_of(key: ApiKey) -> KeptKey:
    """A key as v1 tells it to whoever may know of it."""
    return KeptKey(
        id=key.id,
        permissions=sorted(map(Permission, key.permissions)),
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.used_at,
        person=Person(id=key.person.id, login=key.person.login),
        revoked_at=key.revoked_at,
        made_by=key.made_by,
    )


def new_key_of(key: ApiKey, text: str) -> NewKey:
    """The same with the key itself."""
    return NewKey(**dict(kept_key_of(key)), key=text)
