"""What the application needs to know of a repository on GitHub: facts, rights, single files."""

from typing import Protocol

from bot.owner_records import Ownership
from bot.records import Actor, Repository, RepositoryFacts, TreeEntry


class Repositories(Protocol):
    """What GitHub says of a repository and of a person's rights in it."""

    async def named(self, installation_id: int, full_name: str) -> RepositoryFacts | None:
        """The repository that the installation sees under this name, None where it sees none."""

    async def found(self, full_name: str) -> tuple[int, RepositoryFacts] | None:
        """The repository of this name and the installation that sees it, None where none does."""

    async def describe(self, repository: Repository) -> RepositoryFacts:
        """Raises StepFailed("repository_gone") where the installation cannot see it any more."""

    async def seen(self, repository: Repository) -> RepositoryFacts:
        """The same, with a right that is asked for anew: the one at hand may be worth nothing any more."""

    async def settings_of_owner(self, repository: Repository) -> RepositoryFacts | None:
        """The repository `.github` that the same installation sees, None where it sees none."""

    async def app_owner(self) -> int:
        """The number of the account that owns this App: the one it serves where no other is named."""

    async def app_login(self) -> str:
        """The name under which this App acts."""

    async def role_name(self, repository: Repository, actor: Actor) -> str:
        """The person's permission as GitHub names it ("admin", "write", ..., "none"), asked now, by id."""

    async def is_in_team(self, repository: Repository, actor: Actor, team: str) -> bool | None:
        """Whether this very person is a member of that team, `@org/slug`, of the repository's own account,
        asked now; None where GitHub does not let that be known.
        """

    async def ownership(self, repository: Repository, actor: Actor) -> Ownership:
        """Whose it is, and whether this very person owns that account, asked now."""


class Files(Protocol):
    """Single files of a commit, a fork's too, asked of GitHub: for what is not worth a mirror."""

    async def find(self, repository: Repository, commit: str, path: str) -> TreeEntry | None: ...

    async def read(self, repository: Repository, entry: TreeEntry) -> bytes: ...
