"""What Slack sends of people's Homes, windows and links in, small frozen objects out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from bot.slack_link_records import SlackUser
from bot.slack_records import Posted
from handlers.slack_payloads import actor_of, id_in, user_in


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedHome:
    """Somebody looks at the app's own tab; `is_home` where it is not what they write to it."""

    user: SlackUser
    is_home: bool

    @classmethod
    def from_event(cls, data: Mapping[str, Any]) -> Self:
        """Raises StepFailed where it lacks what the event always has."""
        return cls(user=user_in(data), is_home=data["event"].get("tab") == "home")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLinks:
    """Somebody wrote links that the app has asked to hear of."""

    user: SlackUser
    posted: Posted
    urls: tuple[str, ...]

    @classmethod
    def from_event(cls, data: Mapping[str, Any]) -> Self | None:
        """None where they are not in a message that stands already. Raises StepFailed."""
        event = data["event"]
        if event.get("source", "conversations_history") != "conversations_history":
            return None
        posted = Posted(channel=id_in(event, "channel"), ts=str(event["message_ts"]))
        urls = tuple(str(each["url"]) for each in event.get("links", ()))
        return cls(user=user_in(data), posted=posted, urls=urls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Somebody pressed a button, or chose something: `value` is what it is about.

    `trigger` opens a window, within three seconds.
    """

    user: SlackUser
    action: str
    value: str
    trigger: str

    @classmethod
    def from_act(cls, data: Mapping[str, Any]) -> Self:
        """Raises StepFailed where it lacks what the act always has."""
        [action, *_] = data.get("actions") or [{}]
        chosen = action.get("selected_option") or {}
        return cls(
            user=actor_of(data),
            action=str(action.get("action_id", "")),
            value=str(chosen.get("value") or action.get("value") or ""),
            trigger=str(data.get("trigger_id", "")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Somebody looks for something to choose in a window, by what they typed so far."""

    user: SlackUser
    typed: str

    @classmethod
    def from_act(cls, data: Mapping[str, Any]) -> Self:
        """Raises StepFailed where it lacks what the act always has."""
        return cls(user=actor_of(data), typed=str(data.get("value") or ""))
