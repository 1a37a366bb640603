"""The API's door, made from what a bot at work has."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final

from bot.application.keys import recognised
from bot.application.live import Live
from bot.application.reading import Reading
from bot.infrastructure.cache import UntilItEnds
from bot.infrastructure.cursors import Cursors
from bot.infrastructure.feed import Feed
from bot.infrastructure.pages import Pages
from bot.infrastructure.rate_limits import RateLimits
from bot.records import Actor, Repository
from bot.settings import Settings
from bot.web.api_door import ApiDoor
from bot.web.api_gateway import Guards
from bot.wiring import Bot

MINUTE: Final = 60
HOUR: Final = 3_600
ROLE_SECONDS: Final = 60.0
MOST_ROLES: Final = 10_000
STREAMS_EACH: Final = 10
STREAMS: Final = 500


@asynccontextmanager
async def api_door(settings: Settings, bot: Bot | None) -> AsyncIterator[ApiDoor | None]:
    """The door of this bot; none where nothing is set up yet."""
    if bot is None:
        yield None
        return
    stored, rates = bot.stored, settings.api_rate_limits
    windows = {MINUTE: rates.minute, HOUR: rates.hour}
    async with AsyncExitStack() as stack:
        limits = [
            RateLimits(kind, windows, stored.crypto, redis_url=settings.redis_url)
            for kind in ("key", "address")
        ]
        for each in limits:
            stack.push_async_callback(each.close)
        yield ApiDoor(
            guards=Guards(
                recognise=partial(recognised, keys=stored.keys, clock=stored.clock),
                callers=limits[0],
                strangers=limits[1],
                policy=", ".join(f"{most};w={seconds}" for seconds, most in windows.items()),
                trusted_proxies=settings.trusted_proxies,
            ),
            reading=Reading(
                pages=Pages(stored.database),
                integrations=stored.integrations,
                log=stored.log,
                role_name=Roles(bot).name,
                owners=bot.world.rules.owners,
            ),
            cursors=Cursors(stored.crypto),
            live=Live(Feed(stored.database), each=STREAMS_EACH, total=STREAMS),
        )


class Roles:
    """What GitHub says of people's permissions, for a minute; only what is read is decided by it."""

    def __init__(self, bot: Bot) -> None:
        self._ask = bot.world.repositories.role_name
        self._kept: UntilItEnds[tuple[int, int, int], str] = UntilItEnds(
            size=MOST_ROLES, seconds=lambda _: ROLE_SECONDS
        )

    async def name(self, repository: Repository, person: Actor) -> str:
        """The person's permission, asked a minute ago at most. Raises StepFailed, Unavailable."""
        key = (repository.installation_id, repository.id, person.id)
        return await self._kept.get(key, partial(self._ask, repository, person))
