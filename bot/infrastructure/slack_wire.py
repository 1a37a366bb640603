"""The way to Slack's Web API, through its own library: one try each, what it says named, limits kept to."""

import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import cache, partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias, TypeVar

import aiohttp
from cachetools import TLRUCache

from bot.infrastructure.resilience import Policy
from bot.records import StepFailed, Unavailable

if TYPE_CHECKING:
    from slack_sdk.errors import SlackApiError
    from slack_sdk.web.async_client import AsyncWebClient

T = TypeVar("T")
Api: TypeAlias = "AsyncWebClient"
Say: TypeAlias = Callable[["AsyncWebClient"], Awaitable[Any]]

SCOPES: Final = "x-oauth-scopes"
"""What the token may, as the headers of every answer tell it; it stands beside what the answer says."""

OFFICIAL: Final = "https://slack.com/api/"
DEFAULT_WAIT_SECONDS: Final = 30.0
LONGEST_WAIT_SECONDS: Final = 3600.0  # it is asked again by then, whatever was told
MOST_WAITED_FOR: Final = 10_000
# What is Slack's own trouble: trying later may help.
PASSING: Final = frozenset((
    "fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org",
))  # fmt: skip
LIMITED: Final = frozenset(("ratelimited", "rate_limited"))
# Each has a code and words of its own; the codes begin with `slack_`.
NAMED: Final = frozenset((
    "account_inactive", "already_reacted", "cannot_unfurl_url", "cant_delete_message", "cant_update_message",
    "channel_not_found", "edit_window_closed", "exchanged_trigger_id", "expired_trigger_id", "file_not_found",
    "hash_conflict", "invalid_arguments", "invalid_auth", "invalid_blocks", "is_archived",
    "message_not_found", "missing_scope", "msg_blocks_too_long", "msg_too_long", "no_text", "not_authed",
    "not_in_channel", "restricted_action", "thread_not_found", "token_expired", "token_revoked",
    "user_disabled", "user_not_found", "user_not_in_channel",
))  # fmt: skip


class Limit(NamedTuple):
    """What Slack limits together: a method in a workspace, and for messages the channel."""

    tenant: str
    method: str
    channel: str = ""


class SlackWire:
    """One session for all workspaces; the library's own repetition is off.

    A call that comes before a limit is over does not go out: it is told how long to wait.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        policy: Policy,
        *,
        base_url: str = OFFICIAL,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session, self._policy, self.base_url, self._timer = session, policy, base_url, timer
        self._shut: TLRUCache[Limit, float] = TLRUCache(
            MOST_WAITED_FOR, ttu=lambda _limit, until, _now: until, timer=timer
        )

    async def ask(self, what: str, say: Say, *, limit: Limit, token: str | None = None) -> Mapping[str, Any]:
        """What Slack answers. Raises Unavailable: slack_rate_limited, slack_broken, slack_unreachable,
        slack_unreadable and the policy's; StepFailed: `slack_` and what it says, or slack_refused.
        """
        self._check_open(limit)
        attempt = partial(self._asked, say, limit, token)
        answer: Mapping[str, Any] = await self._policy.call(what, attempt, tenant=limit.tenant)
        return answer

    def _check_open(self, limit: Limit) -> None:
        until = self._shut.get(limit)
        if until is not None:
            raise _limited(until - self._timer())

    async def _asked(self, say: Say, limit: Limit, token: str | None) -> Mapping[str, Any]:
        from slack_sdk.errors import SlackApiError  # noqa: PLC0415  wanted only where there is a Slack app

        try:
            response = await say(self._client(token))
        except SlackApiError as error:
            trouble = self._named(error, limit)
        except aiohttp.ClientError as error:
            trouble = Unavailable("slack_unreachable", type(error).__name__)
        except (AttributeError, ValueError):  # the library takes it for granted that it is JSON, and which
            trouble = Unavailable("slack_unreadable", limit.method)
        else:
            if isinstance(response.data, dict):
                return {**response.data, SCOPES: response.headers.get("X-OAuth-Scopes", "")}
            trouble = Unavailable("slack_unreadable", limit.method)
        # Raised out here, the failure does not carry the request with its token along.
        raise trouble

    def _client(self, token: str | None) -> "AsyncWebClient":
        logger = logging.getLogger("slack_sdk")
        logger.setLevel(logging.WARNING)  # below that it logs what was sent and answered, tokens as well
        return _straight()(
            token, base_url=self.base_url, session=self._session, logger=logger, retry_handlers=[]
        )

    def _named(self, error: "SlackApiError", limit: Limit) -> StepFailed | Unavailable:
        """The failure as it is known here; nothing of Slack's answer but its code goes along."""
        status = getattr(error.response, "status_code", None)
        if status is None:
            return Unavailable("slack_unreadable", limit.method)
        said = error.response.data if isinstance(error.response.data, dict) else {}
        code = str(said.get("error") or "")
        if status == HTTPStatus.TOO_MANY_REQUESTS or code in LIMITED:
            return self._shut_for(limit, error.response.headers.get("Retry-After"))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in PASSING or not code:
            return Unavailable("slack_broken", f"{limit.method}: status {status}")
        if code in NAMED:
            return StepFailed(f"slack_{code}", _detail(said))
        return StepFailed("slack_refused", f"{limit.method}: {code[:60]}")

    def _shut_for(self, limit: Limit, told: str | None) -> Unavailable:
        """Until then nothing more of the kind goes out."""
        seconds = seconds_told(told)
        self._shut[limit] = self._timer() + seconds
        return _limited(seconds)


@cache
def _straight() -> "type[AsyncWebClient]":
    """The library's client, that is led nowhere else: what it sends holds tokens."""
    from slack_sdk.web.async_client import AsyncWebClient  # noqa: PLC0415  the same

    class Straight(AsyncWebClient):
        async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
            straight = {**req_args, "allow_redirects": False}
            return await super()._request(http_verb=http_verb, api_url=api_url, req_args=straight)

    return Straight


def seconds_told(told: str | None) -> float:
    """How long a limit holds, as its header says, within an hour."""
    is_number = told is not None and told.isascii() and told.isdigit()
    return min(float(told or 0), LONGEST_WAIT_SECONDS) if is_number else DEFAULT_WAIT_SECONDS


def taken(read: Callable[[Mapping[str, Any]], T], answer: Mapping[str, Any], what: str) -> T:
    """What an answer says. Raises Unavailable where it has not what Slack's always have."""
    try:
        return read(answer)
    except (AttributeError, LookupError, TypeError, ValueError, OverflowError):
        raise Unavailable("slack_unreadable", what) from None


def text_in(said: Mapping[str, Any], name: str) -> str:
    """A text that is always there. Raises LookupError, TypeError."""
    if not isinstance(text := said[name], str):
        raise TypeError(name)
    return text


def _limited(seconds: float) -> Unavailable:
    return Unavailable("slack_rate_limited", retry_after=max(1.0, math.ceil(seconds)))


def _detail(said: Mapping[str, Any]) -> str:
    """Which scope is missing, or what is wrong with which block: of our own making, and short."""
    about = said.get("response_metadata")
    messages = about.get("messages") if isinstance(about, Mapping) else None
    told = "; ".join(map(str, messages)) if isinstance(messages, list) else ""
    return str(said.get("needed") or told)[:300]
