"""Where the App is installed, as GitHub knows it."""

from dataclasses import dataclass
from typing import Final

from bot.infrastructure.github import GitHubApp

_PER_PAGE: Final = 100
_MOST_PAGES: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An installation, and the account that it is on."""

    id: int
    account_id: int
    account: str
    is_suspended: bool


async def installed(app: GitHubApp) -> list[Installed]:
    """Every installation of the App."""
    found: list[Installed] = []
    for page in range(1, _MOST_PAGES + 1):
        query: dict[str, str | int] = {"per_page": _PER_PAGE, "page": page}
        answer = await app.itself("list_installations", "GET", "app", "installations", query=query)
        found += [
            Installed(
                id=each["id"],
                account_id=each["account"]["id"],
                account=each["account"]["login"],
                is_suspended=each.get("suspended_at") is not None,
            )
            for each in answer.data
        ]
        if not answer.more:
            break
    return found


async def accounts_of(app: GitHubApp) -> list[str]:
    """The accounts that the App is installed on, and not suspended."""
    return [each.account for each in await installed(app) if not each.is_suspended]
