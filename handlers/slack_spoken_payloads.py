"""What people write to the bot in Slack, as small frozen objects."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from bot.records import StepFailed
from bot.slack_link_records import SlackUser
from bot.slack_records import Attached, Place, Workspace
from handlers.slack_payloads import id_in, user_in

DIRECT: Final = "im"
# What is written by nobody, or anew: neither is said to the bot.
_PLAIN: Final = frozenset((None, "file_share", "thread_broadcast"))
_TS: Final = re.compile(r"[0-9]{1,12}\.[0-9]{1,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke:
    """A message of a person that is new: `thread` is the first message of its thread, None in none."""

    by: SlackUser
    channel: str
    ts: str
    text: str
    thread: str | None = None
    is_direct: bool = False
    files: tuple[Attached, ...] = ()

    @classmethod
    def from_event(cls, data: Mapping[str, Any]) -> Self | None:
        """None where a bot wrote it, or it was only changed. Raises StepFailed."""
        event = data["event"]
        if event.get("subtype") not in _PLAIN or event.get("bot_id") or event.get("edited"):
            return None
        return cls(
            by=user_in(data),
            channel=id_in(event, "channel"),
            ts=_moment(event.get("ts")),
            text=str(event.get("text") or ""),
            thread=_moment(event["thread_ts"]) if event.get("thread_ts") else None,
            is_direct=event.get("channel_type") == DIRECT,
            files=files_of(event),
        )

    @property
    def workspace(self) -> Workspace:
        """Where it was said."""
        return self.by.workspace

    @property
    def first(self) -> str:
        """The first message of the thread that it is in, or that it begins."""
        return self.thread or self.ts

    @property
    def place(self) -> Place:
        """That thread."""
        return Place(workspace=self.workspace, channel=self.channel, thread=self.first)

    @property
    def channel_place(self) -> Place:
        """The channel, whatever the thread."""
        return Place(workspace=self.workspace, channel=self.channel)

    @property
    def key(self) -> str:
        """One for the message, by however many events Slack tells of it."""
        return f"slack-said:{self.by.team}:{self.channel}:{self.ts}"


def files_of(message: Mapping[str, Any]) -> tuple[Attached, ...]:
    """What hangs at a message; what Slack does not tell of it is not so."""
    return tuple(_file(each) for each in message.get("files") or () if isinstance(each, Mapping))


def _file(told: Mapping[str, Any]) -> Attached:
    size = told.get("size")
    return Attached(
        name=str(told.get("name") or told.get("id") or ""),
        kind=str(told.get("mimetype") or ""),
        size=size if isinstance(size, int) else 0,
        address=str(told.get("url_private") or ""),
    )


def _moment(given: Any) -> str:
    if isinstance(given, str) and _TS.fullmatch(given):
        return given
    raise StepFailed("odd_payload", "ts")
