"""The accounts that the App is installed on: whose an installation is, whatever repositories it sees."""

from dataclasses import replace
from http import HTTPStatus

from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_purposes import OWNERS
from bot.infrastructure.github_seen import through
from bot.infrastructure.github_wire import Call, path_of
from bot.owner_records import Ownership
from bot.records import Actor, StepFailed


class GitHubAccounts:
    """Asked now; what GitHub does not say so, of this very person and account, is a no."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    async def ownership(self, installation_id: int, person: Actor) -> Ownership:
        """A person owns their own account, and an organisation where GitHub lists them as its administrator.

        Raises StepFailed("installation_gone") where the App is not there any more, Unavailable.
        """
        path = "app", "installations", installation_id
        found = await self._app.itself("describe_installation", "GET", *path, also=(HTTPStatus.NOT_FOUND,))
        if found.status == HTTPStatus.NOT_FOUND or found.data.get("suspended_at") is not None:
            raise StepFailed("installation_gone", str(installation_id))
        owner = found.data["account"]
        account = Ownership(id=owner["id"], name=owner["login"], is_owner=owner["id"] == person.id)
        return (
            account
            if owner["type"] != "Organization"
            else await self._asked(installation_id, person, account)
        )

    async def _asked(self, installation_id: int, person: Actor, account: Ownership) -> Ownership:
        call = Call(
            what="read_membership",
            method="GET",
            path=path_of("orgs", account.name, "memberships", person.login),
            also=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
        )
        answer = await through(self._app, installation_id, OWNERS, call)
        if answer is None or answer.status == HTTPStatus.FORBIDDEN:
            return replace(account, is_owner=False, is_blind=True)
        if answer.status == HTTPStatus.NOT_FOUND:
            return replace(account, is_owner=False)
        found = answer.data
        is_active_admin = (found["state"], found["role"]) == ("active", "admin")
        is_theirs = found["user"]["id"] == person.id and found["organization"]["id"] == account.id
        return replace(account, is_owner=is_active_admin and is_theirs)
