"""GitHub's memory: who and what there is, and all that happened."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from standins.faults import Faults
from standins.github.authorizing import Authorizations
from standins.github.calls import Called
from standins.github.git import Git
from standins.github.state import (
    Account,
    App,
    Comment,
    Delivery,
    Effect,
    Installation,
    Issue,
    Repository,
    Token,
)
from standins.github.teams import Team

RATE_LIMIT = 5000


class Refused(Exception):
    """GitHub says no: a status, a message, and for a 422 which field is wrong."""

    def __init__(self, status: int, message: str, /, **error: str) -> None:
        super().__init__(status, message)
        self.status, self.message = status, message
        # Some operations name the wrong field, others only say what is wrong.
        self.errors: list[Any] = (
            list(error.values()) if error.keys() == {"message"} else [error] * bool(error)
        )
        self.headers: dict[str, str] = {}


class Missing(Refused):
    """There is no such thing here, or none that the caller may see."""

    def __init__(self, what: str) -> None:
        super().__init__(404, "Not Found")
        self.what = what


class Moved(Refused):
    """It is to be found elsewhere: GitHub sends on by number."""

    def __init__(self, to: Repository) -> None:
        super().__init__(301, "Moved Permanently")
        self.to = to


@dataclass(slots=True)
class Window:
    """An installation's hour: how many calls it made, and when the next hour begins."""

    resets_at: datetime
    used: int = 0


@dataclass(kw_only=True)
class World:
    """Everything that the stand-in remembers.

    Into branches that are `strict` only what is up to date is merged; `unsure` is how often one asks before
    it is known whether something can be. An older GitHub does not tell which run came of a dispatch.
    """

    app: App
    directory: Path
    url: str = "http://127.0.0.1"
    rate_limit: int = RATE_LIMIT
    token_life: timedelta = timedelta(hours=1)
    mints: str = "ghs_{}"
    skew: timedelta = timedelta()
    deployer: Literal["success", "failure"] | None = None
    tells_runs: bool = True
    # What its continuous integration says of a commit of a pull request: conclusions by the checks' names.
    ci: Callable[[Repository, str], Mapping[str, str]] | None = None
    strict: set[str] = field(default_factory=set)
    unsure: int = 0
    accounts: dict[str, Account] = field(default_factory=dict)
    members: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    repositories: dict[int, Repository] = field(default_factory=dict)
    # Which repository had a name before: whoever asks for it by that is sent on.
    former: dict[str, int] = field(default_factory=dict)
    installations: dict[int, Installation] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    authorizations: Authorizations = field(default_factory=Authorizations)
    windows: dict[int, Window] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    effects: list[Effect] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    webhook_url: str | None = None
    webhook_content_type: str = "json"
    webhook_insecure_ssl: str = "0"
    outbox: list[Delivery] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    _past: list[tuple[datetime, Repository]] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1001))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.skew

    def new_id(self) -> int:
        return next(self._ids)

    def account(self, login: str) -> Account:
        """Raises Missing."""
        try:
            return self.accounts[login.lower()]
        except KeyError:
            raise Missing(f"no account {login}") from None

    def add_account(self, login: str, kind: Literal["User", "Organization", "Bot"] = "User") -> Account:
        """The account of this name, made where there is none."""
        fresh = Account(id=0, login=login, type=kind)
        account = self.accounts.setdefault(login.lower(), fresh)
        account.id = account.id or self.new_id()
        return account

    def repository(self, full_name: str) -> Repository:
        """Raises Missing."""
        for repository in self.repositories.values():
            if repository.full_name.lower() == full_name.lower():
                return repository
        moved = self.repositories.get(self.former.get(full_name.lower(), 0))
        raise Missing(f"no repository {full_name}") if moved is None else Moved(moved)

    def add_repository(self, full_name: str, git: Git, *, default_branch: str, private: bool) -> Repository:
        owner, _, name = full_name.partition("/")
        repository = Repository(
            id=self.new_id(),
            owner=self.add_account(owner, "Organization"),
            name=name,
            git=git,
            default_branch=default_branch,
            created_at=self.now(),
            private=private,
        )
        repository.branches = git.branches()
        self.repositories[repository.id] = repository
        return repository

    def installation_on(self, repository: Repository) -> Installation | None:
        """The installation that sees this repository and is not suspended or gone."""
        for installation in self.installations.values():
            if installation.sees(repository):
                return installation
        return None

    def note(self, name: str, repository: Repository, by: Account, /, **facts: Any) -> None:
        """Write down an effect; nothing else counts as one."""
        self.effects.append(
            Effect(name=name, repository=repository.full_name, by=by.login, at=self.now(), facts=facts)
        )

    def before_change(self, repository: Repository) -> None:
        """Keep a view of the repository as it is, while somebody may be shown old answers."""
        longest = self.faults.stale_for()
        if longest is None:
            return
        self._past.append((self.now(), deepcopy(repository)))
        oldest = self.now() - longest
        self._past = [(at, view) for at, view in self._past if at > oldest]

    def as_it_was(self, repository: Repository, ago: timedelta) -> Repository:
        """The repository as it stood this long ago, so far as anybody kept it."""
        then = self.now() - ago
        for at, view in self._past:
            if at > then and view.id == repository.id:
                return view
        return repository


def issue_of(repository: Repository, number: int) -> Issue:
    """Raises Missing."""
    try:
        return repository.issues[number]
    except KeyError:
        raise Missing(f"no issue {number}") from None


def comment_of(repository: Repository, comment_id: int) -> Comment:
    """Raises Missing."""
    try:
        return repository.comments[comment_id]
    except KeyError:
        raise Missing(f"no comment {comment_id}") from None
