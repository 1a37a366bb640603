"""Which scope a method asks for, as Slack publishes it."""

from collections.abc import Mapping
from typing import Final

from standins.slack.state import Channel

KINDS: Final[Mapping[str, str]] = {"public": "channels", "private": "groups", "direct": "im"}
NEEDED: Final[Mapping[str, str]] = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.unfurl": "links:write",
    "conversations.open": "im:write",
    "users.info": "users:read",
    "users.list": "users:read",
    "reactions.add": "reactions:write",
    "reactions.get": "reactions:read",
    "files.info": "files:read",
    "team.info": "team:read",
}
# These ask for the scope of the kind of channel that they are asked about.
BY_CHANNEL: Final[Mapping[str, str]] = {
    "conversations.info": "read",
    "conversations.members": "read",
    "conversations.history": "history",
    "conversations.replies": "history",
}


def needed(method: str, channel: Channel | None) -> str | None:
    """The scope that this call asks for; None where it asks for none."""
    if method in BY_CHANNEL:
        return f"{KINDS[channel.kind if channel else 'public']}:{BY_CHANNEL[method]}"
    return NEEDED.get(method)
