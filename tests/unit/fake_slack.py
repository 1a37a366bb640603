"""Slack as unit tests have it: people as they are set, answers that it remembers, tickets that are plain."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from bot.application.slack_hearing import Slack
from bot.records import StepFailed
from bot.slack_link_records import SlackUser, Ticket
from bot.slack_records import SlackChannel, SlackPerson, Workspace

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
    over: frozenset[str] = frozenset()

    async def say(self, address: str, text: str) -> None:
        if address in self.over:
            raise StepFailed("slack_address_over")
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
class FakeSlack:
    """Each of these, at hand."""

    people: FakeSlackPeople = field(default_factory=FakeSlackPeople)
    channels: FakeSlackChannels = field(default_factory=FakeSlackChannels)
    answers: FakeSlackAnswers = field(default_factory=FakeSlackAnswers)
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
