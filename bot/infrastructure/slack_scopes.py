"""What the app asks of a workspace, and what for; slack.yml asks for the same."""

from collections.abc import Mapping
from typing import Final

SCOPES: Final[Mapping[str, str]] = {
    "app_mentions:read": "hear when somebody speaks of it",
    "channels:history": "read the thread that it was spoken of in, in public channels",
    "channels:read": "know a public channel by its name, and who else is in it",
    "chat:write": "say something where it was invited",
    "commands": "hear /claude",
    "files:read": "read a text file that was attached to what it was asked",
    "groups:history": "the same as channels:history, in private channels that it was invited to",
    "groups:read": "the same as channels:read, of private channels that it was invited to",
    "im:history": "read what is said to it alone",
    "im:read": "know with whom it talks alone",
    "im:write": "say something to one person alone",
    "links:read": "hear of links to the bot's own pages",
    "links:write": "show what such a link leads to",
    "reactions:read": "hear of the reaction that stops a run",
    "reactions:write": "say by a reaction that it heard",
    "team:read": "know the workspace's name",
    "users:read": "tell people of the workspace from guests, bots and strangers",
}
