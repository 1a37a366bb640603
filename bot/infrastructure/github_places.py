"""Installations as GitHub describes them, and the repositories that they see; kept for a minute."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from bot.api_records import Place
from bot.infrastructure.cache import UntilItEnds
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_purposes import READ
from bot.infrastructure.github_seen import seen_from
from bot.records import Repository, StepFailed

SECONDS: Final = 60.0
MOST_PLACES: Final = 1_000
MOST_SEEN: Final = 100


class GitHubPlaces:
    """Where the App is installed, one installation at a time."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app
        self._places: UntilItEnds[int, tuple[Place | None]] = _for_a_minute()
        self._seen: UntilItEnds[int, tuple[Repository, ...]] = _for_a_minute()

    async def place(self, installation: int) -> Place | None:
        """The installation, None where there is none of this number any more. Raises Unavailable."""
        [found] = await self._places.get(installation, partial(self._ask_for_place, installation))
        return found

    async def repositories(self, installation: int) -> tuple[Repository, ...]:
        """Repositories that it sees, a hundred at most; none where it is suspended or gone."""
        return await self._seen.get(installation, partial(self._ask_for_repositories, installation))

    async def named(self, installation: int, full_name: str) -> Repository | None:
        """The repository of exactly this name, asked now; None where the installation sees none."""
        _, _, name = full_name.partition("/")
        found = await self._app.named(installation, name, READ) if name else None
        if found is None or found["full_name"].casefold() != full_name.casefold():
            return None
        return _repository(installation, found)

    async def _ask_for_place(self, installation: int) -> tuple[Place | None]:
        answer = await self._app.itself(
            "get_installation", "GET", "app", "installations", installation, also=(HTTPStatus.NOT_FOUND,)
        )
        return (None if answer.status == HTTPStatus.NOT_FOUND else _place(answer.data),)

    async def _ask_for_repositories(self, installation: int) -> tuple[Repository, ...]:
        try:
            answer = await seen_from(
                self._app,
                installation,
                "list_seen_repositories",
                "installation",
                "repositories",
                query={"per_page": MOST_SEEN},
            )
        except StepFailed:
            return ()
        return tuple(_repository(installation, each) for each in answer.data["repositories"])


def _for_a_minute() -> UntilItEnds[int, Any]:
    return UntilItEnds(size=MOST_PLACES, seconds=lambda _: SECONDS)


def _place(data: Mapping[str, Any]) -> Place:
    return Place(
        id=data["id"],
        account_id=data["account"]["id"],
        account=data["account"]["login"],
        selection=data["repository_selection"],
        is_suspended=data.get("suspended_at") is not None,
        permissions=data["permissions"],
    )


def _repository(installation: int, data: Mapping[str, Any]) -> Repository:
    return Repository(
        id=data["id"],
        full_name=data["full_name"],
        installation_id=installation,
        owner_id=data["owner"]["id"],
    )
