"""GitHub Deployments: asked for here, carried out by whoever listens."""

import json
from collections.abc import Mapping
from typing import Any

from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_purposes import DEPLOY
from bot.infrastructure.github_text import STATUS_CHARACTERS, fit_line
from bot.records import Repository


class GitHubDeployments:
    """Deployments that this App asked for, each known by the key in its payload."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    async def find(self, repository: Repository, *, sha: str, environment: str, key: str) -> int | None:
        """Our deployment of this commit there, with this key."""
        bot = await self._app.bot_login()

        def is_it(deployment: Mapping[str, Any]) -> bool:
            creator = deployment["creator"] or {}
            return creator.get("login") == bot and _key(deployment["payload"]) == key

        found = await self._app.on(repository, DEPLOY).first(
            "find_deployment",
            "deployments",
            where=is_it,
            query={"sha": sha, "environment": environment},
        )
        return found and int(found["id"])

    async def create(self, repository: Repository, *, sha: str, environment: str, key: str) -> int:
        """A deployment of exactly this commit: nothing is merged into it, no other check is waited for."""
        answer = await self._app.on(repository, DEPLOY).tell(
            "create_deployment",
            "POST",
            "deployments",
            body={
                "ref": sha,
                "environment": environment,
                "payload": {"key": key},
                "auto_merge": False,
                "required_contexts": [],
            },
        )
        return int(answer.data["id"])

    async def state(self, repository: Repository, deployment: int) -> str | None:
        """The newest status's state, None where there is none yet."""
        answer = await self._app.on(repository, DEPLOY).ask(
            "read_deployment", "deployments", deployment, "statuses", query={"per_page": 1}
        )
        return str(answer.data[0]["state"]) if answer.data else None

    async def set_state(self, repository: Repository, deployment: int, *, state: str, why: str) -> None:
        """Say how it stands, in one line."""
        await self._app.on(repository, DEPLOY).tell(
            "set_deployment_state",
            "POST",
            "deployments",
            deployment,
            "statuses",
            body={"state": state, "description": fit_line(why, most=STATUS_CHARACTERS)},
        )


def _key(payload: Any) -> object:
    # GitHub gives the payload back as it was sent, or as the text of it.
    if isinstance(payload, str):
        payload = json.loads(payload or "{}")
    return payload.get("key") if isinstance(payload, dict) else None
