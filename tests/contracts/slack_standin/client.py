"""A caller of the Web API that sends arguments each way, without our own client."""

from dataclasses import dataclass, field
from typing import Any

import aiohttp

from standins.slack.people import Slack


@dataclass
class Answered:
    """An answer: its status, its headers, what it says."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def error(self) -> str:
        return str(self.body.get("error", ""))


@dataclass
class Client:
    """Somebody with a token, or without."""

    slack: Slack
    session: aiohttp.ClientSession
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, **arguments: Any) -> Answered:
        """As slack-sdk sends messages and views: JSON."""
        return await self._send("POST", method, json=arguments)

    async def get(self, method: str, **arguments: str) -> Answered:
        """As slack-sdk sends what only reads: in the query."""
        return await self._send("GET", method, params=arguments)

    async def query(self, method: str, **arguments: str) -> Answered:
        """As slack-sdk sends the rest: a POST with everything in the query."""
        return await self._send("POST", method, params=arguments)

    async def form(self, method: str, **arguments: str) -> Answered:
        return await self._send("POST", method, data=arguments)

    async def _send(self, verb: str, method: str, **how: Any) -> Answered:
        headers = {**self.headers, **({"Authorization": f"Bearer {self.token}"} if self.token else {})}
        url = f"{self.slack.url}/api/{method}"
        async with self.session.request(verb, url, headers=headers, **how) as answer:
            return Answered(answer.status, dict(answer.headers), await answer.json())
