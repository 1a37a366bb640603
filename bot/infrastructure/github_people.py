"""GitHub as people sign in at it: codes and tokens, who somebody is, and where they find this App."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from bot.infrastructure.clock import Clock
from bot.infrastructure.github import GitHubApp
from bot.infrastructure.github_wire import API_VERSION, REQUESTER, body_of
from bot.infrastructure.resilience import Policy
from bot.records import Actor, StepFailed, Unavailable
from bot.session_records import Membership, UserTokens

_PER_PAGE: Final = 100
_MOST_PAGES: Final = 10
# What GitHub says of what it is shown; anything else it says is about this App, which people cannot mend.
_REFUSED: Final[Mapping[str, str]] = {
    "bad_verification_code": "code_refused",
    "bad_refresh_token": "refresh_refused",
    "unverified_user_email": "email_unverified",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """This App as its people sign in through it, and where GitHub sends them back to."""

    id: str
    secret: str = field(repr=False)
    github_url: str
    api_url: str
    comes_back_to: str


class GitHubPeople:
    """Each call is made once: a code and what renews a token are good once."""

    def __init__(
        self, session: aiohttp.ClientSession, app: GitHubApp, client: Client, guard: Policy, clock: Clock
    ) -> None:
        self._session, self._app, self._client, self._guard, self._clock = session, app, client, guard, clock

    def page(self, *, state: str, challenge: str) -> str:
        """The address at which a person consents."""
        asked = {
            "client_id": self._client.id,
            "redirect_uri": self._client.comes_back_to,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._client.github_url}/login/oauth/authorize?{urlencode(asked)}"

    async def exchange(self, code: str, *, verifier: str) -> UserTokens:
        """The tokens for a code. Raises StepFailed, Unavailable."""
        back = self._client.comes_back_to
        return await self._given("exchange_code", code=code, code_verifier=verifier, redirect_uri=back)

    async def renew(self, refresh: str) -> UserTokens:
        """Another pair; the old one is worth nothing then. Raises StepFailed, Unavailable."""
        return await self._given("renew_token", grant_type="refresh_token", refresh_token=refresh)

    async def person(self, access: str) -> Actor:
        """Whose token it is. Raises StepFailed, Unavailable."""
        answer = await self._app.for_person("who_is_it", "user", token=access)
        return Actor(id=answer.data["id"], login=answer.data["login"])

    async def memberships(self, access: str, person: Actor) -> tuple[Membership, ...]:
        """Where the person finds this App, if it is at work there. Raises StepFailed, Unavailable."""
        found: list[Membership] = []
        for page in range(1, _MOST_PAGES + 1):
            answer = await self._app.for_person(
                "list_own_installations",
                *("user", "installations"),
                token=access,
                person=person.id,
                query={"per_page": _PER_PAGE, "page": page},
            )
            found += [_membership(each) for each in answer.data["installations"] if self._is_at_work(each)]
            if not answer.more:
                break
        return tuple(found)

    def _is_at_work(self, installation: Mapping[str, Any]) -> bool:
        is_ours = installation["app_id"] == self._app.id
        return (
            is_ours and installation.get("suspended_at") is None and installation.get("account") is not None
        )

    async def take_back(self, access: str) -> None:
        """From now on the token opens nothing at GitHub. Raises StepFailed, Unavailable."""
        await self._guard.call("take_token_back", partial(self._taken_back, access))

    async def _taken_back(self, access: str) -> None:
        password = b64encode(f"{self._client.id}:{self._client.secret}".encode()).decode()
        headers = {
            "Authorization": f"Basic {password}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": API_VERSION,
        }
        address = f"{self._client.api_url}/applications/{self._client.id}/token"
        status, _ = await self._sent("DELETE", address, headers, json={"access_token": access})
        # 422 is what GitHub says of a token that is none any more.
        if status not in {HTTPStatus.NO_CONTENT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise StepFailed("github_refused", f"take_token_back: status {status}")

    async def _given(self, what: str, **asked: str) -> UserTokens:
        return await self._guard.call(what, partial(self._asked, what, asked))

    async def _asked(self, what: str, asked: Mapping[str, str]) -> UserTokens:
        known = {"client_id": self._client.id, "client_secret": self._client.secret}
        address = f"{self._client.github_url}/login/oauth/access_token"
        status, body = await self._sent(
            "POST", address, {"Accept": "application/json"}, data={**known, **asked}
        )
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Unavailable("github_broken", f"{what}: status {status}")
        said = _read(body)
        if said is None:
            raise Unavailable("github_unreadable", f"{what}: status {status}")
        if "access_token" not in said:
            error = str(said.get("error", ""))
            # What it says beside is not passed on: it is an answer to a request that holds secrets.
            raise StepFailed(_REFUSED.get(error, "sign_in_misconfigured"), what)
        return _tokens(said, self._clock.now())

    async def _sent(
        self, method: str, address: str, headers: Mapping[str, str], **body: Any
    ) -> tuple[int, bytes]:
        try:
            async with self._session.request(
                method,
                URL(address),
                headers={"User-Agent": REQUESTER, **headers},
                allow_redirects=False,
                **body,
            ) as response:
                return response.status, await body_of(response)
        except aiohttp.ClientError as error:
            trouble = type(error).__name__
        # Raised out here, the failure does not carry the request with its secrets along.
        raise Unavailable("github_unreachable", trouble)


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _tokens(said: Mapping[str, Any], now: datetime) -> UserTokens:
    """The pair; an App that opted out of it has a token that does not end, and nothing that renews it."""
    refresh = said.get("refresh_token")
    return UserTokens(
        access=str(said["access_token"]),
        refresh=None if refresh is None else str(refresh),
        access_until=_until(said.get("expires_in"), now),
        refresh_until=_until(said.get("refresh_token_expires_in"), now),
    )


def _until(seconds: Any, now: datetime) -> datetime | None:
    return None if seconds is None else now + timedelta(seconds=int(seconds))


def _membership(installation: Mapping[str, Any]) -> Membership:
    account = installation["account"]
    return Membership(
        installation_id=installation["id"],
        account_id=account["id"],
        account=account.get("login") or account.get("slug", ""),
    )
