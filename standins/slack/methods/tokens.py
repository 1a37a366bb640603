"""oauth.v2.access and auth.*: a code becomes a token, a token is renewed, asked about, and taken back."""

from typing import Any

from standins.slack.authorizing import NotGranted
from standins.slack.call import Call
from standins.slack.installing import install
from standins.slack.state import Installation, Token, User
from standins.slack.world import Refused


def connect(call: Call) -> dict[str, Any]:
    """Where the app opens a connection of Socket Mode."""
    return {"url": call.world.sockets.address(call.world.url)}


def access(call: Call) -> dict[str, Any]:
    """A token for a code, or another for what renews one; the client proves itself. Raises Refused."""
    app = call.world.app
    client, secret = call.basic or (call.text("client_id"), call.text("client_secret"))
    if client != app.client_id:
        raise Refused("invalid_client_id")
    if secret != app.client_secret:
        raise Refused("bad_client_secret")
    if call.text("grant_type") == "refresh_token":
        return _told(call, _renewed(call))
    if call.text("grant_type"):
        raise Refused("invalid_grant_type")
    try:
        code = call.world.authorizations.exchanged(
            call.text("code"), call.arguments.get("redirect_uri"), call.now()
        )
    except NotGranted as no:
        raise Refused(no.error) from None
    installation = install(call.world, code.person, code.scopes)
    return _told(call, _minted(call, installation), code.person)


def _renewed(call: Call) -> Token:
    """Another pair; what renews it is good once, and the old token until its own end."""
    given = call.text("refresh_token")
    old = next((each for each in call.world.tokens.values() if each.refresh == given), None)
    if not given or old is None or old.revoked:
        raise Refused("invalid_refresh_token")
    old.refresh = None
    call.world.note("token.renewed", old.installation.team, old.installation.bot)
    return _minted(call, old.installation)


def _minted(call: Call, installation: Installation) -> Token:
    token = call.world.authorizations.minted(installation, rotates=call.world.app.rotates, now=call.now())
    call.world.tokens[token.value] = token
    return token


def _told(call: Call, token: Token, person: User | None = None) -> dict[str, Any]:
    of = token.installation
    told: dict[str, Any] = {
        "access_token": token.value,
        "token_type": "bot",
        "scope": ",".join(of.scopes),
        "bot_user_id": of.bot.id,
        "app_id": call.world.app.id,
        "team": {"id": of.team.id, "name": of.team.name},
        "enterprise": _enterprise(of),
        "is_enterprise_install": False,
    }
    if token.expires_at is not None:
        seconds = round((token.expires_at - call.now()).total_seconds())
        told |= {"expires_in": seconds, "refresh_token": token.refresh}
    return told | ({"authed_user": {"id": person.id}} if person else {})


def _enterprise(of: Installation) -> dict[str, Any] | None:
    if of.team.enterprise is None:
        return None
    return {"id": of.team.enterprise, "name": of.team.enterprise_name}


def test(call: Call) -> dict[str, Any]:
    """Whose token it is."""
    bot = call.bot
    return {
        "url": f"https://{bot.team.domain}.slack.com/",
        "team": bot.team.name,
        "user": bot.name,
        "team_id": bot.team.id,
        "user_id": bot.id,
        "bot_id": bot.bot_id,
        "is_enterprise_install": False,
    }


def revoke(call: Call) -> dict[str, Any]:
    """The token is good no more; with `test` nothing happens."""
    if call.flag("test"):
        return {"revoked": False}
    if call.token is not None:
        call.token.revoked = True
        call.world.note("token.revoked", call.bot.team, call.bot)
    return {"revoked": True}
