"""What can go wrong with Claude, by name; each fault meets so many of the next requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from standins.claude_replies import Reply, error

Refusal = tuple[int, Mapping[str, Any]]

REFUSALS: Final[Mapping[str, Refusal]] = {
    "rate_limited": (429, error("rate_limit_error", "This request would exceed your rate limit.")),
    "overloaded": (529, error("overloaded_error", "Overloaded")),
    "internal": (500, error("api_error", "Internal server error")),
    "spend_limit": (
        429,
        error("rate_limit_error", "Spend limit reached.", code="enforced_spend_limit_reached"),
    ),
    "usage_limit": (
        400,
        error("invalid_request_error", "You have reached your specified API usage limits."),
    ),
    "bad_key": (401, error("authentication_error", "invalid x-api-key")),
    "no_payment": (402, error("billing_error", "Payment required")),
    "forbidden": (403, error("permission_error", "Not allowed")),
    "unknown_model": (404, error("not_found_error", "model: claude-gone")),
    "too_long": (
        400,
        error("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
    ),
    "too_large": (413, error("request_too_large", "Request exceeds the maximum size")),
}
# In a stream: an error event, a clean end without message_stop, a reset, and silence.
BROKEN: Final = frozenset(("error_event", "cut", "reset", "stall", "garbled"))
ENDINGS: Final = frozenset(("refusal", "pause_turn", "max_tokens", "unknown_stop", "context_exceeded"))


@dataclass(kw_only=True)
class Fault:
    """One fault for the next `times` requests whose system prompt contains `where`."""

    kind: str
    times: int = 1
    where: str = ""
    retry_after: float | None = None
    after_bytes: int = 600

    def __post_init__(self) -> None:
        if self.kind not in {*REFUSALS, *BROKEN, *ENDINGS}:
            raise ValueError(f"there is no fault named {self.kind}")


def bent(reply: Reply, kind: str) -> Reply:
    """The reply, ended in another way; `max_tokens` breaks its last tool call off in the middle."""
    match kind:
        case "refusal":
            return Reply(content=(), stop_reason="refusal")
        case "pause_turn":
            return Reply(content=({"type": "text", "text": "One moment."},), stop_reason="pause_turn")
        case "max_tokens":
            return Reply(content=(*reply.content[:-1], _cut(reply.content[-1])), stop_reason="max_tokens")
        case "context_exceeded":
            return Reply(content=reply.content, stop_reason="model_context_window_exceeded")
        case _:
            return Reply(content=reply.content, stop_reason="a_reason_of_tomorrow")


def _cut(block: Mapping[str, Any]) -> Mapping[str, Any]:
    if block["type"] != "tool_use":
        return {**block, "text": block["text"][: len(block["text"]) // 2]}
    return {**block, "cut_json": '{"command": "create", "pa'}
