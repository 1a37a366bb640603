"""What may be asked in Slack alone, as data, with the right it needs."""

from dataclasses import dataclass
from typing import ClassVar

from bot.application.asked import Said
from bot.domain.policy import Permission
from bot.slack_records import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class BindChannel(Said):
    """Make this the repository of a channel, or no more."""

    needs: ClassVar[Permission] = Permission.USERS
    channel: Place
