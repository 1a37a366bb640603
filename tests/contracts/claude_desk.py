"""A Claude client and its stand-in, meeting on a socket."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from bot.infrastructure.claude import ClaudeMessages, Policy
from bot.records import Answer, Question, Spent, Unavailable
from standins.claude import Claude
from standins.claude_replies import Asked, Raw, Reply, Script, says

T = TypeVar("T")

KEY: Final = "sk-canary-0f1e2d3c"
QUESTION: Final = Question(
    model="claude-opus-5-5",
    system="You are terse. SYSTEM-CANARY",
    messages=({"role": "user", "content": [{"type": "text", "text": "Hello. WORDS-CANARY"}]},),
)


@dataclass
class Notebook:
    """A journal with a memory; nothing can be written in it while it is shut."""

    answers: dict[tuple[str, int], str] = field(default_factory=dict)
    is_shut: bool = False

    async def get(self, key: str, repository_id: int) -> str | None:
        return self.answers.get((key, repository_id))

    async def put(self, key: str, repository_id: int, answer: str) -> None:
        if self.is_shut:
            raise Unavailable("database_unavailable")
        self.answers[key, repository_id] = answer


class AtOnce:
    """A policy without limits."""

    async def call(self, _what: str, attempt: Callable[[], Awaitable[T]]) -> T:
        return await attempt()


@dataclass
class Desk:
    """The stand-in, the client, and what the client wrote down."""

    claude: Claude
    client: ClaudeMessages
    notebook: Notebook
    paid: list[Answer | Spent]
    lost: list[Spent] = field(default_factory=list)

    async def asks(self, question: Question = QUESTION, *, key: str = "int-1:coding:1") -> Answer:
        return await self.client.ask(question, key=key, repository_id=7, lost=self.lost.append)


def always(reply: Reply | Raw) -> Script:
    return lambda _asked: reply


def greets(_asked: Asked) -> Reply:
    return says("Grüße, 世界 👋")


@asynccontextmanager
async def desk(
    script: Script = greets, *, idle_seconds: float = 20, policy: Policy | None = None, **how: Any
) -> AsyncIterator[Desk]:
    notebook, paid = Notebook(), list[Answer | Spent]()
    async with Claude(script, **how).running() as claude:
        client = ClaudeMessages(
            api_key=KEY,
            base_url=claude.url,
            policy=policy or AtOnce(),
            journal=notebook,
            paid=lambda _question, answer: paid.append(answer),
            idle_seconds=idle_seconds,
        )
        try:
            yield Desk(claude, client, notebook, paid)
        finally:
            await client.close()


def message_of(exchange: Mapping[str, Any]) -> Raw:
    """A recorded response as the stand-in sends it."""
    response = exchange["response"]
    return Raw(body=response["sse"].encode(), status=response["status"])
