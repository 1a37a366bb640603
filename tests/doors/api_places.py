"""Where the API of the tests is asked: two installations, people, and what GitHub says of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import replace as with_parts
from datetime import datetime, timedelta
from typing import Final

from bot.api_records import Place
from bot.domain.access_tokens import Issuer
from bot.owner_records import Ownership
from bot.records import Actor, Repository, RepositoryFacts, StepFailed, Unavailable
from tests.doors.webapp import NOON
from tests.unit.fakes import FakeRepositories

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
AT_HAND: Final = "athand0001"
PLACES: Final = {
    OPEN: (SHOP, OURS),
    SECOND: (SHOP, OURS),
    OURS_HIDDEN: (HIDDEN, OURS),
    THEIR_OWN: (FOREIGN, THEIRS),
}
SEEN_BY: Final = {SHOP: OURS, HIDDEN: OURS, FOREIGN: THEIRS}
OWNERS: Final = frozenset({"acme", "other"})
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
    owners: set[tuple[int, int]] = field(default_factory=set)  # of an installation's account, by number
    is_blind: bool = False
    suspended: set[int] = field(default_factory=set)

    async def role_name(self, repository: Repository, person: Actor) -> str:
        self.answers -= 1
        if self.roles is None or self.answers < 0:
            raise Unavailable("github_unreachable", "ClientConnectorError")
        if repository.id in self.gone:
            raise StepFailed("installation_suspended")
        return self.roles.get((repository.id, person.id), "none")

    async def ownership(self, installation_id: int, person: Actor) -> Ownership:
        if self.roles is None:
            raise Unavailable("github_unreachable", "ClientConnectorError")
        is_owner = (installation_id, person.id) in self.owners
        return Ownership(id=installation_id, name="acme", is_owner=is_owner, is_blind=self.is_blind)


@dataclass
class Repositories(FakeRepositories):
    """The repositories of these tests, and what GitHub says of people and accounts there at this moment."""

    github: GitHubsWord = field(default_factory=GitHubsWord)

    async def named(self, installation_id: int, full_name: str) -> RepositoryFacts | None:
        seen = seen_by(installation_id, full_name)
        return None if seen is None else with_parts(self.facts, id=seen.id, full_name=full_name)

    async def describe(self, repository: Repository) -> RepositoryFacts:
        seen = described(repository.id)
        return with_parts(self.facts, id=seen.id, full_name=seen.full_name, owner_id=seen.owner_id)

    async def role_name(self, repository: Repository, actor: Actor) -> str:
        return await self.github.role_name(repository, actor)

    async def app_owner(self) -> int:
        return ACCOUNTS[OURS].id

    async def ownership(self, repository: Repository, actor: Actor) -> Ownership:
        installation = SEEN_BY[repository.id]
        said = await self.github.ownership(installation, actor)
        return with_parts(said, id=ACCOUNTS[installation].id, name=ACCOUNTS[installation].login)


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
        return seen_by(installation, full_name)


def seen_by(installation: int, full_name: str) -> Repository | None:
    """The repository of that name that this installation sees."""
    seen = [described(each) for each, by in SEEN_BY.items() if by == installation]
    return next((each for each in seen if each.full_name.lower() == full_name.lower()), None)


def described(number: int) -> Repository:
    """A repository as GitHub describes it."""
    by = SEEN_BY[number]
    return Repository(id=number, full_name=NAMES[number], installation_id=by, owner_id=ACCOUNTS[by].id)
