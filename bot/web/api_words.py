"""What the API says when it refuses: what is wrong, and what to do next."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.domain.api_keys import SCOPES
from bot.domain.key_rights import MOST_KEYS, MOST_LATELY
from bot.domain.policy import Permission

KEY: Final[Mapping[str, str]] = {
    "no_key": "send your key as `Authorization: Bearer ccb_...`; the operator makes one",
    "key_malformed": "that is no key of this bot's: copy the whole of it, from ccb_ on",
    "key_mistyped": "a character of that key is wrong or missing: copy it anew",
    "key_unknown": "this bot does not know that key: ask the operator for one",
    "key_expired": "that key has ended: ask the operator for a new one",
    "key_revoked": "that key was revoked: ask the operator for a new one",
    "token_invalid": "that is no token of this bot's, or none for this API: ask /auth/token for one",
    "token_expired": "that token has ended: renew it at /auth/token",
    "token_revoked": "what that token was made of is revoked, or over: ask /auth/token for another",
    "session_over": "you are not signed in, or no more: sign in again at /auth/login",
}
KEY_IN_ADDRESS: Final = (
    "send a key in the header Authorization and never in an address, where it ends up in logs; "
    "have this one revoked"
)
NOT_FOUND: Final = "there is no such address; /api/v1/openapi.json lists those there are"
NO_INTEGRATION: Final = "there is no integration of this id that you may see, or there was none at that time"
NO_REPOSITORY: Final = "there is no repository of this name that the App is installed on and you may see"
NO_IF_MATCH: Final = "say in If-Match which state of it you saw: the ETag of GET"
NO_SUCH_KEY: Final = "there is no key of this id that is yours; /api/v1/keys lists those that are"
TOO_MANY_KEYS: Final = (
    f"{MOST_KEYS} keys of yours count here already, or {MOST_LATELY} did within the hour: revoke one that is "
    "not needed any more, or wait; /api/v1/keys lists them"
)
NOT_OWNER: Final = (
    "that is for the owners of the account alone, of whom GitHub does not list you as one now; "
    "the operator can do it on the command line"
)
BLIND: Final = (
    "whether you own the account GitHub does not let this App know: grant it `members: read`, "
    "or let the operator do it on the command line"
)
NO_TENANT: Final = "this key belongs to no installation: ask the operator for a new one"
BAD_CURSOR: Final = "this cursor is not of this list: begin without one, and keep the filters between pages"
BAD_EVENT_ID: Final = "there is no such event of this integration: begin without Last-Event-ID and `after`"
TOO_MANY_STREAMS: Final = "you follow as much as one caller may: end a stream first"
STREAMS_FULL: Final = "as many streams are open here as there may be: wait as long as Retry-After says"
BODY: Final = "a question to the API has no body: leave it out"
TOO_LONG: Final = "that is too long: an order to the API has at most 256 KiB"
NO_LENGTH: Final = "say how long the body is, in Content-Length; it is 0 where there is none"
NO_PARAMETERS: Final = "say it in the body: an order has no parameters in its address"
NOT_JSON: Final = "send one object of JSON, as UTF-8, with `Content-Type: application/json`"
KEY_REUSED: Final = (
    "this Idempotency-Key names another order of yours already: give each order a key of its own"
)
UNDER_WAY: Final = "this very order is being carried out: ask again when Retry-After says"
BAD_ORDER_KEY: Final = (
    "give one Idempotency-Key, of 1 to 255 printable characters of ASCII without blanks, such as a UUID"
)
TOO_MANY: Final = "too many requests: wait as long as Retry-After says"


def lacks(permission: str) -> str:
    """What the key does not allow."""
    return f"this key does not allow {permission}: ask the operator for one that does"


def unknown_scope(scope: str) -> str:
    """Which there are."""
    return f"scopes: there is no scope {scope}; there are {', '.join([*SCOPES, *Permission])}"


def beyond(permissions: list[str]) -> str:
    """What is not the asker's to give."""
    said = ", ".join(permissions)
    return f"you do not have {said} yourself, by what you ask with and by what GitHub says now: leave it out"


def outlasts(until: datetime) -> str:
    """How long it may last."""
    return f"what you ask with ends on {until:%Y-%m-%d}: say fewer days, or leave days out"


def given_twice(names: list[str]) -> str:
    """Parameters of which it is not said which counts."""
    return f"say {', '.join(names)} once"


def bad_parameters(faults: list[tuple[str, str]]) -> str:
    """Each parameter that cannot be taken, or all of them together, and why; nothing given is repeated."""
    return "; ".join(f"{name}: {why}" if name else why for name, why in faults)
