"""The API as its tests open it: two installations, people and their keys, and what GitHub says of them."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

from aiohttp.test_utils import TestServer
from msgspec.structs import replace

from bot.api_records import ApiKey, Place
from bot.application.belonging import Belonging
from bot.application.callers import by_form
from bot.application.deliveries_seen import Receipts
from bot.application.granting import Granting
from bot.application.keys import create, recognised
from bot.application.live import Live
from bot.application.projections import row_of
from bot.application.reading import Reading
from bot.application.resources import Resources
from bot.application.signing import Signing
from bot.domain import events as e
from bot.domain.access_tokens import Issuer
from bot.domain.api_keys import CHECK_DIGITS, ENTROPY_BYTES, checksum, key_text
from bot.domain.integration import fold
from bot.domain.policy import Rules
from bot.infrastructure.access_tokens import AccessTokens
from bot.infrastructure.api_keys import ApiKeys
from bot.infrastructure.aside import Aside
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.cursors import Cursors
from bot.infrastructure.database import Database
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.feed import Feed
from bot.infrastructure.grants import Grants
from bot.infrastructure.observing import Nobody
from bot.infrastructure.pages import Pages
from bot.infrastructure.rate_limits import RateLimits
from bot.infrastructure.read_models import ReadModels
from bot.infrastructure.received import ReceivedDeliveries
from bot.infrastructure.signing_keys import SigningKeys
from bot.owner_records import Ownership
from bot.records import Actor, FollowUp, Repository, RepositoryFacts, StepFailed, Unavailable
from bot.web.api_door import ApiDoor, Pace
from bot.web.api_gateway import Guards
from bot.web.gateway import SERVING, build_app
from bot.web.health import HealthDoor
from bot.web.token_door import TokenDoor
from tests.doors.webapp import NOON, Client, Connect, FakeMetrics
from tests.unit.fakes import ABOUT, Stage
from tests.unit.histories import REQUEST

SECRET: Final = b"a secret of an operator, 32 bytes and more"
ADA: Final = Actor(id=1, login="ada")  # may read the shop
EVE: Final = Actor(id=66, login="eve")  # may read nothing
ISSUER: Final = Issuer("https://bot.example.org")
OURS: Final = 9
THEIRS: Final = 10
# Repositories: in our installation one that Ada may read and one that she may not, and one of others.
SHOP, HIDDEN, FOREIGN = 7, 8, 70
ACCOUNTS: Final = {OURS: Actor(id=20, login="acme"), THEIRS: Actor(id=21, login="other")}
OPEN, SECOND, OURS_HIDDEN, THEIR_OWN, NO_SUCH = (
    "shop000001",
    "shop000002",
    "hidden0001",
    "foreign001",
    "nothing001",
)
PLACES: Final = {
    OPEN: (SHOP, OURS),
    SECOND: (SHOP, OURS),
    OURS_HIDDEN: (HIDDEN, OURS),
    THEIR_OWN: (FOREIGN, THEIRS),
}
SEEN_BY: Final = {SHOP: OURS, HIDDEN: OURS, FOREIGN: THEIRS}
NAMES: Final = {SHOP: "acme/shop", HIDDEN: "acme/hidden", FOREIGN: "other/foreign"}


@dataclass
class Watch:
    """A clock that stands still until it is moved, for the keys and the quotas alike."""

    time: datetime = NOON

    def now(self) -> datetime:
        return self.time

    def seconds(self) -> float:
        return self.time.timestamp()

    def moves(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class GitHubsWord:
    """What GitHub says of people's permissions; None where it does not answer."""

    roles: Mapping[tuple[int, int], str] | None = field(
        default_factory=lambda: {(SHOP, ADA.id): "read", (FOREIGN, ADA.id): "admin"}
    )
    gone: set[int] = field(default_factory=set)
    answers: float = math.inf  # so many it gives, and then no more
    owners: set[int] = field(default_factory=set)  # who owns the account of our installation
    suspended: set[int] = field(default_factory=set)

    async def role_name(self, repository: Repository, person: Actor) -> str:
        self.answers -= 1
        if self.roles is None or self.answers < 0:
            raise Unavailable("github_unreachable", "ClientConnectorError")
        if repository.id in self.gone:
            raise StepFailed("installation_suspended")
        return self.roles.get((repository.id, person.id), "none")


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
    pace: Pace = field(default_factory=Pace)

    @property
    def crypto(self) -> Crypto:
        return Crypto(SECRET)

    def limits(self, kind: str) -> RateLimits:
        return RateLimits(kind, self.rates, self.crypto, timer=self.clock.seconds)

    @cached_property
    def live(self) -> Live:
        each, total = self.streams
        return Live(Feed(self.database), each=each, total=total, looks=0.02)

    @property
    def signing_keys(self) -> SigningKeys:
        return SigningKeys(self.database, self.crypto)

    def granting(self) -> Granting:
        return Granting(
            keys=ApiKeys(self.database, self.crypto),
            grants=Grants(self.database, self.crypto),
            signing=Signing(keys=self.signing_keys, tokens=AccessTokens(self.signing_keys)),
            clock=self.clock,
            issuer=ISSUER,
        )

    def guards(self) -> Guards:
        keys = ApiKeys(self.database, self.crypto)
        return Guards(
            recognise=by_form(
                key=partial(recognised, keys=keys, clock=self.clock), token=self.granting().recognised
            ),
            callers=self.limits("key"),
            strangers=self.limits("address"),
            policy=", ".join(f"{most};w={seconds}" for seconds, most in self.rates.items()),
            trusted_proxies=self.trusted_proxies,
        )

    def door(self, guards: Guards | None = None) -> ApiDoor:
        reading = Reading(
            pages=Pages(self.database),
            integrations=ReadModels(self.database),
            log=EventStore(self.database, self.clock, lambda *_: None, Nobody()),
            role_name=self.github.role_name,
            owners=self.owners,
        )
        return ApiDoor(
            guards=guards or self.guards(),
            reading=reading,
            resources=resources_of(self, reading),
            cursors=Cursors(self.crypto),
            live=self.live,
            pace=self.pace,
        )

    def tokens(self, guards: Guards) -> TokenDoor:
        granting = self.granting()

        async def published() -> Sequence[Mapping[str, str]]:
            return await granting.signing.published(self.clock.now())

        return TokenDoor(granting=granting, published=published, guards=guards)

    async def served(self, aiohttp_client: Connect) -> Client:
        """A client of the application, which is served as in production."""
        health = HealthDoor(needs={}, states={}, metrics=self.metrics, metrics_token=None, is_public=False)
        guards = self.guards()
        doors = build_app(
            health=health, metrics=self.metrics, api=self.door(guards), tokens=self.tokens(guards)
        )
        server = TestServer(doors)
        await server.start_server(**SERVING)
        return await aiohttp_client(server)

    def bearer(self, whose: str = "reader") -> dict[str, str]:
        """The header of that key."""
        return {"Authorization": f"Bearer {self.texts[whose]}"}


@dataclass
class Word:
    """What the bot's own commands ask GitHub, answered by the same word."""

    github: GitHubsWord

    async def role_name(self, repository: Repository, actor: Actor) -> str:
        return await self.github.role_name(repository, actor)

    async def app_owner(self) -> int:
        return ACCOUNTS[OURS].id

    async def describe(self, repository: Repository) -> RepositoryFacts:
        seen = described(repository.id)
        return dataclasses.replace(ABOUT, id=repository.id, full_name=seen.full_name, owner_id=seen.owner_id)

    async def ownership(self, repository: Repository, actor: Actor) -> Ownership:
        account = ACCOUNTS[SEEN_BY[repository.id]]
        return Ownership(id=account.id, name=account.login, is_owner=actor.id in self.github.owners)


@dataclass
class Places:
    """Where the App is installed."""

    github: GitHubsWord

    async def place(self, installation: int) -> Place | None:
        account = ACCOUNTS[installation]
        return Place(
            id=installation,
            account_id=account.id,
            account=account.login,
            selection="selected",
            is_suspended=installation in self.github.suspended,
            permissions={"contents": "write"},
        )

    async def repositories(self, installation: int) -> tuple[Repository, ...]:
        return tuple(described(each) for each, by in SEEN_BY.items() if by == installation)

    async def named(self, installation: int, full_name: str) -> Repository | None:
        seen = await self.repositories(installation)
        return next((each for each in seen if each.full_name.lower() == full_name.lower()), None)


def described(number: int) -> Repository:
    """A repository as GitHub describes it."""
    by = SEEN_BY[number]
    return Repository(id=number, full_name=NAMES[number], installation_id=by, owner_id=ACCOUNTS[by].id)


def resources_of(opened: Opened, reading: Reading) -> Resources:
    """The bot's own commands on the database of the test, and GitHub's word on whoever gives them."""

    def outbox(_connection: Any, follow_ups: Sequence[FollowUp]) -> None:
        opened.started += follow_ups

    log = EventStore(opened.database, opened.clock, outbox, Nobody())
    repositories: Any = Word(opened.github)
    world = dataclasses.replace(
        Stage().world,
        clock=opened.clock,
        log=log,
        integrations=ReadModels(opened.database),
        repositories=repositories,
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


async def filled(url: str) -> dict[str, str]:
    """A database with integrations of each kind, and the keys by what is the matter with them."""
    database = await Database.open(url)
    await database.migrate()
    clock = Watch(NOON - timedelta(hours=3))
    for integration_id, (repository, installation) in PLACES.items():
        await ask_for(database, clock, integration_id, repository, installation)
    texts = await keys_in(database, clock)
    await database.close()
    return texts


async def ask_for(
    database: Database, clock: Watch, integration_id: str, repository: int, installation: int, issue: int = 3
) -> None:
    """Two facts of an integration, an hour between them."""
    log = EventStore(database, clock, lambda *_: None, Nobody())
    asked = replace(
        REQUEST,
        by=ADA,
        repository_id=repository,
        repository=NAMES[repository],
        installation_id=installation,
        issue=issue,
    )
    history: Sequence[e.Event] = (asked, e.ValidationStarted())
    for version, event in enumerate(history):
        await log.append(
            integration_id,
            e.encode([event]),
            after=version,
            key=f"{integration_id}-{version}",
            meta={"by": ADA.id, "login": ADA.login, "door": "github", "key": "x"} if version == 0 else {},
            row=row_of(fold(integration_id, history[: version + 1])),
            follow_ups=(),
        )
        clock.moves(minutes=10)


async def keys_in(database: Database, clock: Watch) -> dict[str, str]:
    """Keys by what is the matter with them."""
    keys = ApiKeys(database, Crypto(SECRET))

    async def made(person: Actor, installation: int, *scopes: str, days: int = 30) -> tuple[ApiKey, str]:
        return await create(
            keys, person=person, installation_id=installation, scopes=scopes, days=days, now=clock.now()
        )

    texts = {
        "reader": (await made(ADA, OURS, "read"))[1],
        "admin": (await made(ADA, OURS, "admin"))[1],
        "eve": (await made(EVE, OURS, "read"))[1],
        "foreign": (await made(ADA, THEIRS, "admin"))[1],
        "scopeless": (await made(ADA, OURS, "budget:manage"))[1],
        "expired": (await made(ADA, OURS, "admin", days=0))[1],
        "unknown": key_text(bytes(ENTROPY_BYTES)),
    }
    revoked, texts["revoked"] = await made(ADA, OURS, "admin")
    await keys.revoke(revoked.id, clock.now())
    texts["malformed"] = "ghp_" + texts["reader"][4:]
    texts["mistyped"] = texts["reader"][:-1] + ("0" if texts["reader"][-1] != "0" else "1")
    texts["forged"] = forged(texts["reader"], texts["unknown"])
    return texts


def forged(known: str, other: str) -> str:
    """The id of one and the secret of the other, with the sum that belongs to it."""
    body = known[: known.rindex("_")] + other[other.rindex("_") : -CHECK_DIGITS]
    return body + checksum(body)


def copied(url: str, to: Path) -> str:
    """The same database for a test of its own."""
    source = Path(url.removeprefix("sqlite:///"))
    (to / "bot.db").write_bytes(source.read_bytes())
    return f"sqlite:///{to}/bot.db"
