"""chat.*: messages, what one person alone sees, links to them, and what a link unfolds to."""

from typing import Any, Final

from standins.slack import blockkit, deeds, shapes
from standins.slack.call import Call
from standins.slack.state import Channel, Ephemeral, Message, User
from standins.slack.world import Refused, World

# 40,000 are promised, but longer than this is refused: https://github.com/seratch/ChatGPT-in-Slack/issues/102
MOST_TEXT: Final = 4000


def post_message(call: Call) -> dict[str, Any]:
    channel = _place(call)
    text, blocks = _content(call)
    message = Message(
        ts=call.world.new_ts(),
        by=call.bot,
        text=text,
        blocks=blocks,
        thread_ts=call.text("thread_ts") or None,
        app_id=call.world.app.id,
        unfurl_links=call.flag("unfurl_links", default=True),
        unfurl_media=call.flag("unfurl_media", default=True),
        metadata=call.structure("metadata"),
    )
    deeds.post(call.world, channel, message)
    return {"channel": channel.id, "ts": message.ts, "message": shapes.message(message, channel)}


def post_ephemeral(call: Call) -> dict[str, Any]:
    channel = _place(call)
    text, blocks = _content(call)
    user = call.world.user(call.text("user"))
    if user.id not in channel.members:
        raise Refused("user_not_in_channel")
    ephemeral = show_alone(
        call.world, channel, user, text=text, blocks=blocks, thread_ts=call.text("thread_ts") or None
    )
    return {"message_ts": ephemeral.ts}


def show_alone(
    world: World, channel: Channel, user: User, *, text: str, blocks: list[Any], thread_ts: str | None
) -> Ephemeral:
    """What one person alone is shown."""
    made = Ephemeral(
        channel=channel.id, user=user.id, text=text, blocks=blocks, thread_ts=thread_ts, ts=world.new_ts()
    )
    world.ephemerals.append(made)
    world.note("ephemeral.shown", channel.team, user, channel=channel.id, ts=made.ts)
    return made


def update(call: Call) -> dict[str, Any]:
    channel = _place(call)
    message = _own(call, channel, "ts", "cant_update_message")
    text, blocks = _content(call)
    deeds.edit(call.world, channel, message, text=text, blocks=blocks)
    shown = shapes.message(message, channel)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": shown}


def delete(call: Call) -> dict[str, Any]:
    channel = call.channel()
    message = _own(call, channel, "ts", "cant_delete_message")
    deeds.delete(call.world, channel, message, call.bot)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> dict[str, Any]:
    channel = call.channel()
    message = call.message(channel, "message_ts")
    return {"channel": channel.id, "permalink": permalink(call.world, channel, message)}


def permalink(world: World, channel: Channel, message: Message) -> str:
    """Where a message is to be seen in a browser."""
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.thread_ts else ""
    return f"{world.url}/archives/{channel.id}/p{message.ts.replace('.', '')}{thread}"


def unfurl(call: Call) -> dict[str, Any]:
    channel = call.channel()
    message = call.message(channel, "ts")
    unfurls = call.structure("unfurls") or {}
    faults = [
        fault
        for each in unfurls.values()
        if "blocks" in each
        for fault in blockkit.faults_in_message(each["blocks"])
    ]
    if faults:
        raise Refused("invalid_blocks", response_metadata={"messages": faults})
    if strange := [url for url in unfurls if url not in message.text]:
        raise Refused("cannot_unfurl_url", response_metadata={"messages": strange})
    message.unfurls |= unfurls
    call.world.note("link.unfurled", channel.team, call.bot, channel=channel.id, ts=message.ts)
    return {}


def _place(call: Call) -> Channel:
    """Where the bot may speak: a channel that it is in, or a person by their id. Raises Refused."""
    given = call.text("channel")
    if given[:1] in {"U", "W"}:
        other = call.world.user(given)
        if other.deleted:
            raise Refused("channel_not_found")
        return call.world.direct(call.bot, other)
    channel = call.channel()
    if channel.archived:
        raise Refused("is_archived")
    if call.bot.id not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _own(call: Call, channel: Channel, name: str, error: str) -> Message:
    message = call.message(channel, name)
    if message.by.id != call.bot.id:
        raise Refused(error)
    return message


def _content(call: Call) -> tuple[str, list[dict[str, Any]]]:
    return content(call.text("text") or call.text("markdown_text"), call.structure("blocks"))


def content(text: str, blocks: Any) -> tuple[str, list[dict[str, Any]]]:
    """Words and blocks that Slack takes. Raises Refused."""
    if not text and not blocks:
        raise Refused("no_text")
    if len(text) > MOST_TEXT:
        raise Refused("msg_too_long")
    if blocks and (faults := blockkit.faults_in_message(blocks)):
        raise Refused("invalid_blocks", errors=faults, response_metadata={"messages": faults})
    if blocks and blockkit.too_long(blocks):
        raise Refused("msg_blocks_too_long")
    return text, blocks or []
