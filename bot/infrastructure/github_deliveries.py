"""GitHub's own record of what it sent us: it sends nothing again by itself, but does when asked."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_answers import Answer

_PER_PAGE: Final = 100
_MOST_PAGES: Final = 30
# A delivery that failed so often fails for a reason of its own.
MOST_ATTEMPTS: Final = 5


class GitHubDeliveries:
    """The App's webhook deliveries. GitHub keeps them, and sends them again, for three days."""

    def __init__(self, app: GitHubApp) -> None:
        self._app = app

    async def lost(self, *, since: datetime) -> list[int]:
        """The newest attempt of each delivery that never arrived, oldest first."""
        tried = await self._attempts(since)
        arrived = {each["guid"] for each in tried if _is_arrived(each)}
        often = Counter(each["guid"] for each in tried)
        newest = {each["guid"]: each["id"] for each in reversed(tried)}
        return [
            number for guid, number in newest.items() if guid not in arrived and often[guid] < MOST_ATTEMPTS
        ]

    async def failures(self, *, since: datetime) -> tuple[Counter[str], int]:
        """Why deliveries never arrived, as GitHub words it, how often each; and of how many in all."""
        tried = await self._attempts(since)
        arrived = {each["guid"] for each in tried if _is_arrived(each)}
        newest = {each["guid"]: each for each in reversed(tried)}
        missing = (each for guid, each in newest.items() if guid not in arrived)
        return Counter(each["status"] for each in missing), len(newest)

    async def send_again(self, delivery: int) -> None:
        """Have it sent again, under its own id; one that is gone by now is no error."""
        also = (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
        path = ("app", "hook", "deliveries", delivery, "attempts")
        await self._app.itself("redeliver", "POST", *path, also=also)

    async def _attempts(self, since: datetime) -> list[dict[str, Any]]:
        """Every attempt since then, the newest first."""
        found: list[dict[str, Any]] = []
        query: dict[str, str | int] = {"per_page": _PER_PAGE}
        for _ in range(_MOST_PAGES):
            answer = await self._app.itself(
                "list_deliveries", "GET", "app", "hook", "deliveries", query=query
            )
            recent = [each for each in answer.data if datetime.fromisoformat(each["delivered_at"]) >= since]
            found += recent
            cursor = _cursor(answer)
            if cursor is None or len(recent) < len(answer.data):
                break
            query = {"per_page": _PER_PAGE, "cursor": cursor}
        return found


def _is_arrived(attempt: Mapping[str, Any]) -> bool:
    return attempt["status_code"] in range(200, 300)


def _cursor(answer: Answer) -> str | None:
    """Where the next page begins."""
    links = answer.headers.get("Link", answer.headers.get("link", ""))
    nexts = [part for part in links.split(",") if 'rel="next"' in part]
    if not nexts:
        return None
    url = nexts[0].partition("<")[2].partition(">")[0]
    return parse_qs(urlsplit(url).query).get("cursor", [None])[0]
