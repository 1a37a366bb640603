"""A Slack app to play with: all that the bot asks for."""

import secrets

from standins.slack.state import App

SCOPES = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "links:read",
    "links:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "users:read",
)
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "link_shared",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "tokens_revoked",
    "user_change",
)


def new_app(*, signing_secret: str = "", client_secret: str = "", rotates: bool = True) -> App:
    """An app with made-up secrets where none are given."""
    return App(
        id="A00STANDIN",
        client_id="1234567890.1234567890",
        client_secret=client_secret or secrets.token_hex(16),
        signing_secret=signing_secret or secrets.token_hex(16),
        verification_token=secrets.token_hex(12),
        scopes=SCOPES,
        events=EVENTS,
        command="/claude",
        domains=("bot.example.org",),
        rotates=rotates,
    )
