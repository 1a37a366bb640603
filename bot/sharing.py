"""What processes share, as the settings want it: in Redis, or nothing."""

from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager

from bot.infrastructure.crypto import Crypto
from bot.infrastructure.pooling import Pool
from bot.infrastructure.shared import RedisShared, Shared, Unshared
from bot.settings import Misconfigured, Settings


@asynccontextmanager
async def sharing(
    settings: Settings, crypto: Crypto, pools: MutableMapping[str, Pool] | None = None
) -> AsyncIterator[Shared]:
    """Where REDIS_URL leads, under the secret key of this installation. Raises Misconfigured."""
    if settings.redis_url is None:
        yield Unshared()
        return
    try:
        shared = RedisShared(settings.redis_url, crypto, connections=settings.pool_sizes.redis)
    except ValueError as error:
        raise Misconfigured(f"REDIS_URL: Redis cannot be asked as it says ({error})") from None
    if pools is not None:
        pools["redis_cache"] = shared.pool
    try:
        yield shared
    finally:
        await shared.close()
