"""One process of the bot: its doors in front of what wiring made, open until it is told to stop."""

import asyncio
import errno
import gc
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot import setting_up
from bot.api_opening import ApiDoors, api_doors
from bot.application.freeze_words import counted
from bot.application.frozen import freezes
from bot.hearing import is_wanted
from bot.infrastructure.aside import Aside
from bot.infrastructure.clock import UtcClock
from bot.infrastructure.database import Database
from bot.infrastructure.metrics import UNKNOWN, Metrics
from bot.infrastructure.queue_lengths import waiting
from bot.infrastructure.sealed_bodies import SealedBodies
from bot.infrastructure.stalls import watched_loop
from bot.instruments import Instruments
from bot.records import Delivery, FollowUp, Unavailable
from bot.services import SERVICES, Service, queues_of, routes_of
from bot.setting_forms import parts_of
from bot.settings import Misconfigured, Settings
from bot.sign_in_opening import auth_door, sign_in, slack_link_door
from bot.slack_opening import slack_install_door
from bot.slack_socket_opening import heard_over_socket
from bot.web.auth import AuthDoor
from bot.web.gateway import build_app, listening
from bot.web.health import HealthDoor, Probe, nothing_to_count
from bot.web.leaving import Leaving
from bot.web.nearness import is_loopback
from bot.web.setup import SETUP, SetUpDoor
from bot.web.slack import SlackDoor
from bot.web.slack_installing import SlackInstallDoor
from bot.web.slack_link import SlackLinkDoor
from bot.web.webhooks import GitHubDoor
from bot.wiring import Bot, at_work
from handlers.slack_at_the_door import AtTheDoor

log = structlog.get_logger()

FIGURES_SECONDS: Final = 2.0
SANDBOXED: Final = frozenset(("ai", "sandbox"))  # the queues of which the jobs run something


class ClosedInbox:
    """Where nothing is set up, nothing is kept."""

    async def keep(self, delivery: Delivery) -> bool:
        raise Unavailable("setup_mode", delivery.kind)

    async def take(self, key: str) -> Delivery | None:
        raise Unavailable("setup_mode", key)

    async def settle(self, key: str, follow_ups: Sequence[FollowUp] = ()) -> None:
        raise Unavailable("setup_mode", f"{key}: {len(follow_ups)} to follow")

    async def set_aside(self, key: str, *, why: str) -> None:
        raise Unavailable("setup_mode", f"{key}: {why}")


@asynccontextmanager
async def open_bot(
    settings: Settings,
    services: Sequence[Service] = SERVICES,
    *,
    instruments: Instruments,
    leaving: Leaving | None = None,
) -> AsyncIterator[tuple[Bot | None, int]]:
    """A bot at work behind its doors, and the port they are at; no bot where nothing is set up yet."""
    async with AsyncExitStack() as stack:
        stack.enter_context(watched_loop(instruments.metrics.loop_stalled))
        bot = None
        if settings.github is not None:
            working = at_work(settings, settings.github, queues=queues_of(services), instruments=instruments)
            bot = await stack.enter_async_context(working)
            instruments.metrics.watch_breakers(bot.breakers)
            instruments.metrics.watch_rows(bot.stored.kept.found)
            instruments.metrics.watch_pools(bot.stored.pools)
        token = secrets.token_urlsafe(16) if settings.setup_mode else None
        signing = await stack.enter_async_context(sign_in(settings, bot))
        api = await stack.enter_async_context(api_doors(settings, bot, signing))
        auth = auth_door(settings, bot, signing, api.api if api else None)
        app = app_of(
            settings,
            services,
            bot,
            instruments.metrics,
            setup_token=token,
            api=api,
            auth=auth,
            installing=slack_install_door(settings, bot.stored.crypto, bot.slack, api.api)
            if bot and api
            else None,
            links=slack_link_door(settings, bot, signing, api.api if api else None),
            leaving=leaving,
        )
        port = await stack.enter_async_context(reached(app, settings))
        door = keeping(settings, bot, instruments.metrics) if "slack" in routes_of(services) else None
        await stack.enter_async_context(heard_over_socket(settings, bot, door))
        if token is not None:
            has_page = "setup" in routes_of(services)
            page = f"http://127.0.0.1:{port}{SETUP}?token={token}" if has_page else None
            plainly = settings.log_format != "json" and sys.stderr.isatty()
            setting_up.tell(page, plainly=plainly, console=sys.stderr)
        yield bot, port


def app_of(  # noqa: PLR0913  every door
    settings: Settings,
    services: Sequence[Service],
    bot: Bot | None,
    metrics: Metrics,
    *,
    setup_token: str | None = None,
    api: ApiDoors | None = None,
    auth: AuthDoor | None = None,
    installing: SlackInstallDoor | None = None,
    links: SlackLinkDoor | None = None,
    leaving: Leaving | None = None,
) -> web.Application:
    """The doors of these services and no others; health and figures every process has."""
    routes = routes_of(services)
    if api is not None:
        metrics.watch_streams(api.api.live)
    return build_app(
        health=health_door(settings, services, bot, metrics, leaving or Leaving()),
        metrics=metrics,
        github=github_door(settings, bot, metrics) if "webhooks" in routes else None,
        slack=slack_door(settings, bot, metrics) if "slack" in routes else None,
        setup=SetUpDoor(token=setup_token, steps=setting_up.STEPS) if "setup" in routes else None,
        shows_schemas="schemas" in routes,
        api=api.api if api and "api" in routes else None,
        tokens=api.tokens if api and "tokens" in routes else None,
        auth=auth if "auth" in routes else None,
        installing=installing if "slack" in routes else None,
        links=links if "links" in routes else None,
    )


def github_door(settings: Settings, bot: Bot | None, metrics: Metrics) -> GitHubDoor:
    """GitHub's door; shut while nothing is set up."""
    credentials = settings.github
    return GitHubDoor(
        inbox=bot.stored.inbox if bot else ClosedInbox(),
        secrets=credentials.webhook_secrets if credentials else (),
        app_id=credentials.app_id if credentials else None,
        clock=UtcClock(),
        metrics=metrics,
    )


def slack_door(settings: Settings, bot: Bot | None, metrics: Metrics) -> SlackDoor | None:
    """Slack's door; none where there is no Slack app, or nothing is set up yet."""
    return keeping(settings, bot, metrics) if settings.slack_signing_secret else None


def keeping(settings: Settings, bot: Bot | None, metrics: Metrics) -> SlackDoor | None:
    """What keeps what Slack sends, by whichever way; without a secret it believes no request."""
    secrets = parts_of(settings.slack_signing_secret)
    if bot is None:
        return None
    return SlackDoor(
        inbox=bot.stored.inbox,
        secrets=tuple(secret.encode() for secret in secrets),
        seals=SealedBodies(bot.stored.crypto),
        hears=is_wanted,
        at_once=AtTheDoor(bot.world),
        clock=UtcClock(),
        metrics=metrics,
    )


def health_door(
    settings: Settings, services: Sequence[Service], bot: Bot | None, metrics: Metrics, leaving: Leaving
) -> HealthDoor:
    """What it needs to be ready, and what is told beside that."""
    token = settings.metrics_token

    def mode() -> str:
        return "stopping" if leaving.is_begun else "work" if bot else "setup"

    return HealthDoor(
        needs=_needs(bot, queues_of(services)) if bot else {},
        states={"mode": mode, "breakers": bot.breakers} if bot else {"mode": mode},
        beside={"cache": bot.stored.shared.health, "freezes": partial(frozen, bot)} if bot else {},
        metrics=metrics,
        metrics_token=token.get_secret_value() if token else None,
        is_public=not is_loopback(urlsplit(settings.address).hostname or ""),
        before_figures=partial(count, metrics, bot.stored.database, bot.stored.aside)
        if bot
        else nothing_to_count,
        leaving=leaving,
    )


async def count(metrics: Metrics, database: Database, aside: Aside) -> None:
    """What the database counts; where it does not answer in time, nothing old is told in its place."""
    lengths, set_aside = dict[str, int](), UNKNOWN
    with suppress(Unavailable, TimeoutError):
        async with asyncio.timeout(FIGURES_SECONDS):
            lengths, set_aside = dict(await waiting(database)), await aside.count()
    # Both at once: another who asks meanwhile is not to find one of them missing.
    metrics.queues_are(lengths)
    metrics.aside_are(set_aside)


def _needs(bot: Bot, queues: Collection[str]) -> Mapping[str, Probe]:
    """The database always; the sandbox where something is run in it."""
    sandbox = {} if SANDBOXED.isdisjoint(queues) else {"sandbox": bot.sandbox_health}
    return {"database": bot.database_health, **sandbox}


async def frozen(bot: Bot) -> str:
    """What stands still, without a name: none, so many, or everything."""
    try:
        return counted(await freezes(bot.world))
    except Unavailable as fault:
        return fault.code


@asynccontextmanager
async def reached(app: web.Application, settings: Settings) -> AsyncIterator[int]:
    """Served where the settings say; yields the port. Raises Misconfigured where that cannot be."""
    async with AsyncExitStack() as stack:
        try:
            port = await stack.enter_async_context(
                listening(app, host=settings.listen_host, port=settings.port)
            )
        except OSError as fault:
            raise Misconfigured(why_not_reached(settings, fault.errno)) from None
        yield port


def why_not_reached(settings: Settings, error: int | None) -> str:
    """Which setting keeps it from listening, and what to do."""
    host, port = settings.listen_host, settings.port
    match error:
        case errno.EADDRINUSE:
            return f"PORT: {port} is taken on {host}; stop what listens there, or set another PORT"
        case errno.EACCES:
            return f"PORT: {port} is not for this user; set one of 1024 or more"
        case _:
            return f"HOST: {host} is no address of this machine; set one, such as 127.0.0.1 or 0.0.0.0"


async def serve(settings: Settings, services: Sequence[Service], instruments: Instruments) -> None:
    """Open until SIGINT; from SIGTERM on it is ready no more, and answers on as long as the settings say."""
    leaving = Leaving(settings.drain_seconds)
    for name, hear in ((signal.SIGINT, leaving.begin_at_once), (signal.SIGTERM, leaving.begin)):
        asyncio.get_running_loop().add_signal_handler(name, hear)
    async with open_bot(settings, services, instruments=instruments, leaving=leaving) as (bot, port):
        # What lives from here on is the garbage collector's business; what was there before is not.
        gc.freeze()
        mode = "work" if bot is not None else "setup"
        log.info("bot_started", address=f"http://{settings.listen_host}:{port}", mode=mode)
        await leaving.begins()
        log.info("bot_stopping", answers_on_seconds=settings.drain_seconds)
        await leaving.ends()
