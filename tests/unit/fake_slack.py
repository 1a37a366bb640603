"""Slack as unit tests have it: people as they are set, answers that it remembers, tickets that are plain."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from bot.application.slack_hearing import Slack
from bot.records import StepFailed
from bot.slack_link_records import SlackUser, Ticket
from bot.slack_records import Me, Place, Posted, Said, SlackChannel, SlackPerson, Thread, Workspace

ADDRESS: Final = "https://bot.example.org"
ANSWER_TO: Final = "https://hooks.slack.com/commands/T1/1/x"
ALICE: Final = SlackUser(team="T1", id="U1")


@dataclass
class FakeSlackPeople:
    """Whoever is not set is a plain member."""

    people: dict[str, SlackPerson] = field(default_factory=dict)
    asked: list[tuple[Workspace, str]] = field(default_factory=list)
    failure: Exception | None = None

    async def person(self, workspace: Workspace, user: str) -> SlackPerson:
        self.asked.append((workspace, user))
        if self.failure is not None:
            raise self.failure
        return self.people.get(user) or SlackPerson(id=user, team=workspace.team, name=user.lower())


@dataclass
class FakeSlackChannels:
    """Each channel is this one."""

    seen: SlackChannel = field(default_factory=lambda: SlackChannel(id="C1", name="deploys", is_member=True))

    async def channel(self, workspace: Workspace, channel: str) -> SlackChannel:
        return self.seen


@dataclass
class FakeSlackAnswers:
    """What was said, and where; some addresses are over."""

    said: list[tuple[str, str]] = field(default_factory=list)
    blocks: list[Sequence[Mapping[str, Any]]] = field(default_factory=list)
    over: frozenset[str] = frozenset()

    async def say(self, address: str, text: str, blocks: Sequence[Mapping[str, Any]] = ()) -> None:
        if address in self.over:
            raise StepFailed("slack_address_over")
        self.blocks.append(blocks)
        self.said.append((address, text))


class PlainTickets:
    """A ticket as its parts."""

    def seal(self, ticket: Ticket) -> str:
        user = ticket.user
        return json.dumps([
            *(user.enterprise, user.team, user.id),
            *(ticket.name, ticket.workspace, ticket.at.timestamp(), ticket.nonce),
        ])

    def open(self, text: str) -> Ticket | None:
        enterprise, team, user, name, workspace, at, nonce = json.loads(text)
        return Ticket(
            user=SlackUser(enterprise=enterprise, team=team, id=user),
            name=name,
            workspace=workspace,
            at=datetime.fromtimestamp(at, tz=UTC),
            nonce=nonce,
        )


@dataclass
class FakeSlackWindow:
    """What stands in channels, by its marker; what is whispered and shown; `failures` come first."""

    posted: dict[str, tuple[Place, Posted, Said]] = field(default_factory=dict)
    updates: int = 0
    whispers: list[tuple[Place, str, str]] = field(default_factory=list)
    views: list[Mapping[str, Any]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    lost: list[Exception] = field(default_factory=list)
    said_before: Thread = field(default_factory=lambda: Thread(messages=()))

    def _fail(self, failures: list[Exception]) -> None:
        if failures:
            raise failures.pop(0)

    async def post(self, place: Place, said: Said, *, marker: str) -> Posted:
        self._fail(self.failures)
        posted = Posted(channel=place.channel, ts=f"100.{len(self.posted):06}")
        self.posted[marker] = (place, posted, said)
        self._fail(self.lost)
        return posted

    async def find(self, place: Place, *, marker: str) -> Posted | None:
        where, posted, _ = self.posted.get(marker, (None, None, None))
        return posted if where == place else None

    async def update(self, workspace: Workspace, posted: Posted, said: Said, *, marker: str) -> None:
        self._fail(self.failures)
        place, there, _ = self.posted[marker]
        assert there == posted
        self.updates += 1
        self.posted[marker] = (place, posted, said)

    async def whisper(self, place: Place, user: str, said: Said) -> None:
        self._fail(self.failures)
        self.whispers.append((place, user, said.text))

    async def thread(self, place: Place, *, before: str) -> Thread:
        self._fail(self.failures)
        return self.said_before

    async def permalink(self, workspace: Workspace, posted: Posted) -> str:
        return f"https://acme.slack.com/archives/{posted.channel}/p{posted.ts.replace('.', '')}"

    async def open(self, workspace: Workspace, view: Mapping[str, Any], *, trigger: str) -> str:
        self._fail(self.failures)
        self.views.append(view)
        return f"V{len(self.views)}"

    async def publish(self, workspace: Workspace, user: str, view: Mapping[str, Any]) -> None:
        self.views.append(view)

    async def person(self, workspace: Workspace, user: str) -> SlackPerson:
        return SlackPerson(id=user, team=workspace.team, name=user.lower())

    async def channel(self, workspace: Workspace, channel: str) -> SlackChannel:
        return SlackChannel(id=channel, name="deploys", is_member=True)

    async def direct(self, workspace: Workspace, user: str) -> Place:
        return Place(workspace=workspace, channel=f"D{user}")

    async def me(self, workspace: Workspace) -> Me:
        return Me(user="UBOT", workspace="Acme")


@dataclass
class FakeSlackFiles:
    """Files by their addresses; what is not among them is gone."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def read(self, workspace: Workspace, address: str, *, most: int) -> bytes:
        if address not in self.kept:
            raise StepFailed("slack_file_gone")
        return self.kept[address]


@dataclass
class FakeSlack:
    """Each of these, at hand."""

    people: FakeSlackPeople = field(default_factory=FakeSlackPeople)
    channels: FakeSlackChannels = field(default_factory=FakeSlackChannels)
    answers: FakeSlackAnswers = field(default_factory=FakeSlackAnswers)
    window: FakeSlackWindow = field(default_factory=FakeSlackWindow)
    files: FakeSlackFiles = field(default_factory=FakeSlackFiles)
    named: frozenset[str] = frozenset()
    forgotten: list[tuple[Workspace, datetime, frozenset[str] | None]] = field(default_factory=list)

    async def forgets(self, workspace: Workspace, *, told_at: datetime, bots: frozenset[str] | None) -> bool:
        self.forgotten.append((workspace, told_at, bots))
        return True

    def port(self) -> Slack:
        return Slack(
            people=self.people,
            channels=self.channels,
            answers=self.answers,
            messages=self.window,
            views=self.window,
            directory=self.window,
            files=self.files,
            tickets=PlainTickets(),
            address=ADDRESS,
            named=self.named,
            forgets=self.forgets,
        )

    @property
    def told(self) -> list[str]:
        """What was said, in its order."""
        return [text for _, text in self.answers.said]


def typed(text: str, **fields: str) -> Mapping[str, Any]:
    """The fields of a command as they come."""
    return {
        "team_id": "T1",
        "team_domain": "acme",
        "channel_id": "C1",
        "user_id": "U1",
        "user_name": "alice",
        "command": "/claude",
        "text": text,
        "response_url": ANSWER_TO,
    } | fields
