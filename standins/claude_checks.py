"""What the Messages API refuses: the faults of a request, in the API's manner."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from standins.claude_replies import blocks_of

MOST_CACHE_MARKS: Final = 4
KNOWN_TOOLS: Final = {
    "text_editor_20250728": "str_replace_based_edit_tool",
    "bash_20250124": "bash",
}
KNOWN_FIELDS: Final = frozenset((
    "model",
    "max_tokens",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "output_config",
    "thinking",
    "stream",
    "stop_sequences",
    "metadata",
    "service_tier",
))
BLOCKS: Final = frozenset((
    "text",
    "image",
    "document",
    "tool_use",
    "tool_result",
    "thinking",
    "redacted_thinking",
))


def fault_of(body: Any) -> str | None:
    """What is wrong with this request, or None."""
    if not isinstance(body, dict):
        return "body: Input should be an object"
    return next(_faults(body), None)


def _faults(body: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{name}: Extra inputs are not permitted" for name in body.keys() - KNOWN_FIELDS)
    if not isinstance(body.get("model"), str) or not body["model"]:
        yield "model: Field required"
    if not isinstance(body.get("max_tokens"), int) or body["max_tokens"] < 1:
        yield "max_tokens: Field required"
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        yield "messages: at least one message is required"
        return
    if messages[0].get("role") != "user":
        yield "messages.0: the first message must have the role user"
    yield from _message_faults(messages)
    yield from _tool_faults(body.get("tools") or [])
    yield from _schema_faults(body.get("output_config") or {})
    if str(body).count("'cache_control'") > MOST_CACHE_MARKS:
        yield f"A maximum of {MOST_CACHE_MARKS} blocks with cache_control may be provided."


def _message_faults(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    open_calls: list[str] = []
    for at, message in enumerate(messages):
        blocks = blocks_of(message)
        if not blocks:
            yield f"messages.{at}: content must not be empty"
        yield from _block_faults(at, blocks)
        answered = [block.get("tool_use_id") for block in blocks if block["type"] == "tool_result"]
        if sorted(map(str, answered)) != sorted(open_calls):
            yield f"messages.{at}: tool_use ids {open_calls} and tool_result ids {answered} do not match"
        open_calls = [block["id"] for block in blocks if block["type"] == "tool_use"]


def _block_faults(at: int, blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for place, block in enumerate(blocks):
        if block.get("type") not in BLOCKS:
            yield f"messages.{at}.content.{place}: unknown block type"
        if block.get("type") == "text" and not block.get("text", "").strip():
            yield f"messages.{at}.content.{place}: text content blocks must contain non-whitespace text"


def _tool_faults(tools: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for place, tool in enumerate(tools):
        kind = tool.get("type", "custom")
        if kind == "custom" and "input_schema" not in tool:
            yield f"tools.{place}.custom.input_schema: Field required"
        if kind != "custom" and KNOWN_TOOLS.get(kind) != tool.get("name"):
            yield f"tools.{place}: type {kind} and its name do not match"


def _schema_faults(config: Mapping[str, Any]) -> Iterator[str]:
    wanted = config.get("format")
    if wanted is None:
        return
    schema = wanted.get("schema") or {}
    if wanted.get("type") != "json_schema" or schema.get("type") != "object":
        yield "output_config.format: a json_schema of an object is required"
    if schema.get("additionalProperties") is not False:
        yield "output_config.format.schema: additionalProperties must be explicitly set to false"
