"""What may stand in the files that people write for the bot, for their editors: anybody may read it."""

from functools import cache
from typing import Final

from aiohttp import web

from bot.application.configuration_schema import schema_text

CONFIGURATION: Final = "/schemas/claude-bot.json"
MEDIA: Final = "application/schema+json"


async def configuration(_request: web.Request) -> web.Response:
    """The JSON Schema of a repository's configuration."""
    return web.Response(body=_encoded(), content_type=MEDIA)


@cache
def _encoded() -> bytes:
    return schema_text().encode()
