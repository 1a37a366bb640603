"""conversations.*: what a channel is, who is in it, and what was said there."""

from collections.abc import Sequence
from typing import Any, Final

from standins.slack import shapes
from standins.slack.call import Call
from standins.slack.state import Channel, Message
from standins.slack.world import Refused

DEFAULT_LIMIT: Final = 100
MOST: Final = 999


def info(call: Call) -> dict[str, Any]:
    channel = call.seen(call.channel())
    shown = shapes.channel(channel, seen_by=call.bot)
    if call.flag("include_num_members") and channel.kind != "direct":
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


def members(call: Call) -> dict[str, Any]:
    channel = call.channel()
    page, cursor = paged(call, sorted(channel.members))
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def history(call: Call) -> dict[str, Any]:
    """The newest first, without the answers in threads."""
    channel = _readable(call)
    within = [each for each in _between(call, list(channel.messages.values())) if each.thread_ts is None]
    page, cursor = paged(call, within[::-1])
    return {
        "messages": [shapes.message(each, channel) for each in page],
        "has_more": bool(cursor),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        **_more(cursor),
    }


def replies(call: Call) -> dict[str, Any]:
    """A thread from its first message on."""
    channel = _readable(call)
    if call.text("ts") not in channel.messages:
        raise Refused("thread_not_found")
    thread = channel.thread(call.text("ts"))
    page, cursor = paged(call, [thread[0], *_between(call, thread[1:])])
    return {
        "messages": [shapes.message(each, channel) for each in page],
        "has_more": bool(cursor),
        **_more(cursor),
    }


def open_(call: Call) -> dict[str, Any]:
    """Where the bot and one person talk."""
    users = [each for each in call.text("users").split(",") if each]
    if len(users) != 1:
        raise Refused("users_list_not_supplied" if not users else "not_enough_users")
    other = call.world.user(users[0])
    if other.deleted:
        raise Refused("user_disabled")
    channel = call.world.direct(call.bot, other)
    if call.flag("return_im"):
        return {"channel": shapes.channel(channel, seen_by=call.bot)}
    return {"channel": {"id": channel.id}}


def _readable(call: Call) -> Channel:
    channel = call.channel()
    if call.bot.id not in channel.members:
        raise Refused("not_in_channel")
    return call.seen(channel)


def _between(call: Call, messages: Sequence[Message]) -> list[Message]:
    """Those after `oldest` and before `latest`; with `inclusive` these two themselves."""
    oldest, latest = float(call.text("oldest") or 0), float(call.text("latest") or "inf")
    if call.flag("inclusive"):
        return [each for each in messages if oldest <= float(each.ts) <= latest]
    return [each for each in messages if oldest < float(each.ts) < latest]


def paged(call: Call, everything: list[Any]) -> tuple[list[Any], str]:
    """One page, and the cursor of the next; empty where there is none."""
    limit = call.number("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MOST:
        raise Refused("invalid_limit")
    cursor = call.text("cursor")
    if cursor and not cursor.startswith("next:"):
        raise Refused("invalid_cursor")
    start = int(cursor.removeprefix("next:") or 0)
    further = start + limit < len(everything)
    return everything[start : start + limit], f"next:{start + limit}" if further else ""


def _more(cursor: str) -> dict[str, Any]:
    return {"response_metadata": {"next_cursor": cursor}} if cursor else {}
