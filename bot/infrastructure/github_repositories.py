"""What GitHub says of a repository and of a person's rights in it."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from bot.infrastructure.cache import UntilItEnds
from bot.infrastructure.github import PUBLISH, READ, GitHubApp
from bot.records import Actor, MergeMethod, Repository, RepositoryFacts, StepFailed

ALLOWED: Final[Mapping[MergeMethod, str]] = {
    "merge": "allow_merge_commit",
    "squash": "allow_squash_merge",
    "rebase": "allow_rebase_merge",
}
# Where an account keeps what holds for all of its repositories.
SETTINGS: Final = ".github"
SETTINGS_SECONDS: Final = 60.0
MOST_OWNERS: Final = 1_000


class GitHubRepositories:
    """Repositories, asked now and known by number."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app
        self._settings: UntilItEnds[int, tuple[RepositoryFacts | None]] = UntilItEnds(
            size=MOST_OWNERS, seconds=lambda _: SETTINGS_SECONDS
        )

    async def app_owner(self) -> int:
        """The number of the account that owns this App; its name may be another's by now."""
        return await self._app.owner()

    async def app_login(self) -> str:
        """The name under which this App acts."""
        return await self._app.bot_login()

    async def describe(self, repository: Repository) -> RepositoryFacts:
        """Raises StepFailed("repository_gone") where this very repository is not seen any more."""
        # How it may be merged is told only to those who may write to it.
        github = self._app.on(repository, PUBLISH)
        answer = await github.ask("describe_repository", also=(HTTPStatus.NOT_FOUND,))
        if answer.status == HTTPStatus.NOT_FOUND or answer.data["id"] != repository.id:
            raise StepFailed("repository_gone", repository.full_name)
        return _facts(answer.data)

    async def settings_of_owner(self, repository: Repository) -> RepositoryFacts | None:
        """The repository `.github` of the same installation, as it was at most a minute ago."""
        ask = partial(self._ask_for_settings, repository.installation_id)
        [found] = await self._settings.get(repository.installation_id, ask)
        return found

    async def _ask_for_settings(self, installation: int) -> tuple[RepositoryFacts | None]:
        found = await self._app.named(installation, SETTINGS, READ)
        return (None if found is None else _facts(found),)

    async def role_name(self, repository: Repository, actor: Actor) -> str:
        """The permission of the person with this number, "none" if somebody else has the name now."""
        answer = await self._app.on(repository, READ).ask(
            "read_permission",
            "collaborators",
            actor.login,
            "permission",
            also=(HTTPStatus.NOT_FOUND,),
        )
        if answer.status == HTTPStatus.NOT_FOUND or not _is(actor, answer.data.get("user")):
            return "none"
        return str(answer.data.get("role_name") or answer.data["permission"])


def _facts(data: Mapping[str, Any]) -> RepositoryFacts:
    return RepositoryFacts(
        id=data["id"],
        full_name=data["full_name"],
        default_branch=data["default_branch"],
        private=data["private"],
        archived=data["archived"],
        merge_methods=tuple(method for method, it in ALLOWED.items() if data.get(it)),
        owner_id=data["owner"]["id"],
        page=data["html_url"],
    )


def _is(actor: Actor, user: dict[str, object] | None) -> bool:
    return user is not None and user.get("id") == actor.id
