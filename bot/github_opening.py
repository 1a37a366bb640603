"""The GitHub App, made from the settings and what a bot at work has."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from bot.credentials import AppCredentials
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.pooling import session_of
from bot.infrastructure.redaction import LiveSecrets
from bot.infrastructure.resilience import Policy
from bot.settings import Settings
from bot.storage import Storage

TOKEN_SECONDS: Final = 3600.0


@asynccontextmanager
async def github_app(
    settings: Settings,
    credentials: AppCredentials,
    guard: Policy,
    hidden: LiveSecrets,
    stored: Storage | None = None,
) -> AsyncIterator[GitHubApp]:
    """The App, on a session of its own; no log shows a token of it while the token lasts."""
    pools = stored.pools if stored else {}
    async with session_of("http_github", settings.pool_sizes.http, pools) as session:
        yield GitHubApp(
            session,
            app_id=int(credentials.app_id),
            private_key=credentials.private_key,
            policy=guard,
            base_url=settings.github_api_url,
            shared=stored.shared if stored else None,
            # No token lasts longer; how long this one does is a guess where GitHub's answer has no date.
            minted=lambda grant: hidden.add_for(max(grant.seconds, TOKEN_SECONDS), grant.token),
        )
