"""Signing in as its tests do it: GitHub's stand-in, the bot's doors on a socket, browsers before them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import aiohttp
from aiohttp import CookieJar, web
from yarl import URL

from bot.api_opening import HOUR, MINUTE, Published, granting_of
from bot.application.callers import by_form
from bot.application.keys import recognised
from bot.application.live import Live
from bot.application.reading import Reading
from bot.application.signing_in import SignIn
from bot.github_opening import github_app
from bot.hearing import is_wanted
from bot.infrastructure.browser_secrets import BrowserSecrets
from bot.infrastructure.cursors import Cursors
from bot.infrastructure.feed import Feed
from bot.infrastructure.observing import Nobody
from bot.infrastructure.pages import Pages
from bot.infrastructure.rate_limits import RateLimits
from bot.infrastructure.redaction import LiveSecrets
from bot.infrastructure.slack_tickets import SlackTickets
from bot.records import Actor, Repository
from bot.settings import Settings
from bot.sign_in_opening import browsers_of, signing_with
from bot.storage import Storage, storage
from bot.suppliers import policies
from bot.web.api_door import ApiDoor
from bot.web.api_gateway import Guards
from bot.web.auth import AuthDoor
from bot.web.browser import SessionGate
from bot.web.gateway import build_app, listening
from bot.web.health import HealthDoor
from bot.web.slack_link import SlackLinkDoor
from bot.web.token_door import TokenDoor
from standins.github.app import key_pair
from standins.github.people import GitHub
from tests.doors.running import free_port
from tests.doors.webapp import FakeMetrics

CLIENT_SECRET: Final = "client-secret-canary-" + "c" * 20
RATES: Final = {MINUTE: 1_000, HOUR: 10_000}


@dataclass
class Watch:
    """A clock that stands still until it is moved."""

    time: datetime = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def moves(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass(kw_only=True)
class Place:
    """The bot with its doors, and the GitHub that it asks."""

    github: GitHub
    stored: Storage
    signing: SignIn
    settings: Settings
    clock: Watch
    auth: AuthDoor
    url: str

    @property
    def browsers(self) -> BrowserSecrets:
        return BrowserSecrets(self.stored.crypto)

    def forgets(self, login: str) -> None:
        """A minute has gone by, and whose member somebody is has to be asked again."""
        self.signing.seen.forget(self.github.account(login).id)

    def asked(self, method: str, path: str) -> int:
        """How often GitHub was."""
        return len([each for each in self.github.calls if (each.method, each.path) == (method, path)])


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer, whole."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: Any = None

    @property
    def code(self) -> str:
        """Why not."""
        return str(self.body["type"]).removeprefix("urn:problem:")


@dataclass(kw_only=True)
class Browser:
    """A browser with cookies of its own, in which nothing is followed by itself."""

    place: Place
    session: aiohttp.ClientSession
    kept: list[str] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def opened(cls, place: Place) -> AsyncIterator[Self]:
        async with aiohttp.ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
            yield cls(place=place, session=session)

    async def goes(self, path: str, method: str = "GET", **more: Any) -> Said:
        """One request, to the bot or wherever the address is."""
        url = path if path.startswith("http") else self.place.url + path
        async with self.session.request(
            method, URL(url, encoded=True), allow_redirects=False, **more
        ) as answer:
            text = await answer.text()
            body = await answer.json() if "json" in answer.content_type else None
            return Said(status=answer.status, headers=answer.headers, text=text, body=body)

    async def posts(self, path: str, *, csrf: str | None = "own", **headers: str) -> Said:
        """As a page of the bot's own does it."""
        given = (await self.goes("/auth/session")).body["csrf_token"] if csrf == "own" else csrf
        sent = {"Origin": self.place.url} | ({} if given is None else {"X-CSRF-Token": given})
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.goes(path, "POST", headers={**sent, **more})

    async def begins(self, path: str = "/auth/login") -> str:
        """To GitHub's page; its address."""
        said = await self.goes(path)
        assert said.status == 303, said.text
        return said.headers["Location"]

    async def consents(self, page: str, login: str) -> str:
        """At GitHub's page; the address that it leads back to."""
        self.place.github.authorizations.at_the_browser = login
        return (await self.goes(page)).headers["Location"]

    async def signs_in(self, login: str, path: str = "/auth/login") -> Said:
        """The whole way."""
        return await self.goes(await self.consents(await self.begins(path), login))

    def cookie(self, name: str = "session") -> str:
        """What it holds."""
        return next((each.value for each in self.session.cookie_jar if each.key == name), "")

    def holds(self, text: str, name: str = "session") -> None:
        """From now on it holds this."""
        self.session.cookie_jar.update_cookies({name: text}, URL(self.place.url))

    async def me(self, **headers: str) -> Said:
        """What the API says who it is."""
        return await self.goes("/api/v1/me", headers=headers)


async def _nobody_may(_repository: Repository, _person: Actor) -> str:
    return "none"


@asynccontextmanager
async def placed(github: GitHub, directory: Path, **environment: str) -> AsyncIterator[Place]:
    """The bot's doors, with this GitHub behind them."""
    port = free_port()
    key = directory / "app.pem"
    key.touch(mode=0o600)
    key.write_text(key_pair()[0], encoding="utf-8")
    given = {
        "DATABASE_URL": f"sqlite:///{directory}/bot.db",
        "SECRET_KEY": "key-canary-" + "k" * 32,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "GITHUB_APP_ID": str(github.app.id),
        "GITHUB_PRIVATE_KEY": str(key),
        "GITHUB_WEBHOOK_SECRET": "w" * 32,
        "GITHUB_CLIENT_ID": github.app.client_id,
        "GITHUB_CLIENT_SECRET": CLIENT_SECRET,
        "GITHUB_API_URL": github.url,
        "GITHUB_URL": github.url,
    }
    settings, clock = Settings.read({**given, **environment}), Watch()
    github.app.client_secret = CLIENT_SECRET
    github.app.callback_urls = {f"{settings.address}/auth/callback"}
    async with AsyncExitStack() as stack:
        stored = await stack.enter_async_context(storage(settings, Nobody(), is_wanted, clock=clock))
        guard, credentials = policies(Nobody())["github"], settings.github
        assert credentials is not None
        app = await stack.enter_async_context(github_app(settings, credentials, guard, LiveSecrets()))
        signing = await stack.enter_async_context(signing_with(settings, stored, app, guard))
        api = _api(settings, stored, signing)
        auth = AuthDoor(
            guards=api.guards,
            browsers=browsers_of(settings, stored.crypto),
            seals=BrowserSecrets(stored.crypto),
            signing=signing,
        )
        links = SlackLinkDoor(
            guards=api.guards,
            browsers=auth.browsers,
            signing=signing,
            tickets=SlackTickets(stored.crypto),
            kept=stored,
            used=stored.sessions,
        )
        granting = granting_of(settings, stored)
        tokens = TokenDoor(granting=granting, published=Published(granting).keys, guards=api.guards)
        served = app_with(auth, api, tokens, links)
        await stack.enter_async_context(listening(served, host="127.0.0.1", port=port))
        yield Place(
            github=github,
            stored=stored,
            signing=signing,
            settings=settings,
            clock=clock,
            auth=auth,
            url=f"http://127.0.0.1:{port}",
        )


def app_with(
    auth: AuthDoor,
    api: ApiDoor | None = None,
    tokens: TokenDoor | None = None,
    links: SlackLinkDoor | None = None,
) -> web.Application:
    """The web application with these doors and no others."""
    metrics = FakeMetrics()
    health = HealthDoor(needs={}, states={}, metrics=metrics, metrics_token=None, is_public=False)
    return build_app(health=health, metrics=metrics, api=api, auth=auth, tokens=tokens, links=links)


def _api(settings: Settings, stored: Storage, signing: SignIn) -> ApiDoor:
    def limits(kind: str) -> RateLimits:
        return RateLimits(kind, RATES, stored.crypto)

    async def by_key(text: str) -> Any:
        return await recognised(text, stored.keys, stored.clock)

    recognise = by_form(key=by_key, token=granting_of(settings, stored).recognised)
    reading = Reading(
        pages=Pages(stored.database),
        integrations=stored.integrations,
        log=stored.log,
        role_name=_nobody_may,
        owners=frozenset(settings.allowed_owners),
    )
    unasked: Any = None  # nothing else is asked for here
    return ApiDoor(
        guards=Guards(
            recognise=recognise,
            callers=limits("key"),
            strangers=limits("address"),
            policy="1000;w=60",
            by_session=SessionGate(signing=signing, browsers=browsers_of(settings, stored.crypto)),
        ),
        reading=reading,
        resources=unasked,
        orders=unasked,
        repeats=unasked,
        keys=unasked,
        members=unasked,
        cursors=Cursors(stored.crypto),
        live=Live(Feed(stored.database), each=10, total=500),
    )
