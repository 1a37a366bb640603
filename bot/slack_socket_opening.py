"""Socket Mode, made of its parts: held open beside the doors of a process that has Slack's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from bot.infrastructure.slack_socket import SlackSocket
from bot.infrastructure.slack_wire import SlackWire
from bot.settings import Settings
from bot.web.slack import SlackDoor
from bot.web.slack_socket import SlackSocketDoor
from bot.wiring import Bot


@asynccontextmanager
async def heard_over_socket(
    settings: Settings, bot: Bot | None, door: SlackDoor | None
) -> AsyncIterator[None]:
    """While this lasts; nothing is opened where there is no token for it, or nothing is set up yet."""
    if settings.slack_app_token is None or bot is None or door is None:
        yield
        return
    async with aiohttp.ClientSession() as session:
        wire = SlackWire(session, bot.guards["slack"], base_url=settings.slack_api_url)
        receive = SlackSocketDoor(door=door).receive
        socket = SlackSocket(session, wire, settings.slack_app_token.get_secret_value(), receive)
        async with socket.held():
            yield
