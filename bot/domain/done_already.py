"""Refused, since somebody else decided it a moment before."""

from bot.domain.events import Event
from bot.domain.policy import NothingWaits


class DoneAlready(NothingWaits):
    """Somebody else was faster: `event` is what they decided, and `door` where."""

    code = "done_already"

    def __init__(self, integration_id: str, *, event: Event, door: str) -> None:
        super().__init__(integration_id)
        self.event, self.door = event, door
