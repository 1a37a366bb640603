"""What an installation sees that is of no single repository: asked with a token of it that is not kept."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_answers import Answer
from bot.infrastructure.github_purposes import Purpose
from bot.infrastructure.github_wire import Call, path_of


async def person(app: GitHubApp, installation: int, login: str) -> Mapping[str, Any] | None:
    """The account of this name, asked through an installation; None where nobody is called that."""
    found = (HTTPStatus.NOT_FOUND,)
    answer = await seen_from(app, installation, "find_person", "users", login, also=found)
    return None if answer.status == HTTPStatus.NOT_FOUND else answer.data


async def seen_from(
    app: GitHubApp,
    installation: int,
    what: str,
    *path: str | int,
    query: Mapping[str, str | int] | None = None,
    also: Collection[int] = (),
) -> Answer:
    """Ask for what everybody may read. Raises StepFailed, Unavailable."""
    minted = await app.minted(installation, {"metadata": "read"})
    ask = Call(what=what, method="GET", path=path_of(*path), query=query or {}, also=also)
    return await app.ask_with(minted, ask, installation=installation)


async def through(app: GitHubApp, installation: int, purpose: Purpose, call: Call) -> Answer | None:
    """Ask with the rights of that purpose; None where no such token is to be had."""
    refusing = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
    minted = await app.minted(installation, purpose.permissions, also=refusing)
    if minted.status != HTTPStatus.CREATED:
        return None
    return await app.ask_with(minted, call, installation=installation)
