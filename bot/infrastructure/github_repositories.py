"""What GitHub says of a repository and of a person's rights in it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from bot.infrastructure.github import PUBLISH, READ, GitHubApp
from bot.records import Actor, MergeMethod, Repository, RepositoryFacts, StepFailed

ALLOWED: Final[Mapping[MergeMethod, str]] = {
    "merge": "allow_merge_commit",
    "squash": "allow_squash_merge",
    "rebase": "allow_rebase_merge",
}


class GitHubRepositories:
    """Repositories, asked now and known by number."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

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
        return RepositoryFacts(
            id=answer.data["id"],
            full_name=answer.data["full_name"],
            default_branch=answer.data["default_branch"],
            private=answer.data["private"],
            archived=answer.data["archived"],
            merge_methods=tuple(method for method, it in ALLOWED.items() if answer.data.get(it)),
        )

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


def _is(actor: Actor, user: dict[str, object] | None) -> bool:
    return user is not None and user.get("id") == actor.id
