"""Plain values of linked accounts: who somebody is in Slack, and who on GitHub."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.records import Actor
from bot.slack_records import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackUser:
    """Somebody in Slack: the three ids together identify. `enterprise` is the workspace's grid, if any."""

    team: str
    id: str
    enterprise: str | None = None

    @property
    def place(self) -> str:
        """The three as one text."""
        return f"{self.enterprise or '-'}/{self.team}/{self.id}"

    @property
    def workspace(self) -> Workspace:
        """Where that account is."""
        return Workspace(team=self.team, enterprise=self.enterprise)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What one private link to link two accounts is good for: this Slack account, once, for a while.

    The names are for reading.
    """

    user: SlackUser
    name: str
    workspace: str
    at: datetime
    nonce: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A Slack account and the account on GitHub that it acts as, since then."""

    user: SlackUser
    name: str
    workspace: str
    person: Actor
    since: datetime
