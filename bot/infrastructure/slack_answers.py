"""Answers at the address that came with a command: for its author alone, five times and for half an hour."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

import aiohttp

from bot.infrastructure.resilience import Policy
from bot.infrastructure.slack_wire import seconds_told
from bot.records import StepFailed, Unavailable


class SlackAnswers:
    """Says something where a command was typed. `is_slacks` tells Slack's own addresses from all others."""

    def __init__(
        self, session: aiohttp.ClientSession, policy: Policy, is_slacks: Callable[[str], bool]
    ) -> None:
        self._session, self._policy, self._is_slacks = session, policy, is_slacks

    async def say(self, address: str, text: str, blocks: Sequence[Mapping[str, Any]] = ()) -> None:
        """No redirect is followed. Raises StepFailed: slack_address_foreign, or over; Unavailable."""
        if not self._is_slacks(address):
            raise StepFailed("slack_address_foreign")
        await self._policy.call("answer", partial(self._said, address, text, blocks))

    async def _said(self, address: str, text: str, blocks: Sequence[Mapping[str, Any]]) -> None:
        said = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": text,
            "mrkdwn": True,
            "unfurl_links": False,
            "unfurl_media": False,
            **({"blocks": [dict(each) for each in blocks]} if blocks else {}),
        }
        try:
            async with self._session.post(address, json=said, allow_redirects=False) as answer:
                _check(answer.status, answer.headers.get("Retry-After", ""))
        except aiohttp.ClientError as fault:
            raise Unavailable("slack_unreachable", type(fault).__name__) from None


def _check(status: int, wait: str) -> None:
    """What is said of the address is not passed on: whoever has it speaks for the bot there."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Unavailable("slack_limited", retry_after=max(1.0, seconds_told(wait)))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable("slack_broken", f"answer: status {status}")
    if status != HTTPStatus.OK:
        raise StepFailed("slack_address_over", f"status {status}")
