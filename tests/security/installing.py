"""Installing in Slack as its tests do it: Slack's stand-in, the bot's door, browsers before it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import aiohttp
from aiohttp import CookieJar
from yarl import URL

from bot.api_opening import HOUR, MINUTE
from bot.hearing import is_wanted
from bot.infrastructure.observing import Nobody
from bot.infrastructure.rate_limits import RateLimits
from bot.infrastructure.redaction import LiveSecrets
from bot.settings import Settings
from bot.slack_opening import Slack as Ours
from bot.slack_opening import slack_at_work, slack_install_door
from bot.storage import Storage, storage
from bot.suppliers import policies
from bot.web.api_gateway import Guards
from bot.web.gateway import build_app, listening
from bot.web.health import HealthDoor
from bot.web.slack_installing import REDIRECT
from standins.slack.app import new_app
from standins.slack.people import Slack
from standins.slack.server import serve
from tests.doors.running import free_port
from tests.doors.webapp import FakeMetrics
from tests.security.signing import Watch

CLIENT_SECRET: Final = "client-secret-canary-" + "c" * 20
RATES: Final = {MINUTE: 1_000, HOUR: 10_000}


@dataclass(kw_only=True)
class Place:
    """The bot with its door for installing, and the Slack that it asks."""

    slack: Slack
    ours: Ours
    stored: Storage
    clock: Watch
    hidden: LiveSecrets
    url: str

    def asked(self, method: str) -> int:
        """How often Slack was."""
        return len([each for each in self.slack.calls if each.method == method])

    async def rows(self) -> str:
        """Everything that is kept of Slack, as whoever has the file reads it."""
        wanted = ("SELECT * FROM slack_installations", "SELECT * FROM slack_states")
        return await self.stored.database.read(
            lambda connection: "".join(str(connection.exec_driver_sql(each).fetchall()) for each in wanted)
        )


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer, whole."""

    status: int
    headers: Mapping[str, str]
    text: str
    code: str


@dataclass(kw_only=True)
class Browser:
    """A browser with cookies of its own, in which nothing is followed by itself."""

    place: Place
    session: aiohttp.ClientSession

    @classmethod
    @asynccontextmanager
    async def opened(cls, place: Place) -> AsyncIterator[Self]:
        async with aiohttp.ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
            yield cls(place=place, session=session)

    async def goes(self, path: str, **more: Any) -> Said:
        """One request, to the bot or wherever the address is."""
        url = path if path.startswith("http") else self.place.url + path
        async with self.session.get(URL(url, encoded=True), allow_redirects=False, **more) as answer:
            body = await answer.json() if "problem" in answer.content_type else {}
            return Said(
                status=answer.status,
                headers=answer.headers,
                text=await answer.text(),
                code=str(body.get("type", "")).removeprefix("urn:problem:"),
            )

    async def begins(self) -> str:
        """To Slack's page; its address."""
        return (await self.goes("/slack/install")).headers["Location"]

    async def consents(self, page: str, name: str | None) -> str:
        """At Slack's page; the address that it leads back to."""
        self.place.slack.authorizations.at_the_browser = name
        return (await self.goes(page)).headers["Location"]

    async def installs(self, name: str) -> Said:
        """The whole way."""
        return await self.goes(await self.consents(await self.begins(), name))


@asynccontextmanager
async def placed(directory: Path, **environment: str) -> AsyncIterator[Place]:
    """A workspace with its administrator, and the bot's door with this Slack behind it."""
    port = free_port()
    slack = Slack(app=new_app(client_secret=CLIENT_SECRET))
    slack.person("boss", slack.workspace("Acme"), kind="admin")
    slack.person("chief", slack.workspace("Umbrella", enterprise="Umbrella Corp"), kind="admin")
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(await serve(slack))
        settings = Settings.read({
            "DATABASE_URL": f"sqlite:///{directory}/bot.db",
            "SECRET_KEY": "key-canary-" + "k" * 32,
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SLACK_SIGNING_SECRET": "s" * 32,
            "SLACK_CLIENT_ID": slack.app.client_id,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "SLACK_API_URL": f"{slack.url}/api/",
            **environment,
        })
        slack.app.redirect_urls = {f"{settings.address}{REDIRECT}"}
        clock, hidden = Watch(), LiveSecrets()
        stored = await stack.enter_async_context(storage(settings, Nobody(), is_wanted, clock=clock))
        working = slack_at_work(settings, stored, policies(Nobody())["slack"], hidden)
        ours = await stack.enter_async_context(working)
        assert ours is not None
        api: Any = type("Api", (), {"guards": _guards(stored)})()
        door = slack_install_door(settings, stored.crypto, ours, api)
        health = HealthDoor(needs={}, states={}, metrics=FakeMetrics(), metrics_token=None, is_public=False)
        app = build_app(health=health, metrics=FakeMetrics(), installing=door)
        await stack.enter_async_context(listening(app, host="127.0.0.1", port=port))
        yield Place(
            slack=slack,
            ours=ours,
            stored=stored,
            clock=clock,
            hidden=hidden,
            url=f"http://127.0.0.1:{port}",
        )


def _guards(stored: Storage) -> Guards:
    unasked: Any = None  # nobody shows a key here
    return Guards(
        recognise=unasked,
        callers=RateLimits("key", RATES, stored.crypto),
        strangers=RateLimits("address", RATES, stored.crypto),
        policy="1000;w=60",
    )
