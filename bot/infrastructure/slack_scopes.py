"""What the app asks of a workspace, and what for, by method and event; slack.yml asks for the same."""

from collections.abc import Mapping
from typing import Final

COMMAND: Final = "/claude"
FILE: Final = "url_private"  # where the bytes of what hangs at a message lie

# By each scope what needs it. Of channels there are three kinds, each with scopes of its own.
SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "app_mentions:read": ("app_mention",),
    "channels:history": ("conversations.history", "conversations.replies", "message"),
    "channels:read": ("conversations.info",),
    "chat:write": ("chat.postEphemeral", "chat.postMessage", "chat.update"),
    "commands": (COMMAND,),
    "files:read": (FILE,),
    "groups:history": ("conversations.history", "conversations.replies", "message"),
    "groups:read": ("conversations.info",),
    "im:history": ("conversations.history", "conversations.replies", "message"),
    "im:read": ("conversations.info",),
    "im:write": ("conversations.open",),
    "links:read": ("link_shared",),
    "links:write": ("chat.unfurl",),
    "reactions:read": ("reaction_added",),
    "users:read": ("user_change", "users.info"),
}
# These ask for none.
FREE: Final = frozenset((
    "app_home_opened", "app_uninstalled", "apps.connections.open", "auth.test", "chat.getPermalink",
    "oauth.v2.access", "tokens_revoked", "views.open", "views.publish",
))  # fmt: skip
