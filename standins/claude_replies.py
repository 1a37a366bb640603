"""What a scripted Claude says, and what it is asked: replies, errors and a view of a request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Block = Mapping[str, Any]

LIMITS: Final = ("requests", "tokens", "input-tokens", "output-tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: its blocks and why it ended. `usage` overrides what is estimated."""

    content: tuple[Block, ...]
    stop_reason: str
    usage: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An answer as it was recorded, sent byte for byte."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "text/event-stream"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request to the Messages API, with what a script chooses by."""

    body: Mapping[str, Any]

    @property
    def system(self) -> str:
        system = self.body.get("system") or ""
        return system if isinstance(system, str) else "".join(block.get("text", "") for block in system)

    @property
    def turns(self) -> int:
        """How often the model has spoken before."""
        return sum(message["role"] == "assistant" for message in self.body["messages"])

    @property
    def said(self) -> tuple[str, ...]:
        """The texts of the user turns, oldest first, without tool results."""
        return tuple(
            "".join(block.get("text", "") for block in blocks_of(message) if block["type"] == "text")
            for message in self.body["messages"]
            if message["role"] == "user"
        )

    @property
    def told(self) -> str:
        """The user's last words."""
        return next((words for words in reversed(self.said) if words), "")

    @property
    def results(self) -> tuple[str, ...]:
        """What the tools answered so far, oldest first."""
        blocks = (block for message in self.body["messages"] for block in blocks_of(message))
        return tuple(result_text(block) for block in blocks if block["type"] == "tool_result")

    @property
    def calls_since_told(self) -> int:
        """How many tool calls the model has made since the last words of the user."""
        count = 0
        for message in self.body["messages"]:
            blocks = blocks_of(message)
            if message["role"] == "user" and any(block["type"] == "text" for block in blocks):
                count = 0
            count += sum(block["type"] == "tool_use" for block in blocks)
        return count


Script = Callable[[Asked], Reply | Raw | None]


def blocks_of(message: Mapping[str, Any]) -> Sequence[Block]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def result_text(block: Block) -> str:
    content = block.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def text(words: str) -> Block:
    return {"type": "text", "text": words}


def tool_use(call_id: str, name: str, **given: Any) -> Block:
    return {"type": "tool_use", "id": call_id, "name": name, "input": given}


def edit(call_id: str, command: str, path: str, **given: Any) -> Block:
    return tool_use(call_id, "str_replace_based_edit_tool", command=command, path=path, **given)


def bash(call_id: str, command: str) -> Block:
    return tool_use(call_id, "bash", command=command)


def says(words: str) -> Reply:
    """An answer that ends its turn."""
    return Reply(content=(text(words),), stop_reason="end_turn")


def calls(*blocks: Block, words: str = "") -> Reply:
    """An answer that wants tools run."""
    return Reply(content=((text(words),) if words else ()) + blocks, stop_reason="tool_use")


def refuses(words: str = "") -> Reply:
    return Reply(content=(text(words),) if words else (), stop_reason="refusal")


def pauses(words: str) -> Reply:
    return Reply(content=(text(words),), stop_reason="pause_turn")


def error(kind: str, message: str, *, code: str | None = None) -> dict[str, Any]:
    """An error body in the API's shape."""
    details = {"details": {"error_code": code}} if code else {}
    return {"type": "error", "error": {"type": kind, "message": message, **details}}


def model_info(model: str) -> dict[str, Any]:
    """What the API says of a model, with all that it publishes of each."""
    return {
        "type": "model",
        "id": model,
        "display_name": model.replace("-", " ").title(),
        "created_at": "2026-01-01T00:00:00Z",
        "lifecycle": "active",
        "deprecated_at": None,
        "retires_at": None,
        "line": None,
        "capabilities": None,
        "max_input_tokens": 200_000,
        "max_tokens": 64_000,
    }


def headers_of(nth: int) -> dict[str, str]:
    """The id of the nth request and the twelve headers of the four rate limits."""
    limits = {
        f"anthropic-ratelimit-{what}-{which}": value
        for what in LIMITS
        for which, value in (("limit", "400000"), ("remaining", "399000"), ("reset", "2026-01-01T00:00:00Z"))
    }
    return {"request-id": f"req_standin{nth:08}", **limits}
