"""What hangs at a message in Slack: fetched from Slack's own host with the bot's token, and from no other."""

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Final, Protocol, TypeVar

import aiohttp

from bot.infrastructure.resilience import Policy
from bot.infrastructure.slack_wire import seconds_told
from bot.records import StepFailed, Unavailable
from bot.slack_records import Workspace

T = TypeVar("T")
PAGE: Final = "text/html"  # what Slack shows where the token does not reach


class Access(Protocol):
    """Lends the token of a workspace. Raises StepFailed, Unavailable."""

    async def used(self, workspace: Workspace, ask: Callable[[str], Awaitable[T]]) -> T: ...


class SlackFiles:
    """Reads files. `is_slacks` tells the addresses of Slack's own files from all others."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        policy: Policy,
        access: Access,
        *,
        is_slacks: Callable[[str], bool],
    ) -> None:
        self._session, self._policy, self._access, self._is_slacks = session, policy, access, is_slacks

    async def read(self, workspace: Workspace, address: str, *, most: int) -> bytes:
        """Its bytes; no redirect is followed. Raises StepFailed: slack_file_foreign, slack_file_large,
        slack_file_gone; Unavailable.
        """
        if not self._is_slacks(address):
            raise StepFailed("slack_file_foreign")

        async def ask(token: str) -> bytes:
            attempt = partial(self._read, address, token, most)
            content: bytes = await self._policy.call("file", attempt, tenant=workspace.team)
            return content

        return await self._access.used(workspace, ask)

    async def _read(self, address: str, token: str, most: int) -> bytes:
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with self._session.get(address, headers=headers, allow_redirects=False) as answer:
                _check(answer)
                return await _bytes_of(answer, most)
        except aiohttp.ClientError as fault:
            raise Unavailable("slack_unreachable", type(fault).__name__) from None


def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Unavailable(
            "slack_limited", retry_after=max(1.0, seconds_told(answer.headers.get("Retry-After", "")))
        )
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable("slack_broken", f"file: status {answer.status}")
    if answer.status != HTTPStatus.OK or answer.content_type == PAGE:
        raise StepFailed("slack_file_gone", f"status {answer.status}")


async def _bytes_of(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """All of them; no more is read than may come."""
    content = bytearray()
    async for part in answer.content.iter_chunked(64 * 1024):
        content += part
        if len(content) > most:
            raise StepFailed("slack_file_large")
    return bytes(content)
