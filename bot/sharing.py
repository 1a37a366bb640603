"""What processes share, as the settings want it: in Redis, or nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.infrastructure.crypto import Crypto
from bot.infrastructure.shared import RedisShared, Shared, Unshared
from bot.settings import Settings


@asynccontextmanager
async def sharing(settings: Settings, crypto: Crypto) -> AsyncIterator[Shared]:
    """Where REDIS_URL leads, under the secret key of this installation."""
    if settings.redis_url is None:
        yield Unshared()
        return
    shared = RedisShared(settings.redis_url, crypto)
    try:
        yield shared
    finally:
        await shared.close()
