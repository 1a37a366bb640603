"""What GitHub says of a repository and of a person's rights in it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from bot.infrastructure.cache import UntilItEnds
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_answers import Answer
from bot.infrastructure.github_purposes import OWNERS, PUBLISH, READ
from bot.owner_records import Ownership
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

    async def named(self, installation_id: int, full_name: str) -> RepositoryFacts | None:
        """Only what has exactly this name, whoever else has one of that name too."""
        found = await self._app.named(installation_id, full_name.partition("/")[2], READ)
        if found is None or str(found["full_name"]).lower() != full_name.lower():
            return None
        return facts_of(found)

    async def found(self, full_name: str) -> tuple[int, RepositoryFacts] | None:
        """The repository of this name and the installation that sees it, None where none does."""
        owner, _, name = full_name.partition("/")
        number = await self._app.installed_in(owner, name)
        about = None if number is None else await self.named(number, full_name)
        return None if number is None or about is None else (number, about)

    async def describe(self, repository: Repository) -> RepositoryFacts:
        """Raises StepFailed("repository_gone") where this very repository is not seen any more."""
        # How it may be merged is told only to those who may write to it.
        github = self._app.on(repository, PUBLISH)
        answer = await github.ask("describe_repository", also=(HTTPStatus.NOT_FOUND,))
        if answer.status == HTTPStatus.NOT_FOUND or answer.data["id"] != repository.id:
            raise StepFailed("repository_gone", repository.full_name)
        return facts_of(answer.data)

    async def seen(self, repository: Repository) -> RepositoryFacts:
        """The same, with a token that is made now. Raises StepFailed too where the App can have none."""
        await self._app.forget_all(repository)
        return await self.describe(repository)

    async def settings_of_owner(self, repository: Repository) -> RepositoryFacts | None:
        """The repository `.github` of the same installation, as it was at most a minute ago."""
        ask = partial(self._ask_for_settings, repository.installation_id)
        [found] = await self._settings.get(repository.installation_id, ask)
        return found

    async def _ask_for_settings(self, installation: int) -> tuple[RepositoryFacts | None]:
        found = await self._app.named(installation, SETTINGS, READ)
        return (None if found is None else facts_of(found),)

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

    async def is_in_team(self, repository: Repository, actor: Actor, team: str) -> bool | None:
        """Whether GitHub lists them as an active member of that team, `@org/slug`, of the repository's own
        account; None where this App may not know.
        """
        organisation, _, slug = team.removeprefix("@").partition("/")
        if organisation.lower() != repository.full_name.partition("/")[0].lower():
            return False
        answer = await self._membership(
            repository, "read_team", "orgs", organisation, "teams", slug, "memberships", actor.login
        )
        if answer is None:
            return None
        return bool(answer.status != HTTPStatus.NOT_FOUND and answer.data["state"] == "active")

    async def ownership(self, repository: Repository, actor: Actor) -> Ownership:
        """A person owns their own account, and an organisation where GitHub lists them as its administrator.

        Whatever GitHub does not say so, of this very person and account, is a no.
        """
        about = await self._app.on(repository, READ).ask("describe_repository", also=(HTTPStatus.NOT_FOUND,))
        if about.status == HTTPStatus.NOT_FOUND or about.data["id"] != repository.id:
            raise StepFailed("repository_gone", repository.full_name)
        owner = about.data["owner"]
        account = Ownership(id=owner["id"], name=owner["login"], is_owner=owner["id"] == actor.id)
        return await self._asked(repository, actor, account) if owner["type"] == "Organization" else account

    async def _asked(self, repository: Repository, actor: Actor, account: Ownership) -> Ownership:
        path = ("orgs", account.name, "memberships", actor.login)
        answer = await self._membership(repository, "read_membership", *path)
        if answer is None or answer.status == HTTPStatus.NOT_FOUND:
            return replace(account, is_owner=False, is_blind=answer is None)
        found = answer.data
        is_active_admin = (found["state"], found["role"]) == ("active", "admin")
        is_theirs = _is(actor, found["user"]) and found["organization"]["id"] == account.id
        return replace(account, is_owner=is_active_admin and is_theirs)

    async def _membership(self, repository: Repository, what: str, *path: str) -> Answer | None:
        """What GitHub says of it, that there is none as well; None where this App may not know."""
        refusing = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
        try:
            answer = await self._app.on(repository, OWNERS).ask_beside(what, *path, also=refusing)
        except StepFailed as failure:
            if failure.code != "github_forbidden":
                raise
            return None  # no such token is to be had
        return None if answer.status == HTTPStatus.FORBIDDEN else answer


def facts_of(data: Mapping[str, Any]) -> RepositoryFacts:
    """What GitHub says of it wherever it tells a whole repository."""
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
