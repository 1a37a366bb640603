"""How often Slack lets itself be asked: per method and workspace, and for messages per channel."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Final

MINUTE: Final = timedelta(minutes=1)
# The published tiers, in calls a minute.
TIER_2, TIER_3, TIER_4 = 20, 50, 100
SPECIAL: Final = 60  # messages: one a second in each channel, with short bursts
TIERS: Final = {
    "chat.postMessage": SPECIAL,
    "chat.postEphemeral": TIER_4,
    "chat.update": TIER_3,
    "chat.delete": TIER_3,
    "chat.unfurl": TIER_3,
    "conversations.info": TIER_3,
    "conversations.history": TIER_3,
    "conversations.replies": TIER_3,
    "conversations.open": TIER_3,
    "conversations.members": TIER_4,
    "users.info": TIER_4,
    "users.list": TIER_2,
    "reactions.add": TIER_3,
    "reactions.get": TIER_3,
    "views.open": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
    "views.publish": TIER_4,
    "files.info": TIER_4,
    "team.info": TIER_3,
}
PER_CHANNEL: Final = frozenset(("chat.postMessage",))


@dataclass(slots=True)
class Rates:
    """Who called what when; `tiers` may be lowered, and an empty one limits nothing."""

    tiers: dict[str, int] = field(default_factory=lambda: dict(TIERS))
    called: defaultdict[tuple[str, str, str], list[datetime]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def wait(self, method: str, *, team: str, channel: str, now: datetime) -> int | None:
        """Note the call; the seconds to wait where it is one too many."""
        most = self.tiers.get(method)
        if most is None:
            return None
        key = (team, method, channel if method in PER_CHANNEL else "")
        recent = [at for at in self.called[key] if at > now - MINUTE]
        self.called[key] = recent
        if len(recent) >= most:
            return max(1, ceil((recent[0] + MINUTE - now).total_seconds()))
        recent.append(now)
        return None
