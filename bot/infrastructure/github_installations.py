"""Where the App is installed, as GitHub knows it."""

from typing import Final

from bot.infrastructure.github import GitHubApp

_PER_PAGE: Final = 100
_MOST_PAGES: Final = 30


async def accounts_of(app: GitHubApp) -> list[str]:
    """The accounts that the App is installed on, and not suspended."""
    found: list[str] = []
    for page in range(1, _MOST_PAGES + 1):
        query: dict[str, str | int] = {"per_page": _PER_PAGE, "page": page}
        answer = await app.itself("list_installations", "GET", "app", "installations", query=query)
        found += [each["account"]["login"] for each in answer.data if each.get("suspended_at") is None]
        if not answer.more:
            break
    return found
