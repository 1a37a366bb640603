"""What people do in a run's thread in Slack, as small frozen objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from bot.domain.slack_acts import PREFIX, Act
from bot.records import StepFailed
from bot.slack_link_records import SlackUser
from bot.slack_records import Place
from handlers.slack_payloads import actor_of, id_if_any, id_in, user_in

STOP: Final = "stop"
# Of what people say; all other messages nobody says, or they only change what was said.
SAID: Final = frozenset((None, "file_share", "thread_broadcast"))
CROSS: Final = "x"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button of a run's message: `value` is what it is about, `answer_to` where its presser is answered.

    `trigger` opens a window, within three seconds.
    """

    by: SlackUser
    place: Place
    action: str
    value: str
    answer_to: str
    trigger: str

    @classmethod
    def from_act(cls, data: Mapping[str, Any]) -> Self:
        """Raises StepFailed where it lacks what every such act has."""
        [action, *_] = data.get("actions") or [{}]
        by, container = actor_of(data), data.get("container") or {}
        channel = id_if_any((data.get("channel") or {}).get("id") or container.get("channel_id"))
        message = str(container.get("message_ts", ""))
        return cls(
            by=by,
            place=Place(workspace=by.workspace, channel=channel or "", thread=message or None),
            action=str(action.get("action_id", "")),
            value=str(action.get("value") or ""),
            answer_to=str(data.get("response_url", "")),
            trigger=str(data.get("trigger_id", "")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """Somebody wants a run stopped, by a cross on its first message or by the word in its thread."""

    by: SlackUser
    place: Place
    message: str

    @classmethod
    def from_reaction(cls, data: Mapping[str, Any]) -> Self | None:
        """None where it is another sign, or on something else. Raises StepFailed."""
        event = data["event"]
        item = event.get("item") or {}
        if event.get("reaction") != CROSS or item.get("type") != "message":
            return None
        return cls._of(data, channel=id_in(item, "channel"), message=str(item.get("ts", "")))

    @classmethod
    def from_message(cls, data: Mapping[str, Any]) -> Self | None:
        """None where it is chatter, a bot's, or in no thread. Raises StepFailed."""
        event = data["event"]
        is_said = event.get("subtype") in SAID and not event.get("bot_id") and event.get("user")
        if not is_said or not event.get("thread_ts") or not is_stop(event.get("text")):
            return None
        return cls._of(data, channel=id_in(event, "channel"), message=str(event["thread_ts"]))

    @classmethod
    def _of(cls, data: Mapping[str, Any], *, channel: str, message: str) -> Self:
        by = user_in(data)
        place = Place(workspace=by.workspace, channel=channel, thread=message or None)
        return cls(by=by, place=place, message=message)


def is_stop(text: Any) -> bool:
    """Whether it is the one word; a phone begins it with a capital."""
    return isinstance(text, str) and text.strip().lower() == STOP


def act_of(action: str) -> Act:
    """The act of a button, or of a window. Raises StepFailed where none of ours is called so."""
    try:
        return Act(action.removeprefix(PREFIX))
    except ValueError:
        raise StepFailed("odd_payload", "action") from None
