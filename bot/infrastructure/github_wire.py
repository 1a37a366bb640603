"""Requests to GitHub, one at a time: under the policy, at the installation's pace, asked again by ETag."""

import asyncio
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import aiohttp
from gidgethub import sansio
from yarl import URL

from bot.infrastructure.cache import Page, Pages, SharedPages
from bot.infrastructure.github_answers import JSON, Answer, Raw, read, wait_seconds
from bot.infrastructure.github_graphql import address_of
from bot.infrastructure.github_pacing import Lane
from bot.infrastructure.resilience import Policy
from bot.infrastructure.shared import Shared
from bot.records import StepFailed, Unavailable

REQUESTER: Final = "claude-code-bot"
API_VERSION: Final = "2022-11-28"

_CACHED_BYTES = 16 * 1024 * 1024
_LARGEST_ANSWER_BYTES = 32 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `what` names it for people; `path` comes from `path_of`, never from a payload."""

    what: str
    method: str
    path: str
    query: Mapping[str, str | int] = field(default_factory=dict)
    body: Any = field(default=None, repr=False)
    also: Collection[int] = ()
    accept: str = JSON

    @property
    def writes(self) -> bool:
        """Whether it may change something on GitHub."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """On whose behalf a call is made: whose pace, whose credentials, whose cached answers."""

    lane: int
    credentials: Mapping[str, str] = field(repr=False)
    scope: int = 0


def path_of(*segments: str | int) -> str:
    """The segments as a path, each kept a single segment. Raises StepFailed."""
    texts = [str(segment) for segment in segments]
    if not {"", ".", ".."}.isdisjoint(texts):
        raise StepFailed("github_invalid", "a path with empty or dotted parts")
    return "".join(f"/{quote(text, safe='')}" for text in texts)


class Wire:
    """The way to one GitHub: its address cannot be changed by what is asked."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        policy: Policy,
        shared: Shared,
        timer: Callable[[], float],
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._policy = policy
        self._timer = timer
        self._lanes: dict[int, Lane] = {}
        self._pages = SharedPages(Pages(size=_CACHED_BYTES), shared)

    async def send(self, call: Call, caller: Caller) -> Answer:
        """Send it once. Raises Unavailable where later may help, StepFailed where it will not."""
        lane = self._lane(caller.lane)
        lane.check(writes=call.writes)
        patience = asyncio.get_running_loop().time() + self._policy.deadline_seconds
        async with lane.bulkhead.slot(until=patience):
            attempt = partial(self._attempt, call, caller, lane)
            return await self._policy.call(call.what, attempt)

    async def tail(self, what: str, url: str, *, most: int) -> bytes:
        """The last bytes of what lies at an address that GitHub named, asked for without credentials.

        Raises StepFailed where it is none that GitHub would name, or there is nothing.
        """
        if not _is_sent_on(URL(url), URL(self._base_url)):
            raise StepFailed("github_refused", f"{what}: sent on to another kind of address")
        try:
            async with asyncio.timeout(self._policy.attempt_seconds):
                return await self._tail(what, url, most)
        except TimeoutError:  # it is no sign that GitHub's API is not well
            raise Unavailable("github_unreachable", f"{what}: it takes too long") from None

    async def _tail(self, what: str, url: str, most: int) -> bytes:
        asked = self._session.get(URL(url, encoded=True), allow_redirects=False, middlewares=(_only_once,))
        try:
            async with asked as response:
                if response.status != HTTPStatus.OK:
                    raise StepFailed("github_refused", f"{what}: status {response.status}")
                return await _end(response, most)
        except aiohttp.ClientError as error:
            trouble = type(error).__name__
        raise Unavailable("github_unreachable", f"{what}: {trouble}")

    def _lane(self, number: int) -> Lane:
        if number not in self._lanes:
            self._lanes[number] = Lane(timer=self._timer)
        return self._lanes[number]

    async def _attempt(self, call: Call, caller: Caller, lane: Lane) -> Answer:
        lane.spend(writes=call.writes)
        raw = await self._fetched(call, caller)
        lane.rest(wait_seconds(raw.headers) or 0.0)
        try:
            answer = read(raw, what=call.what, also=call.also, as_is=call.accept != JSON)
        except Unavailable as error:
            raise _slowed(error, lane) from None
        lane.went_well()
        return answer

    async def _fetched(self, call: Call, caller: Caller) -> Raw:
        headers = _headers(call, caller)
        if call.writes:
            return await self._exchange(call, headers)
        media = "" if call.accept == JSON else f" {call.accept}"
        key = f"page {self._base_url} {caller.scope} {call.path}?{sorted(call.query.items())}{media}"
        page = await self._pages.get(key)
        if page is not None:
            headers["if-none-match"] = page.etag
        raw = await self._exchange(call, headers)
        if page is not None and raw.status == HTTPStatus.NOT_MODIFIED:
            return _unchanged(page, raw)
        await self._keep(key, raw)
        return raw

    async def _keep(self, key: str, raw: Raw) -> None:
        if raw.status == HTTPStatus.OK and "etag" in raw.headers:
            page = Page(
                etag=raw.headers["etag"],
                body=raw.body,
                content_type=raw.headers.get("content-type", ""),
                link=raw.headers.get("link", ""),
            )
            await self._pages.keep(key, page)

    async def _exchange(self, call: Call, headers: Mapping[str, str]) -> Raw:
        request = self._session.request(
            call.method,
            URL(address_of(self._base_url, call.path), encoded=True),
            params=call.query,
            headers=headers,
            data=None if call.body is None else json.dumps(call.body).encode(),
            allow_redirects=False,
            middlewares=(_only_once,),
        )
        try:
            async with request as response:
                body = await body_of(response)
                return Raw(status=response.status, headers=response.headers, body=body)
        except aiohttp.ClientError as error:
            trouble = type(error).__name__
        # Raised out here, the failure does not carry the request with its token along.
        raise Unavailable("github_unreachable", f"{call.what}: {trouble}")


def _headers(call: Call, caller: Caller) -> dict[str, str]:
    headers = sansio.create_headers(REQUESTER, accept=call.accept, **caller.credentials)
    headers["x-github-api-version"] = API_VERSION
    if call.body is not None:
        headers["content-type"] = "application/json; charset=utf-8"
    return headers


async def _only_once(
    request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """A lost connection is ours to judge: aiohttp would send some methods, a merge too, a second time."""
    try:
        return await send(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        trouble = type(error).__name__
    raise aiohttp.ClientConnectionError(trouble)


async def body_of(response: aiohttp.ClientResponse) -> bytes:
    """All of it. Raises StepFailed where it is too large."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > _LARGEST_ANSWER_BYTES:
            raise StepFailed("github_answer_too_large")
    return bytes(body)


async def _end(response: aiohttp.ClientResponse, most: int) -> bytes:
    """Its last bytes; what is too long to be read is not read to its end."""
    end, read = bytearray(), 0
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        read += len(chunk)
        if read > _LARGEST_ANSWER_BYTES:
            raise StepFailed("github_answer_too_large")
        end = (end + chunk)[-most:]
    return bytes(end)


def _is_sent_on(url: URL, base: URL) -> bool:
    """Storage is reached over TLS, or is the very host that was asked."""
    is_it = (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port)
    return is_it or (url.scheme == "https" and url.host is not None)


def _unchanged(page: Page, raw: Raw) -> Raw:
    now = {name.lower(): value for name, value in raw.headers.items()}
    then = {"content-type": page.content_type, "link": page.link}
    return Raw(status=HTTPStatus.OK, headers={**now, **then}, body=page.body)


def _slowed(error: Unavailable, lane: Lane) -> Unavailable:
    if error.code != "github_limited":
        return error
    seconds = lane.refused(error.retry_after)
    return Unavailable(error.code, error.detail, retry_after=seconds)
