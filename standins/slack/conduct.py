"""How a call of a method is taken: who asks, what they may, how often; then what the method does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from standins.slack import contract, scopes
from standins.slack.call import Call
from standins.slack.methods import chat, conversations, people, tokens, views
from standins.slack.state import Token
from standins.slack.world import Refused, World

METHODS: Final[Mapping[str, Callable[[Call], dict[str, Any]]]] = {
    "apps.connections.open": tokens.connect,
    "auth.revoke": tokens.revoke,
    "auth.test": tokens.test,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.get_permalink,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.unfurl": chat.unfurl,
    "chat.update": chat.update,
    "conversations.history": conversations.history,
    "conversations.info": conversations.info,
    "conversations.members": conversations.members,
    "conversations.open": conversations.open_,
    "conversations.replies": conversations.replies,
    "files.info": people.file_info,
    "oauth.v2.access": tokens.access,
    "reactions.add": people.react,
    "reactions.get": people.reactions,
    "team.info": people.team_info,
    "users.info": people.user_info,
    "users.list": people.user_list,
    "views.open": views.open_,
    "views.publish": views.publish,
    "views.push": views.push,
    "views.update": views.update,
}
WITHOUT_A_TOKEN: Final = frozenset(("oauth.v2.access",))
# These are asked with the app's own token, which is of no workspace; the description of 2021 lacks them.
OF_THE_APP: Final = frozenset(("apps.connections.open",))
# What an answer says of one who is not who they say.
STRANGE: Final = frozenset(("invalid_auth", "not_authed", "invalid_arg_name"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, read but not yet understood."""

    method: str
    arguments: dict[str, Any]
    bearer: str | None = None
    basic: tuple[str, str] | None = None
    stale: timedelta | None = None


@dataclass(slots=True, kw_only=True)
class Given:
    """What goes back."""

    body: dict[str, Any]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Conductor:
    """Takes calls, and holds both sides to the published description."""

    def __init__(self, world: World, methods: Mapping[str, contract.Method], *, validate: bool) -> None:
        self.world = world
        self.methods = methods
        self.validate = validate

    def take(self, asked: Asked) -> Given:
        """The answer, whatever the call is."""
        given = self._given(asked)
        described = self.methods.get(asked.method) if asked.method in METHODS else None
        if self.validate and described is not None:
            self.world.violations += described.faults_of(given.body)
        if given.body.get("error") in STRANGE:
            self.world.violations.append(f"{asked.method}: {given.body['error']}")
        return given

    def _given(self, asked: Asked) -> Given:
        try:
            return self._carried_out(asked)
        except Refused as no:
            body = {"ok": False, "error": no.error, **no.more}
            return Given(body=body, status=no.status, headers=no.headers)

    def _carried_out(self, asked: Asked) -> Given:
        act = METHODS.get(asked.method)
        if act is None:
            self.world.violations.append(f"{asked.method}: no such method is played")
            raise Refused("unknown_method", req_method=asked.method)
        arguments = dict(asked.arguments)
        bearer = asked.bearer or arguments.pop("token", None)
        call = Call(
            world=self.world,
            method=asked.method,
            arguments=arguments,
            basic=asked.basic,
            stale=asked.stale,
        )
        if asked.method in OF_THE_APP:
            if bearer != self.world.sockets.token:
                raise Refused("invalid_auth" if bearer else "not_authed")
        elif asked.method not in WITHOUT_A_TOKEN:
            call.token = self._token(bearer)
        headers = self._admitted(call)
        return Given(body={"ok": True, **act(call)}, headers=headers)

    def _token(self, bearer: str | None) -> Token:
        """Raises Refused."""
        if not bearer:
            raise Refused("not_authed")
        token = self.world.tokens.get(bearer)
        if token is None:
            raise Refused("invalid_auth")
        if token.revoked:
            raise Refused("token_revoked")
        if token.installation.bot.deleted:
            raise Refused("account_inactive")
        if token.expires_at is not None and token.expires_at <= self.world.now():
            raise Refused("token_expired")
        return token

    def _admitted(self, call: Call) -> dict[str, str]:
        """The headers of the answer. Raises Refused."""
        if call.token is None:
            self._check_arguments(call)
            return {}
        self._check_rate(call)
        self._check_arguments(call)
        return self._check_scope(call)

    def _check_rate(self, call: Call) -> None:
        wait = self.world.rates.wait(
            call.method, team=call.bot.team.id, channel=call.text("channel"), now=self.world.now()
        )
        if wait is not None:
            refused = Refused("ratelimited")
            refused.status, refused.headers = 429, {"Retry-After": str(wait)}
            raise refused

    def _check_arguments(self, call: Call) -> None:
        described = self.methods[call.method]
        if unknown := sorted(call.arguments.keys() - described.arguments):
            raise Refused("invalid_arg_name", response_metadata={"messages": unknown})
        if absent := sorted(described.required - call.arguments.keys()):
            words = [f"[ERROR] missing required field: {each}" for each in absent]
            raise Refused("invalid_arguments", response_metadata={"messages": words})

    def _check_scope(self, call: Call) -> dict[str, str]:
        channel = self.world.channels.get(call.text("channel"))
        needed, provided = scopes.needed(call.method, channel), call.installation.scopes
        shown = {"X-OAuth-Scopes": ",".join(provided)}
        if needed is None:
            return shown
        if needed not in provided:
            raise Refused("missing_scope", needed=needed, provided=",".join(provided))
        return shown | {"X-Accepted-OAuth-Scopes": needed}
