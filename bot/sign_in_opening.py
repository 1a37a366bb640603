"""Signing in, made from what a bot at work has; and what keeps it from being set up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from bot.application.signing_in import SignIn
from bot.application.user_tokens import UserTokens
from bot.infrastructure.browser_secrets import BrowserSecrets
from bot.infrastructure.cache import UntilItEnds
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_people import Client, GitHubPeople
from bot.infrastructure.pooling import session_of
from bot.infrastructure.resilience import Policy
from bot.infrastructure.slack_tickets import SlackTickets
from bot.infrastructure.user_tokens import UserTokenStore
from bot.session_records import Membership
from bot.setting_slack import hears
from bot.settings import Settings
from bot.storage import Storage
from bot.web.api_door import ApiDoor
from bot.web.auth import PREFIX, AuthDoor
from bot.web.browser import Browsers
from bot.web.nearness import is_loopback
from bot.web.slack_link import SlackLinkDoor
from bot.wiring import Bot

MEMBER_SECONDS: Final = 60.0
MOST_PEOPLE: Final = 10_000
CALLBACK: Final = f"{PREFIX}/callback"


def why_not(settings: Settings) -> str | None:
    """What is missing for people to sign in; None where nothing is."""
    if not (settings.github_client_id and settings.github_client_secret):
        return "nobody can sign in: GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET are not set"
    address = urlsplit(settings.address)
    if address.scheme != "https" and not is_loopback(address.hostname or ""):
        return f"nobody can sign in: {settings.address} is not reached over TLS, and cookies have to be"
    return None


@asynccontextmanager
async def sign_in(settings: Settings, bot: Bot | None) -> AsyncIterator[SignIn | None]:
    """Signing in at the bot's GitHub; None where it is not set up, or nothing is."""
    if bot is None or why_not(settings) is not None:
        yield None
        return
    async with signing_with(settings, bot.stored, bot.app, bot.guards["github"]) as signing:
        yield signing


@asynccontextmanager
async def signing_with(
    settings: Settings, stored: Storage, app: GitHubApp, guard: Policy
) -> AsyncIterator[SignIn]:
    """Signing in, on what is kept and what is asked."""
    async with session_of("http_sign_in", settings.pool_sizes.http, stored.pools) as session:
        people = GitHubPeople(session, app, client_of(settings), guard, stored.clock)
        seen: UntilItEnds[int, tuple[Membership, ...]] = UntilItEnds(
            size=MOST_PEOPLE, seconds=lambda _: MEMBER_SECONDS
        )
        yield SignIn(
            issuer=settings.github_url,
            sessions=stored.sessions,
            tokens=UserTokens(
                store=UserTokenStore(stored.database, stored.crypto, settings.github_url),
                renew=people.renew,
                end_all=stored.sessions.end_all,
                clock=stored.clock,
            ),
            people=people,
            seen=seen,
            clock=stored.clock,
            owners=frozenset(settings.allowed_owners),
            own_account=app.owner,
        )


def client_of(settings: Settings) -> Client:
    """This App as people sign in through it."""
    secret = settings.github_client_secret
    return Client(
        id=settings.github_client_id or "",
        secret=secret.get_secret_value() if secret else "",
        github_url=settings.github_url,
        api_url=settings.github_api_url,
        comes_back_to=f"{settings.address}{CALLBACK}",
    )


def auth_door(
    settings: Settings, bot: Bot | None, signing: SignIn | None, api: ApiDoor | None
) -> AuthDoor | None:
    """The door of it; none where nothing is set up yet."""
    if bot is None or api is None:
        return None
    return AuthDoor(
        guards=api.guards,
        browsers=browsers_of(settings, bot.stored.crypto),
        seals=BrowserSecrets(bot.stored.crypto),
        signing=signing,
    )


def slack_link_door(
    settings: Settings, bot: Bot | None, signing: SignIn | None, api: ApiDoor | None
) -> SlackLinkDoor | None:
    """Where Slack accounts are linked; none where there is no Slack app, or nothing is set up yet."""
    if bot is None or api is None or not hears(settings.slack_signing_secret, settings.slack_app_token):
        return None
    return SlackLinkDoor(
        guards=api.guards,
        browsers=browsers_of(settings, bot.stored.crypto),
        signing=signing,
        tickets=SlackTickets(bot.stored.crypto),
        kept=bot.stored,
        used=bot.stored.sessions,
    )


def browsers_of(settings: Settings, crypto: Crypto) -> Browsers:
    """How browsers are known here."""
    return Browsers(address=settings.address, csrf_of=BrowserSecrets(crypto).csrf_of)
