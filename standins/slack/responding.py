"""What comes to a response_url: an answer to an act, for half an hour and five times, without a token."""

import json
from typing import Any, Final

from aiohttp import web

from standins.slack import deeds
from standins.slack.methods import chat
from standins.slack.state import Channel, Message, ResponseUrl, User
from standins.slack.world import Refused, World

MOST_USES: Final = 5
FIELDS: Final = frozenset((
    "text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts",
    "mrkdwn", "unfurl_links", "unfurl_media", "metadata",
))  # fmt: skip


def is_response(path: str) -> bool:
    return path.startswith(("/commands/", "/actions/"))


async def respond(world: World, request: web.Request) -> web.Response:
    """`ok` in plain words, or what is wrong."""
    if "Authorization" in request.headers:
        world.violations.append("response_url: a token went where none belongs")
    address = world.response_urls.get(request.path)
    if address is None or request.method != "POST":
        return web.Response(status=404, text="no_service")
    if address.until <= world.now():
        return web.json_response({"ok": False, "error": "expired_url"}, status=404)
    if address.used >= MOST_USES:
        return web.json_response({"ok": False, "error": "used_url"}, status=404)
    try:
        said = json.loads(await request.read())
        _check(world, said)
        answer(world, address, said)
    except (ValueError, AttributeError):
        return web.Response(status=400, text="invalid_payload")
    except Refused as no:
        return web.Response(status=400, text=no.error)
    address.used += 1
    return web.Response(text="ok")


def _check(world: World, said: dict[str, Any]) -> None:
    if unknown := sorted(said.keys() - FIELDS):
        world.violations.append(f"response_url: unknown fields {unknown}")
        raise Refused("invalid_payload")


def answer(world: World, address: ResponseUrl, said: dict[str, Any]) -> None:
    """Show it: to the one who acted, to all, or in place of what they acted on. Raises Refused."""
    channel, bot = world.channel(address.channel), _bot(world, address.user)
    original = channel.messages.get(address.ts or "")
    if said.get("delete_original") and original is not None:
        deeds.delete(world, channel, original, bot)
        return
    text, blocks = chat.content(said.get("text", ""), said.get("blocks"))
    if said.get("replace_original") and original is not None:
        deeds.edit(world, channel, original, text=text, blocks=blocks)
        return
    thread = said.get("thread_ts") or address.thread_ts
    if said.get("response_type") == "in_channel":
        _say(world, channel, bot, text=text, blocks=blocks, thread_ts=thread)
        return
    chat.show_alone(world, channel, address.user, text=text, blocks=blocks, thread_ts=thread)


def _say(
    world: World, channel: Channel, bot: User, *, text: str, blocks: list[Any], thread_ts: str | None
) -> None:
    message = Message(
        ts=world.new_ts(), by=bot, text=text, blocks=blocks, thread_ts=thread_ts, app_id=world.app.id
    )
    deeds.post(world, channel, message)


def _bot(world: World, user: User) -> User:
    """The app's bot where the act was. Raises Refused."""
    if user.team.id not in world.installations:
        raise Refused("no_service")
    return world.installations[user.team.id].bot
