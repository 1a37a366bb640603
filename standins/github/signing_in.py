"""GitHub's pages for signing in: where a person consents, and where a code becomes a token."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web

from standins.github.authorizing import REFRESH_LIFE, NotGranted, UserToken
from standins.github.world import World

AUTHORIZE: Final = "/login/oauth/authorize"
EXCHANGE: Final = "/login/oauth/access_token"
DOCUMENTATION: Final = "https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps"
CHALLENGE_CHARACTERS: Final = 43


def is_sign_in(path: str) -> bool:
    return path in {AUTHORIZE, EXCHANGE}


async def sign_in(world: World, request: web.Request) -> web.Response:
    """The page, or the exchange."""
    if (request.method, request.path) == ("GET", AUTHORIZE):
        return _authorize(world, request.query)
    if (request.method, request.path) == ("POST", EXCHANGE):
        return await _exchange(world, request)
    return web.Response(status=404)


def _authorize(world: World, asked: Mapping[str, str]) -> web.Response:
    """Whoever sits at the browser consents at once, and is sent back with a code."""
    if asked.get("client_id") != world.app.client_id:
        return web.Response(status=404, text="Not Found")
    state, registered = asked.get("state", ""), sorted(world.app.callback_urls)
    back = asked.get("redirect_uri") or registered[0]
    if back not in registered:
        mismatch = "The redirect_uri MUST match the registered callback URL for this application."
        return _sent_back(
            registered[0], error="redirect_uri_mismatch", error_description=mismatch, state=state
        )
    challenge, method = asked.get("code_challenge"), asked.get("code_challenge_method")
    if (challenge is None) != (method is None) or method not in {None, "S256"}:
        return web.Response(status=400, text="code_challenge_method must be S256")
    if challenge is not None and len(challenge) != CHALLENGE_CHARACTERS:
        return web.Response(status=400, text="code_challenge must have 43 characters")
    login = world.authorizations.at_the_browser
    if login is None:
        denied = "The user has denied your application access."
        return _sent_back(back, error="access_denied", error_description=denied, state=state)
    code = world.authorizations.consented(world.account(login), back, challenge, world.now())
    return _sent_back(back, code=code, state=state)


def _sent_back(to: str, **said: str) -> web.Response:
    return web.Response(status=302, headers={"Location": f"{to}?{urlencode(said)}"})


async def _exchange(world: World, request: web.Request) -> web.Response:
    """As GitHub does it, with status 200 also where it says no."""
    asked = await _asked(request)
    try:
        said = _told(_granted(world, asked), world.authorizations.token_life)
    except NotGranted as no:
        said = {
            "error": no.code,
            "error_description": no.description,
            "error_uri": f"{DOCUMENTATION}/#{no.code.replace('_', '-')}",
        }
    if "json" in request.headers.get("Accept", ""):
        return web.json_response(said)
    return web.Response(text=urlencode(said), content_type="application/x-www-form-urlencoded")


async def _asked(request: web.Request) -> Mapping[str, Any]:
    """What is asked, as a form or as JSON."""
    if request.content_type == "application/json":
        given: Mapping[str, Any] = await request.json()
        return given
    return {name: str(value) for name, value in (await request.post()).items()}


def _granted(world: World, asked: Mapping[str, Any]) -> UserToken:
    if (asked.get("client_id"), asked.get("client_secret")) != (world.app.client_id, world.app.client_secret):
        raise NotGranted(
            "incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect."
        )
    if asked.get("grant_type") == "refresh_token":
        return world.authorizations.renewed(str(asked.get("refresh_token")), world.now())
    code, back = str(asked.get("code")), str(asked.get("redirect_uri"))
    return world.authorizations.exchanged(code, back, asked.get("code_verifier"), world.now())


def _told(token: UserToken, life: timedelta) -> dict[str, Any]:
    """The pair, and for how many seconds each is good."""
    return {
        "access_token": token.value,
        "expires_in": int(life.total_seconds()),
        "refresh_token": token.refresh,
        "refresh_token_expires_in": int(REFRESH_LIFE.total_seconds()),
        "scope": "",
        "token_type": "bearer",
    }
