"""What changes in a workspace, whoever does it: the bot through the API, or a person at the window."""

from typing import Any

from standins.slack import shapes, telling
from standins.slack.state import Channel, Installation, Message, User
from standins.slack.world import Refused, World


def post(world: World, channel: Channel, message: Message) -> Message:
    """A message, told to whoever hears of the channel."""
    if message.thread_ts is not None and message.thread_ts not in channel.messages:
        raise Refused("thread_not_found")
    world.before_change(channel)
    channel.messages[message.ts] = message
    world.note("message.posted", channel.team, message.by, channel=channel.id, ts=message.ts)
    telling.tell_message(world, channel, message)
    return message


def edit(
    world: World, channel: Channel, message: Message, *, text: str, blocks: list[dict[str, Any]]
) -> None:
    """The same message with other words."""
    world.before_change(channel)
    message = channel.messages[message.ts]
    before = shapes.message(message, channel)
    message.text, message.blocks, message.edited_ts = text, blocks, world.new_ts()
    world.note("message.edited", channel.team, message.by, channel=channel.id, ts=message.ts)
    telling.tell_changed(world, channel, message, before)


def delete(world: World, channel: Channel, message: Message, by: User) -> None:
    world.before_change(channel)
    before = shapes.message(message, channel)
    del channel.messages[message.ts]
    world.note("message.deleted", channel.team, by, channel=channel.id, ts=message.ts)
    telling.tell_deleted(world, channel, before)


def react(world: World, channel: Channel, message: Message, by: User, name: str) -> None:
    """Raises Refused."""
    people = message.reactions.setdefault(name, [])
    if by in people:
        raise Refused("already_reacted")
    people.append(by)
    world.note("reaction.added", channel.team, by, channel=channel.id, ts=message.ts, name=name)
    event = {
        "type": "reaction_added",
        "user": by.id,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": message.ts},
        "item_user": message.by.id,
    }
    telling.tell_channel(world, channel, event, by=by)


def invalidate(world: World, installation: Installation) -> None:
    """None of the app's tokens in this workspace is good any more."""
    for token in world.tokens.values():
        if token.installation.team.id == installation.team.id:
            token.revoked = True
