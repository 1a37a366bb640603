"""The App's webhook as it is set up at GitHub."""

from dataclasses import dataclass
from http import HTTPStatus

from yarl import URL

from bot.infrastructure.github import GitHubApp


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """Where GitHub sends what happens, in which form, and whether it checks who is there."""

    url: str
    content_type: str
    checks_certificate: bool

    def leads_to(self, url: str) -> bool:
        """Whether it is this very address, however both are written."""
        here, there = URL(self.url), URL(url)
        return (str(here.origin()), here.raw_path_qs) == (str(there.origin()), there.raw_path_qs)


async def hook_of(app: GitHubApp) -> Hook | None:
    """The webhook, None where the App has none."""
    answer = await app.itself("read_hook", "GET", "app", "hook", "config", also=(HTTPStatus.NOT_FOUND,))
    if answer.status == HTTPStatus.NOT_FOUND or not answer.data.get("url"):
        return None
    return Hook(
        url=answer.data["url"],
        content_type=answer.data.get("content_type", "form"),
        checks_certificate=str(answer.data.get("insecure_ssl", "0")) == "0",
    )
