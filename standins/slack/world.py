"""Slack's memory: who and what there is, and all that happened."""

import itertools
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from standins.faults import Faults
from standins.slack.authorizing import Authorizations
from standins.slack.rates import Rates
from standins.slack.sockets import Sockets
from standins.slack.state import (
    App,
    Called,
    Channel,
    Delivery,
    Effect,
    Ephemeral,
    File,
    Installation,
    Message,
    ResponseUrl,
    Team,
    Token,
    Trigger,
    User,
    View,
)

T = TypeVar("T")

TRIGGER_LIFE: Final = timedelta(seconds=3)
RESPONSE_URL_LIFE: Final = timedelta(minutes=30)


class Refused(Exception):
    """Slack says no: a code, and what else the answer holds."""

    def __init__(self, error: str, /, **more: Any) -> None:
        super().__init__(error)
        self.error, self.more = error, more
        self.status = 200
        self.headers: dict[str, str] = {}


@dataclass(kw_only=True)
class World:
    """Everything that the stand-in remembers; `door_url` is where the app hears of things."""

    app: App
    url: str = "http://127.0.0.1"
    door_url: str | None = None
    skew: timedelta = timedelta()
    trigger_life: timedelta = TRIGGER_LIFE
    teams: dict[str, Team] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    ephemerals: list[Ephemeral] = field(default_factory=list)
    installations: dict[str, Installation] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    authorizations: Authorizations = field(default_factory=Authorizations)
    rates: Rates = field(default_factory=Rates)
    sockets: Sockets = field(default_factory=Sockets)
    faults: Faults = field(default_factory=Faults)
    effects: list[Effect] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    outbox: list[Delivery] = field(default_factory=list)
    _past: list[tuple[datetime, Channel]] = field(default_factory=list)
    _newest: int = 0
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1001))

    @property
    def is_heard(self) -> bool:
        """Whether the app hears of things, at its door or over a connection of its own."""
        return self.door_url is not None or self.sockets.connected > 0

    def now(self) -> datetime:
        return datetime.now(UTC) + self.skew

    def new_id(self, letter: str) -> str:
        """An id as Slack makes them: a letter for the kind, then capitals and digits."""
        return f"{letter}{next(self._ids):08X}"

    def new_ts(self) -> str:
        """A moment that nothing else has: seconds and six digits after the point."""
        self._newest = max(self._newest + 1, int(self.now().timestamp() * 1_000_000))
        return f"{self._newest // 1_000_000}.{self._newest % 1_000_000:06}"

    def team(self, team_id: str) -> Team:
        """Raises Refused."""
        return _known(self.teams, team_id, "team_not_found")

    def user(self, user_id: str) -> User:
        """Raises Refused."""
        return _known(self.users, user_id, "user_not_found")

    def channel(self, channel_id: str) -> Channel:
        """Raises Refused."""
        return _known(self.channels, channel_id, "channel_not_found")

    def named(self, name: str) -> User:
        """The person of this name. Raises Refused."""
        found = next((each for each in self.users.values() if each.name == name), None)
        if found is None:
            raise Refused("user_not_found")
        return found

    def channel_named(self, name: str) -> Channel:
        """The channel of this name. Raises Refused."""
        found = next((each for each in self.channels.values() if each.name == name), None)
        if found is None:
            raise Refused("channel_not_found")
        return found

    def message(self, channel: Channel, ts: str) -> Message:
        """Raises Refused."""
        return _known(channel.messages, ts, "message_not_found")

    def direct(self, one: User, other: User) -> Channel:
        """Where these two talk, made where they did not yet."""
        pair = {one.id, other.id}
        for channel in self.channels.values():
            if channel.kind == "direct" and channel.members == pair:
                return channel
        made = Channel(
            id=self.new_id("D"),
            team=one.team,
            name="",
            kind="direct",
            members=pair,
            created_at=self.now(),
            creator=one.id,
        )
        self.channels[made.id] = made
        return made

    def new_trigger(self, user: User, *, view: str | None = None) -> Trigger:
        made = Trigger(
            id=f"{next(self._ids)}.{next(self._ids)}.{self.authorizations.secret()}",
            user=user,
            until=self.now() + self.trigger_life,
            view=view,
        )
        self.triggers[made.id] = made
        return made

    def new_response_url(
        self, kind: str, channel: Channel, user: User, *, ts: str | None = None, thread_ts: str | None = None
    ) -> str:
        """The address that answers this act; `kind` is commands or actions."""
        path = f"/{kind}/{user.team.id}/{next(self._ids)}/{self.authorizations.secret()}"
        until = self.now() + RESPONSE_URL_LIFE
        self.response_urls[path] = ResponseUrl(
            path=path, channel=channel.id, user=user, until=until, ts=ts, thread_ts=thread_ts
        )
        return f"{self.url}{path}"

    def note(self, name: str, team: Team, by: User, /, **facts: Any) -> None:
        """Write down an effect; nothing else counts as one."""
        self.effects.append(Effect(name=name, team=team.id, by=by.id, at=self.now(), facts=facts))

    def before_change(self, channel: Channel) -> None:
        """Keep a view of the channel as it is, while somebody may be shown old answers."""
        longest = self.faults.stale_for()
        if longest is None:
            return
        self._past.append((self.now(), deepcopy(channel)))
        oldest = self.now() - longest
        self._past = [(at, view) for at, view in self._past if at > oldest]

    def as_it_was(self, channel: Channel, ago: timedelta) -> Channel:
        """The channel as it stood this long ago, so far as anybody kept it."""
        then = self.now() - ago
        for at, view in self._past:
            if at > then and view.id == channel.id:
                return view
        return channel


def _known(among: Mapping[str, T], key: str, error: str) -> T:
    if key not in among:
        raise Refused(error)
    return among[key]
