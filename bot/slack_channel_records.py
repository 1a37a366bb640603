"""Plain values of channels with a repository of their own."""

from dataclasses import dataclass
from datetime import datetime

from bot.records import Actor, Repository
from bot.slack_records import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A channel, whose default repository this is since then, by whom."""

    channel: Place
    repository: Repository
    by: Actor
    since: datetime
