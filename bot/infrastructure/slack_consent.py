"""Slack's OAuth: the page where a workspace takes the app in, what its code becomes, and what renews that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from bot.infrastructure.clock import Clock
from bot.infrastructure.slack_scopes import SCOPES
from bot.infrastructure.slack_wire import SCOPES as GRANTED
from bot.infrastructure.slack_wire import Limit, SlackWire, taken, text_in
from bot.records import StepFailed
from bot.slack_records import Installed, SlackTokens, Workspace

METHOD: Final = "oauth.v2.access"
# What Slack says of what it is shown; anything else it says is about this app, which people cannot mend.
_REFUSED: Final[Mapping[str, str]] = {
    "code_already_used": "code_refused",
    "invalid_code": "code_refused",
    "invalid_refresh_token": "slack_refresh_refused",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackClient:
    """This app as workspaces take it in, and where Slack sends people back to."""

    id: str
    secret: str = field(repr=False)
    comes_back_to: str


class SlackConsent:
    """Each call is made once: a code and what renews a token are good once."""

    def __init__(self, wire: SlackWire, client: SlackClient, clock: Clock) -> None:
        self._wire, self._client, self._clock = wire, client, clock

    def page(self, *, state: str) -> str:
        """The address at which a person consents."""
        asked = {
            "client_id": self._client.id,
            "scope": ",".join(SCOPES),
            "redirect_uri": self._client.comes_back_to,
            "state": state,
        }
        return f"{self._wire.base_url.removesuffix('api/')}oauth/v2/authorize?{urlencode(asked)}"

    async def exchange(self, code: str) -> Installed:
        """The app in a workspace, for a code. Raises StepFailed, Unavailable."""
        said = await self._given("exchange_code", code=code, redirect_uri=self._client.comes_back_to)
        return taken(lambda it: installed_of(it, self._clock.now()), said, METHOD)

    async def renew(self, refresh: str) -> SlackTokens:
        """Another pair; what renewed it is worth nothing then. Raises StepFailed, Unavailable."""
        said = await self._given("renew_token", grant_type="refresh_token", refresh_token=refresh)
        return taken(lambda it: _tokens(it, self._clock.now()), said, METHOD)

    async def _given(self, what: str, **asked: str) -> Mapping[str, Any]:
        try:
            return await access(self._wire, what, self._client, asked)
        except StepFailed as no:
            said = no.detail.removeprefix(f"{METHOD}: ")
        raise StepFailed(_REFUSED.get(said, "slack_misconfigured"), what)


async def access(
    wire: SlackWire, what: str, client: SlackClient, asked: Mapping[str, str]
) -> Mapping[str, Any]:
    """What this app is given for what it shows. Raises StepFailed, Unavailable.

    Sent as a form: the library's own way would use what its aiohttp is about to drop.
    """
    form = {"client_id": client.id, "client_secret": client.secret, **asked}
    return await wire.ask(what, lambda api: api.api_call(METHOD, data=form), limit=Limit("", METHOD))


async def who(wire: SlackWire, token: str) -> Installed:
    """Whose token it is, where the operator gave one. Raises StepFailed, Unavailable."""
    limit = Limit("", "auth.test")
    said = await wire.ask("who_is_it", lambda api: api.auth_test(), limit=limit, token=token)
    return taken(lambda it: _operators(it, token), said, limit.method)


def _operators(said: Mapping[str, Any], token: str) -> Installed:
    return Installed(
        workspace=Workspace(team=text_in(said, "team_id")),
        name=text_in(said, "team"),
        bot_user=text_in(said, "user_id"),
        scopes=frozenset(each.strip() for each in said[GRANTED].split(",")),
        tokens=SlackTokens(access=token),
    )


def installed_of(said: Mapping[str, Any], now: datetime) -> Installed:
    """As Slack tells it; where a whole grid takes the app in, there is no workspace."""
    enterprise = said.get("enterprise") or {}
    org_wide = bool(said.get("is_enterprise_install"))
    team = said.get("team") or {}
    place, name = (enterprise, enterprise.get("name")) if org_wide else (team, team.get("name"))
    return Installed(
        workspace=Workspace(team=text_in(place, "id"), enterprise=enterprise.get("id")),
        name=str(name or place["id"]),
        bot_user=text_in(said, "bot_user_id"),
        scopes=frozenset(said.get("scope", "").split(",")),
        tokens=_tokens(said, now),
        org_wide=org_wide,
    )


def _tokens(said: Mapping[str, Any], now: datetime) -> SlackTokens:
    """The pair; an app that opted out of rotation has a token that does not end."""
    seconds = said.get("expires_in")
    return SlackTokens(
        access=text_in(said, "access_token"),
        refresh=said.get("refresh_token"),
        until=None if seconds is None else now + timedelta(seconds=int(seconds)),
    )
