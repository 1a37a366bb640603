"""The API's door and the one of its tokens, made from what a bot at work has."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from bot.application.belonging import Belonging
from bot.application.callers import by_form
from bot.application.deliveries_seen import Receipts
from bot.application.granting import Granting
from bot.application.key_acts import KeyActs
from bot.application.keys import recognised, still_counts
from bot.application.live import Live
from bot.application.members import Members
from bot.application.ordering import Orders
from bot.application.reading import Reading
from bot.application.resources import Resources
from bot.application.signing import Signing
from bot.application.signing_in import SignIn
from bot.domain.access import stream_of
from bot.domain.access_tokens import Issuer
from bot.infrastructure.access_tokens import AccessTokens
from bot.infrastructure.cache import UntilItEnds, weighed
from bot.infrastructure.cursors import Cursors
from bot.infrastructure.feed import Feed
from bot.infrastructure.github_accounts import GitHubAccounts
from bot.infrastructure.github_places import GitHubPlaces
from bot.infrastructure.queue_lengths import waiting
from bot.infrastructure.rate_limits import RateLimits
from bot.infrastructure.received import ReceivedDeliveries
from bot.infrastructure.standing import Standing
from bot.infrastructure.telemetry import line_of
from bot.settings import Settings
from bot.sign_in_opening import browsers_of
from bot.storage import Storage
from bot.web.api_door import ApiDoor
from bot.web.api_gateway import Guards
from bot.web.browser import SessionGate
from bot.web.lane import Retelling
from bot.web.token_door import TokenDoor
from bot.wiring import Bot

MINUTE: Final = 60
HOUR: Final = 3_600
PUBLISHED_SECONDS: Final = 10.0
STREAMS_EACH: Final = 10
STREAMS: Final = 500
ANSWERS_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDoors:
    """The API's door, and the one at which tokens for it are had; strangers have one quota at both."""

    api: ApiDoor
    tokens: TokenDoor


@asynccontextmanager
async def api_doors(
    settings: Settings, bot: Bot | None, signing: SignIn | None = None
) -> AsyncIterator[ApiDoors | None]:
    """The doors of this bot, for those who signed in too; none where nothing is set up yet."""
    if bot is None:
        yield None
        return
    stored, rates = bot.stored, settings.api_rate_limits
    windows = {MINUTE: rates.minute, HOUR: rates.hour}
    granting, pages, roles = granting_of(settings, stored), stored.pages, bot.roles
    async with AsyncExitStack() as stack:
        limits = [
            RateLimits(
                kind,
                windows,
                stored.crypto,
                redis_url=settings.redis_url,
                connections=settings.pool_sizes.redis,
            )
            for kind in ("key", "address")
        ]
        for each in limits:
            stack.push_async_callback(each.close)
        if settings.redis_url:
            stored.pools.update(redis_quotas=limits[0].pool, redis_strangers=limits[1].pool)
        afresh = Reading(
            pages=pages,
            integrations=stored.integrations,
            log=stored.log,
            role_name=roles.name,
            known_role=roles.known,
            owners=bot.world.rules.owners,
        )
        reading = replace(afresh, kept=stored.kept)
        guards = Guards(
            recognise=by_form(
                key=partial(recognised, keys=stored.keys, clock=stored.clock), token=granting.recognised
            ),
            by_session=SessionGate(signing=signing, browsers=browsers_of(settings, stored.crypto))
            if signing
            else None,
            callers=limits[0],
            strangers=limits[1],
            policy=", ".join(f"{most};w={seconds}" for seconds, most in windows.items()),
            trusted_proxies=settings.trusted_proxies,
        )
        api = ApiDoor(
            guards=guards,
            reading=reading,
            cursors=Cursors(stored.crypto),
            live=Live(Feed(stored.database), each=STREAMS_EACH, total=STREAMS),
            resources=resources_of(bot, afresh),
            orders=Orders(world=bot.world, reading=afresh),
            repeats=stored.orders,
            keys=KeyActs(
                keys=stored.keys,
                kept=stored,
                accounts=GitHubAccounts(bot.app),
                known=pages,
                role_name=bot.world.repositories.role_name,
            ),
            members=Members(people=pages, clock=stored.clock, role_name=roles.name, kept=stored),
            retelling=Retelling(
                answers=weighed(ANSWERS_BYTES, lambda each: each.size),
                standing=Standing(stored.database, stored.news, roles.ends, access=stream_of),
                counts=partial(still_counts, clock=stored.clock),
                said=line_of,
                found=stored.kept.found,
            ),
        )
        yield ApiDoors(
            api=api,
            tokens=TokenDoor(granting=granting, published=Published(granting).keys, guards=guards),
        )


def granting_of(settings: Settings, stored: Storage) -> Granting:
    """Who may have a token of this bot, and whose one is."""
    return Granting(
        keys=stored.keys,
        grants=stored.grants,
        signing=Signing(keys=stored.signing_keys, tokens=AccessTokens(stored.signing_keys)),
        clock=stored.clock,
        issuer=Issuer(settings.address),
    )


class Published:
    """The public keys, for a moment: anybody may ask for them, and without a quota."""

    def __init__(self, granting: Granting) -> None:
        self._granting = granting
        self._kept: UntilItEnds[str, Sequence[Mapping[str, str]]] = UntilItEnds(
            size=1, seconds=lambda _: PUBLISHED_SECONDS
        )

    async def keys(self) -> Sequence[Mapping[str, str]]:
        """As they were at most a moment ago. Raises Unavailable."""
        return await self._kept.get("keys", self._asked)

    async def _asked(self) -> Sequence[Mapping[str, str]]:
        return await self._granting.signing.published(self._granting.clock.now())


def resources_of(bot: Bot, reading: Reading) -> Resources:
    """What REST tells of and does beside integrations."""
    stored, belonging = bot.stored, Belonging(reading=reading, places=GitHubPlaces(bot.app))
    received = ReceivedDeliveries(stored.database, stored.aside)
    return Resources(
        world=bot.world,
        belonging=belonging,
        receipts=Receipts(deliveries=received, belonging=belonging, world=bot.world),
        probes={"database": bot.database_health, "sandbox": bot.sandbox_health},
        queues=partial(waiting, stored.database),
    )
