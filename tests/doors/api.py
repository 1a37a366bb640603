"""The API as its tests open it, on a database of their own, and with GitHub as they have it."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as with_parts
from datetime import timedelta
from functools import cached_property, partial
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import update

from bot.application.belonging import Belonging
from bot.application.callers import by_form
from bot.application.deliveries_seen import Receipts
from bot.application.granting import Granting
from bot.application.key_acts import KeyActs
from bot.application.keys import create, recognised
from bot.application.live import Live
from bot.application.members import Members
from bot.application.ordering import Orders
from bot.application.ports import World
from bot.application.projections import row_of
from bot.application.reading import Reading
from bot.application.resources import Resources
from bot.application.signing import Signing
from bot.domain import events as e
from bot.domain.integration import fold
from bot.domain.policy import Rules
from bot.infrastructure.access_tokens import AccessTokens
from bot.infrastructure.api_answers import ApiAnswers
from bot.infrastructure.api_keys import ApiKeys
from bot.infrastructure.aside import Aside
from bot.infrastructure.blobs import Blobs
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.cursors import Cursors
from bot.infrastructure.database import Database
from bot.infrastructure.effects import Effects
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.feed import Feed
from bot.infrastructure.grants import Grants
from bot.infrastructure.kept_rows import KeptRows
from bot.infrastructure.news import News
from bot.infrastructure.notes import Notes
from bot.infrastructure.observing import Nobody
from bot.infrastructure.pages import Pages
from bot.infrastructure.rate_limits import RateLimits
from bot.infrastructure.read_models import ReadModels
from bot.infrastructure.received import ReceivedDeliveries
from bot.infrastructure.shared import Unshared
from bot.infrastructure.signing_keys import SigningKeys
from bot.infrastructure.tables import EFFECTS
from bot.records import Actor, FollowUp, Recorded
from bot.web.api_door import ApiDoor, Pace
from bot.web.api_gateway import BySession, Guards
from bot.web.gateway import SERVING, build_app
from bot.web.health import HealthDoor
from bot.web.token_door import TokenDoor
from tests.doors.api_places import (
    AT_HAND,
    ISSUER,
    OURS,
    OWNERS,
    SECRET,
    GitHubsWord,
    Places,
    Repositories,
    Watch,
)
from tests.doors.webapp import Client, Connect, FakeMetrics
from tests.unit.fakes import FakeIssues, FakePullRequests, Stage


@dataclass(frozen=True, slots=True)
class Kept:
    """The log and the clock of a test."""

    log: EventStore
    clock: Watch


@dataclass(kw_only=True)
class Opened:
    """The API of a test."""

    database: Database
    clock: Watch
    github: GitHubsWord
    metrics: FakeMetrics
    texts: Mapping[str, str]
    owners: frozenset[str] = frozenset()
    started: list[FollowUp] = field(default_factory=list)
    rates: Mapping[int, int] = field(default_factory=lambda: {60: 100, 3600: 1000})
    trusted_proxies: int = 0
    streams: tuple[int, int] = (10, 500)
    by_session: BySession | None = None
    pace: Pace = field(default_factory=Pace)
    issues: FakeIssues = field(default_factory=FakeIssues)
    pulls: FakePullRequests = field(default_factory=FakePullRequests)

    @property
    def crypto(self) -> Crypto:
        return Crypto(SECRET)

    def world(self) -> World:
        """What orders are given in: our database, and GitHub as this test has it."""
        repositories = Repositories(roles=None, github=self.github)
        stage = Stage(
            repositories=repositories, pulls=self.pulls, issues=self.issues, rules=Rules(owners=OWNERS)
        )
        return with_parts(
            stage.world,
            log=self.log,
            integrations=ReadModels(self.database),
            clock=self.clock,
            effects=Effects(self.database, self.clock, Nobody()),
            blobs=Blobs(self.database, self.crypto, self.clock, lifetime=timedelta(days=30)),
            notes=Notes(self.database),
        )

    def limits(self, kind: str) -> RateLimits:
        return RateLimits(kind, self.rates, self.crypto, timer=self.clock.seconds)

    @cached_property
    def live(self) -> Live:
        each, total = self.streams
        return Live(Feed(self.database), each=each, total=total, looks=0.02)

    @cached_property
    def news(self) -> News:
        return News(self.database)

    @cached_property
    def kept(self) -> KeptRows:
        return KeptRows(ReadModels(self.database), Pages(self.database), self.news, Unshared())

    @property
    def signing_keys(self) -> SigningKeys:
        return SigningKeys(self.database, self.crypto)

    def granting(self) -> Granting:
        return Granting(
            keys=ApiKeys(self.database, self.crypto),
            grants=Grants(self.database, self.crypto, ISSUER.address),
            signing=Signing(keys=self.signing_keys, tokens=AccessTokens(self.signing_keys)),
            clock=self.clock,
            issuer=ISSUER,
        )

    def reading(self) -> Reading:
        return Reading(
            pages=Pages(self.database),
            integrations=ReadModels(self.database),
            kept=self.kept,
            log=self.log,
            role_name=self.github.role_name,
            owners=self.owners,
        )

    def guards(self) -> Guards:
        keys = ApiKeys(self.database, self.crypto, self.news)
        return Guards(
            recognise=by_form(
                key=partial(recognised, keys=keys, clock=self.clock), token=self.granting().recognised
            ),
            callers=self.limits("key"),
            strangers=self.limits("address"),
            policy=", ".join(f"{most};w={seconds}" for seconds, most in self.rates.items()),
            trusted_proxies=self.trusted_proxies,
            by_session=self.by_session,
        )

    @property
    def log(self) -> EventStore:
        return EventStore(self.database, self.clock, lambda *_: None, Nobody())

    def door(self, guards: Guards | None = None) -> ApiDoor:
        reading = self.reading()
        return ApiDoor(
            guards=guards or self.guards(),
            reading=reading,
            orders=Orders(world=self.world(), reading=with_parts(reading, kept=None)),
            repeats=ApiAnswers(self.database, self.crypto, self.clock),
            resources=resources_of(self, reading),
            cursors=Cursors(self.crypto),
            live=self.live,
            pace=self.pace,
            keys=KeyActs(
                keys=ApiKeys(self.database, self.crypto),
                kept=Kept(self.log, self.clock),
                accounts=self.github,
                known=Pages(self.database),
                role_name=self.github.role_name,
            ),
            members=Members(
                people=Pages(self.database),
                clock=self.clock,
                role_name=self.github.role_name,
                kept=Kept(log=self.log, clock=self.clock),
            ),
        )

    def tokens(self, guards: Guards) -> TokenDoor:
        granting = self.granting()

        async def published() -> Sequence[Mapping[str, str]]:
            return await granting.signing.published(self.clock.now())

        return TokenDoor(granting=granting, published=published, guards=guards)

    def application(self) -> web.Application:
        """The API and the door of tokens, and nothing else of the bot."""
        health = HealthDoor(needs={}, states={}, metrics=self.metrics, metrics_token=None, is_public=False)
        guards = self.guards()
        return build_app(
            health=health, metrics=self.metrics, api=self.door(guards), tokens=self.tokens(guards)
        )

    async def served(self, aiohttp_client: Connect) -> Client:
        """A client of the application, which is served as in production."""
        server = TestServer(self.application())
        await server.start_server(**SERVING)
        return await aiohttp_client(server)

    async def key(self, person: Actor, *scopes: str) -> dict[str, str]:
        """The header of a new key of that person in our installation."""
        keys, now = ApiKeys(self.database, self.crypto), self.clock.now()
        _, text = await create(keys, person=person, installation_id=OURS, scopes=scopes, days=1, now=now)
        return {"Authorization": f"Bearer {text}"}

    async def holds(self, history: Sequence[e.Event], integration_id: str = AT_HAND) -> None:
        """An integration of the shop with these facts."""
        await self.log.append(
            integration_id,
            e.encode(history),
            after=0,
            key=f"{integration_id}-before",
            meta={"key": "before"},
            row=row_of(fold(integration_id, history)),
            follow_ups=(),
        )

    async def forgets_what_was_made(self) -> None:
        """As if it had been killed each time before it wrote down what came of a call to GitHub."""
        await self.database.write(lambda connection: connection.execute(update(EFFECTS).values(result=None)))

    async def facts(self, integration_id: str = AT_HAND) -> list[Recorded]:
        """What happened to it by an order of these tests."""
        past = await self.log.read(integration_id)
        return [each for each in past if each.meta.get("door") == "api"]

    def bearer(self, whose: str = "reader") -> dict[str, str]:
        """The header of that key."""
        return {"Authorization": f"Bearer {self.texts[whose]}"}


def resources_of(opened: Opened, reading: Reading) -> Resources:
    """The bot's own commands on the database of the test, and GitHub's word on whoever gives them."""

    def outbox(_connection: Any, follow_ups: Sequence[FollowUp]) -> None:
        opened.started += follow_ups

    log = EventStore(opened.database, opened.clock, outbox, Nobody())
    world = dataclasses.replace(
        Stage().world,
        clock=opened.clock,
        log=log,
        integrations=ReadModels(opened.database),
        repositories=Repositories(github=opened.github),
        rules=Rules(owners=opened.owners),
    )
    belonging = Belonging(reading=reading, places=Places(opened.github))
    received = ReceivedDeliveries(opened.database, Aside(opened.database, outbox))
    receipts = Receipts(deliveries=received, belonging=belonging, world=world)

    async def queues() -> Mapping[str, int]:
        return {"ai": 2}

    async def fine() -> str:
        return "ok"

    async def missing() -> str:
        return "sandbox_unavailable"

    return Resources(
        world=world,
        belonging=belonging,
        receipts=receipts,
        probes={"database": fine, "sandbox": missing},
        queues=queues,
    )
