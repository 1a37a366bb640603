"""Slack, made from what a bot at work has: the way out, installing, and what keeps it from being set up."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from bot.application.slack_access import InstalledAccess, OneWorkspace, SlackAccess
from bot.application.slack_hearing import Slack as Heard
from bot.application.slack_installing import ForgetInstallation, SlackInstalling, forget_installation
from bot.application.slack_saying import Speaking
from bot.domain.slack_addresses import is_slacks, is_slacks_file
from bot.infrastructure.browser_secrets import BrowserSecrets
from bot.infrastructure.crypto import Crypto
from bot.infrastructure.pooling import session_of
from bot.infrastructure.redaction import LiveSecrets
from bot.infrastructure.resilience import Policy
from bot.infrastructure.slack import SlackWindow
from bot.infrastructure.slack_answers import SlackAnswers
from bot.infrastructure.slack_consent import SlackClient, SlackConsent, who
from bot.infrastructure.slack_files import SlackFiles
from bot.infrastructure.slack_installations import SlackInstallations
from bot.infrastructure.slack_letters import SlackLetters
from bot.infrastructure.slack_states import SlackStates
from bot.infrastructure.slack_tickets import SlackTickets
from bot.infrastructure.slack_wire import SlackWire
from bot.setting_slack import hears
from bot.settings import Settings
from bot.slack_records import Installed, SlackTokens, Workspace
from bot.storage import Storage
from bot.web.api_door import ApiDoor
from bot.web.browser import Browsers
from bot.web.nearness import is_loopback
from bot.web.slack_installing import REDIRECT, SlackInstallDoor

# What renews a token lasts as long as the installation: this is how long no log shows one after it was seen.
HIDDEN_SECONDS: Final = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """The Slack app at work; `installing` and `installations` are there where it serves many workspaces."""

    wire: SlackWire
    access: SlackAccess
    window: SlackWindow
    answers: SlackAnswers
    files: SlackFiles
    installing: SlackInstalling | None = None
    installations: SlackInstallations | None = None


def why_not(settings: Settings) -> str | None:
    """What is missing for workspaces to install it; None where nothing is, or it serves one alone."""
    if settings.slack_client_id is None:
        return None
    address = urlsplit(settings.address)
    if address.scheme != "https" and not is_loopback(address.hostname or ""):
        return f"nobody can install it: {settings.address} is not reached over TLS, and cookies have to be"
    return None


def is_set_up(settings: Settings) -> bool:
    """Whether there is a way to speak to any workspace."""
    return settings.slack_bot_token is not None or settings.slack_client_id is not None


@asynccontextmanager
async def slack_at_work(
    settings: Settings, stored: Storage, guard: Policy, hidden: LiveSecrets
) -> AsyncIterator[Slack | None]:
    """The app on a session of its own; None where it is not set up."""
    if not is_set_up(settings):
        yield None
        return
    async with session_of("http_slack", settings.pool_sizes.http, stored.pools) as session:
        wire = SlackWire(session, guard, base_url=settings.slack_api_url)
        answers = SlackAnswers(session, guard, partial(is_slacks, api=settings.slack_api_url))
        files_for = partial(
            SlackFiles, session, guard, is_slacks=partial(is_slacks_file, api=settings.slack_api_url)
        )
        if settings.slack_bot_token is not None:
            token = settings.slack_bot_token.get_secret_value()
            one = OneWorkspace(token=token, who=partial(who, wire))
            window = SlackWindow(wire, one)
            yield Slack(wire=wire, access=one, window=window, answers=answers, files=files_for(one))
            return
        yield of_many(settings, stored, wire, answers, hidden, files_for)


def of_many(
    settings: Settings,
    stored: Storage,
    wire: SlackWire,
    answers: SlackAnswers,
    hidden: LiveSecrets,
    files_for: Callable[[SlackAccess], SlackFiles],
) -> Slack:
    """The app in every workspace that took it in."""
    client = client_of(settings)
    consent = SlackConsent(wire, client, stored.clock)
    installations = SlackInstallations(stored.database, stored.crypto, client.id)
    installing = SlackInstalling(
        states=SlackStates(stored.database, stored.crypto),
        consent=consent,
        installations=installations,
        clock=stored.clock,
        hide=partial(hide_installed, hidden),
    )
    access = InstalledAccess(
        installations=installations, renew=consent.renew, clock=stored.clock, hide=partial(hide, hidden)
    )
    return Slack(
        wire=wire,
        access=access,
        window=SlackWindow(wire, access),
        answers=answers,
        files=files_for(access),
        installing=installing if why_not(settings) is None else None,
        installations=installations,
    )


def heard_in(settings: Settings, stored: Storage, slack: Slack | None) -> Heard | None:
    """Slack as handlers know it; None where it is not set up."""
    if slack is None:
        return None
    return Heard(
        people=slack.window,
        channels=slack.window,
        answers=slack.answers,
        messages=slack.window,
        views=slack.window,
        directory=slack.window,
        files=slack.files,
        tickets=SlackTickets(stored.crypto),
        address=settings.address,
        named=frozenset(settings.slack_outsiders),
        forgets=None if slack.installations is None else partial(forgotten, slack.installations),
    )


async def forgotten(
    installations: SlackInstallations,
    workspace: Workspace,
    *,
    told_at: datetime,
    bots: frozenset[str] | None,
) -> bool:
    """Slack told that the app is gone there, or that these tokens are void. Raises Unavailable."""
    asked = ForgetInstallation(workspace=workspace, told_at=told_at, bots=bots)
    return await forget_installation(asked, installations)


def client_of(settings: Settings) -> SlackClient:
    """This app as workspaces install it."""
    secret = settings.slack_client_secret
    return SlackClient(
        id=settings.slack_client_id or "",
        secret=secret.get_secret_value() if secret else "",
        comes_back_to=f"{settings.address}{REDIRECT}",
    )


def slack_install_door(
    settings: Settings, crypto: Crypto, slack: Slack | None, api: ApiDoor
) -> SlackInstallDoor | None:
    """Where workspaces install it; none where there is no Slack app."""
    if not hears(settings.slack_signing_secret, settings.slack_app_token):
        return None
    return SlackInstallDoor(
        guards=api.guards,
        browsers=Browsers(address=settings.address, csrf_of=BrowserSecrets(crypto).csrf_of),
        installing=slack.installing if slack else None,
    )


def speaking(stored: Storage, slack: Slack | None) -> Speaking:
    """What saying something in Slack needs, where there is an app and where there is none."""
    return Speaking(
        letters=SlackLetters(stored.crypto),
        effects=stored.effects,
        messages=slack.window if slack else None,
    )


def hide(hidden: LiveSecrets, tokens: SlackTokens) -> None:
    """No log shows these."""
    for value in (tokens.access, tokens.refresh):
        if value is not None:
            hidden.add_for(HIDDEN_SECONDS, value)


def hide_installed(hidden: LiveSecrets, installed: Installed) -> None:
    """No log shows the tokens of it."""
    hide(hidden, installed.tokens)
