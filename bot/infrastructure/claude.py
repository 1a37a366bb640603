"""Claude through the anthropic SDK: asked once for each key, streamed, and paid for once."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from bot.infrastructure import claude_failures
from bot.infrastructure.cache import recently_used
from bot.infrastructure.claude_journal import Journal, answer_from, kept
from bot.infrastructure.finishing import finishing
from bot.records import Answer, Question, Spent, StepFailed, Unavailable, Usage

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.lib.streaming import AsyncMessageStream
    from anthropic.types import Message

T = TypeVar("T")

CONNECT_SECONDS: Final = 10.0
IDLE_SECONDS: Final = 120.0
# What was paid for and of no use; so often for one question is enough.
SPOILED: Final = frozenset(("claude_cut_off", "claude_garbled"))
MOST_SPOILED: Final = 5
_QUESTIONS_REMEMBERED: Final = 1_000
WHOLE: Final = frozenset(("message_start", "message_stop"))
CACHED: Final[Mapping[str, str]] = {"type": "ephemeral"}
# The SDK and its HTTP client write whole requests at these loggers' lower levels.
TALKATIVE: Final = ("anthropic", "httpx2", "httpcore2")


Paid = Callable[[Question, Answer | Spent], None]
"""Told of each answer that was paid for, once, and of what one cost that broke off."""


def _unheard(_question: Question, _paid: Answer | Spent) -> None: ...


class Policy(Protocol):
    """How calls are limited and broken off."""

    async def call(self, what: str, attempt: Callable[[], Awaitable[T]]) -> T: ...


class ClaudeMessages:
    """The Messages API. The SDK is imported at the first question: that takes a second."""

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str,
        policy: Policy,
        journal: Journal,
        paid: Paid = _unheard,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._api_key, self._base_url = api_key, base_url
        self._policy, self._journal, self._tell = policy, journal, paid
        self._idle_seconds = idle_seconds
        self._opened: AsyncAnthropic | None = None
        self._opening = asyncio.Lock()
        self._spoiled: MutableMapping[str, int] = recently_used(_QUESTIONS_REMEMBERED)
        self._unkept: MutableMapping[str, Answer] = recently_used(_QUESTIONS_REMEMBERED)

    async def ask(
        self, question: Question, *, key: str, repository_id: int, lost: Callable[[Spent], None]
    ) -> Answer:
        """Ask, and keep the answer durably before giving it; a key that was answered costs nothing again.

        Raises Unavailable where asking later may help: claude_rate_limited, claude_overloaded,
        claude_failing, claude_unreachable, claude_stalled, claude_cut_off, claude_garbled, and once
        the operator has mended it claude_refused_account, claude_spend_limit, claude_unknown_model.
        Raises StepFailed where it will not: claude_refused_request, context_exceeded, answer_incomplete.
        What the API said of the cost of an answer that broke off, for whatever reason, is told to `lost`.
        """
        if paid := await self.paid(key=key, repository_id=repository_id):
            return paid

        def broke_off(spent: Spent) -> None:
            self._tell(question, spent)
            lost(spent)

        return await self._policy.call("ask", lambda: self._paid(question, key, repository_id, broke_off))

    async def paid(self, *, key: str, repository_id: int) -> Answer | None:
        """The answer that was paid for under this key, from the journal, or on its way there."""
        if unkept := self._unkept.pop(key, None):
            await finishing(self._keep(unkept, key, repository_id))
            return unkept
        paid = await self._journal.get(key, repository_id)
        return None if paid is None else answer_from(paid)

    async def close(self) -> None:
        """Close the connections, if any were opened."""
        if self._opened is not None:
            await self._opened.close()

    async def _paid(
        self, question: Question, key: str, repository_id: int, lost: Callable[[Spent], None]
    ) -> Answer:
        """An answer belongs to the call until it is on the disk: nothing comes between the two."""
        answer = await self._answered(question, key, lost)
        await finishing(self._keep(answer, key, repository_id))
        return answer

    async def _keep(self, answer: Answer, key: str, repository_id: int) -> None:
        """One that cannot be kept now is kept the next time, and not asked for again."""
        try:
            await self._journal.put(key, repository_id, kept(answer))
        except Unavailable:
            self._unkept[key] = answer
            raise

    async def _answered(self, question: Question, key: str, lost: Callable[[Spent], None]) -> Answer:
        try:
            answer = await self._attempt(lambda client: _streamed(client, question, lost))
        except Unavailable as trouble:
            self._check_worth(key, trouble.code)
            raise
        self._tell(question, answer)
        return answer

    def _check_worth(self, key: str, code: str) -> None:
        """An answer that breaks off costs money each time. Raises StepFailed("answer_incomplete")."""
        self._spoiled[key] = self._spoiled.get(key, 0) + (code in SPOILED)
        if self._spoiled[key] >= MOST_SPOILED:
            raise StepFailed("answer_incomplete", code)

    async def within_limits(self, what: str, ask: Callable[["AsyncAnthropic"], Awaitable[T]]) -> T:
        """Anything else that the API is asked. Raises Unavailable, StepFailed as asking does."""
        return await self._policy.call(what, lambda: self._attempt(ask))

    async def take_in(self, question: Question, answer: Answer, *, key: str, repository_id: int) -> None:
        """Keep an answer that came another way, and was paid for."""
        self._tell(question, answer)
        await finishing(self._keep(answer, key, repository_id))

    async def _attempt(self, ask: Callable[["AsyncAnthropic"], Awaitable[T]]) -> T:
        client = await self._client()
        try:
            return await ask(client)
        except claude_failures.of_the_sdk() as error:
            failure = claude_failures.failure(error)
        # Outside the handler: the SDK's error holds the request, and no traceback shall lead to it.
        raise failure

    async def _client(self) -> "AsyncAnthropic":
        async with self._opening:
            if self._opened is None:
                self._opened = await asyncio.to_thread(self._open)
        return self._opened

    def _open(self) -> "AsyncAnthropic":
        import httpx2  # noqa: PLC0415  heavy, and wanted only where Claude is really asked
        from anthropic import AsyncAnthropic  # noqa: PLC0415  the same

        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
        return AsyncAnthropic(
            api_key=self._api_key,
            base_url=self._base_url,
            max_retries=0,
            timeout=httpx2.Timeout(self._idle_seconds, connect=CONNECT_SECONDS),
            open_telemetry=False,
        )


def request_of(question: Question) -> dict[str, Any]:
    """The question as the API takes it; what stays the same from turn to turn is marked for the cache."""
    request: dict[str, Any] = {
        "model": question.model,
        "max_tokens": question.max_tokens,
        "system": [{"type": "text", "text": question.system, "cache_control": CACHED}],
        "messages": _marked(question.messages),
    }
    if question.tools:
        request["tools"] = [dict(tool) for tool in question.tools]
    if question.tools and not question.may_call:
        request["tool_choice"] = {"type": "none"}
    if question.schema is not None:
        request["output_config"] = {"format": {"type": "json_schema", "schema": dict(question.schema)}}
    return request


def _marked(messages: tuple[Mapping[str, Any], ...]) -> list[dict[str, Any]]:
    """The messages, marked where this turn is to be found by the next, and where the last one was marked.

    The API looks for what it knows only some blocks before a mark: a turn of many calls has more.
    """
    turns = [dict(message) for message in messages]
    said = [turn for turn in turns if turn["role"] == "user" and isinstance(turn["content"], list)]
    for turn in filter(lambda turn: turn["content"], said[-2:]):  # thinking, the model's, cannot be marked
        *earlier, last = turn["content"]
        turn["content"] = [*earlier, {**last, "cache_control": CACHED}]
    return turns


async def _streamed(client: "AsyncAnthropic", question: Question, lost: Callable[[Spent], None]) -> Answer:
    async with client.messages.stream(**request_of(question)) as stream:
        seen: set[str] = set()
        message: Message | None = None
        try:
            message = await _whole(stream, seen)
        finally:
            # Also where the call was broken off from here: it is paid from its first event on.
            if message is None and "message_start" in seen:
                begun = stream.current_message_snapshot
                lost(Spent(model=begun.model or question.model, usage=_usage(begun)))
        return answer_of(message)


async def _whole(stream: "AsyncMessageStream[None]", seen: set[str]) -> "Message":
    """The message, once it came to its end; the kinds of its events into `seen`. Raises Unavailable."""
    inputs: dict[int, str] = {}
    async for event in stream:
        if event.type == "content_block_delta" and event.delta.type == "input_json_delta":
            inputs[event.index] = inputs.get(event.index, "") + event.delta.partial_json
        seen.add(event.type)
    if not seen >= WHOLE or stream.current_message_snapshot.stop_reason is None:
        raise Unavailable("claude_cut_off")
    message = stream.current_message_snapshot
    if message.stop_reason == "tool_use" and not all(map(_is_json, inputs.values())):
        raise Unavailable("claude_garbled")
    return message


def _is_json(text: str) -> bool:
    """Whether a tool's input came whole: the SDK also makes an input of the first part of one."""
    try:
        json.loads(text or "{}")
    except ValueError:
        return False
    return True


def answer_of(message: "Message", *, is_batched: bool = False) -> Answer:
    """What came, as it is known here."""
    return Answer(
        content=tuple(_whole_characters([block.to_dict(mode="json") for block in message.content])),
        stop_reason=message.stop_reason,
        usage=replace(_usage(message), is_batched=is_batched),
        model=message.model,
    )


def _usage(message: "Message") -> Usage:
    used = getattr(message, "usage", None)  # the SDK takes what comes: a broken stream may have begun without
    return Usage(
        input_tokens=getattr(used, "input_tokens", 0) or 0,
        output_tokens=getattr(used, "output_tokens", 0) or 0,
        cache_read_tokens=getattr(used, "cache_read_input_tokens", 0) or 0,
        cache_write_tokens=getattr(used, "cache_creation_input_tokens", 0) or 0,
    )


def _whole_characters(content: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same with halves of characters replaced: neither a database nor the API would take them."""
    halves = json.dumps(content, ensure_ascii=False).encode("utf-16-le", errors="surrogatepass")
    blocks: list[dict[str, Any]] = json.loads(halves.decode("utf-16-le", errors="replace"))
    return blocks
