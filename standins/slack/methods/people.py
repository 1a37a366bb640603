"""users.*, team.*, reactions.* and files.*: small questions."""

from typing import Any

from standins.slack import deeds, shapes
from standins.slack.call import Call
from standins.slack.methods.conversations import paged
from standins.slack.state import User
from standins.slack.world import Refused


def user_info(call: Call) -> dict[str, Any]:
    user = call.world.user(call.text("user"))
    if not _meets(call, user):
        raise Refused("user_not_found")
    return {"user": shapes.user(user, seen_by=call.bot.team)}


def user_list(call: Call) -> dict[str, Any]:
    seen = [each for each in call.world.users.values() if _meets(call, each)]
    page, cursor = paged(call, seen)
    return {
        "members": [shapes.user(each, seen_by=call.bot.team) for each in page],
        "cache_ts": int(call.now().timestamp()),
        "response_metadata": {"next_cursor": cursor},
    }


def _meets(call: Call, user: User) -> bool:
    """A workspace knows its own people, and strangers whom it shares a channel with."""
    team = call.bot.team.id
    if user.team.id == team:
        return True
    channels = call.world.channels.values()
    return any(user.id in each.members and team in {each.team.id, *each.shared_with} for each in channels)


def team_info(call: Call) -> dict[str, Any]:
    asked = call.text("team") or call.bot.team.id
    if asked != call.bot.team.id:
        raise Refused("team_not_found")
    return {"team": shapes.team(call.bot.team)}


def react(call: Call) -> dict[str, Any]:
    channel = call.channel()
    if call.bot.id not in channel.members:
        raise Refused("not_in_channel")
    message = call.message(channel, "timestamp")
    deeds.react(call.world, channel, message, call.bot, call.text("name").strip(":"))
    return {}


def reactions(call: Call) -> dict[str, Any]:
    channel = call.seen(call.channel())
    message = call.message(channel, "timestamp")
    return {"type": "message", "channel": channel.id, "message": shapes.message(message, channel)}


def file_info(call: Call) -> dict[str, Any]:
    """A file of a channel that the bot is in."""
    file = call.world.files.get(call.text("file"))
    if file is None or file.team.id != call.bot.team.id:
        raise Refused("file_not_found")
    if not any(call.bot.id in call.world.channel(each).members for each in file.channels):
        raise Refused("file_not_found")
    return {"file": shapes.file_with_links(call.world, file), "comments": []}
