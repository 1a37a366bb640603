"""Room in the conversation: what earlier tools said is left out of it before it is too long to be read."""

from collections.abc import Mapping
from typing import Any, Final

from bot.domain.integration import Integration

# A model reads 200,000 tokens at once: beside the conversation its next answer and what tools say to it.
FULL_TOKENS: Final = 110_000
KEPT_ENTRIES: Final = 8
FEWEST_ENTRIES: Final = 2
LEFT_OUT: Final = (
    "(left out by now, to make room; what this call did stays done: look again at what you still need)"
)


def is_full(it: Integration) -> bool:
    """Whether the last answer says that room has to be made before the next question."""
    return it.context_tokens > FULL_TOKENS


def compacted_to(it: Integration, *, kept: int = KEPT_ENTRIES) -> int | None:
    """Up to which entry of the conversation the results of tools go; None where no more of them would."""
    upto = len(it.talk) - kept
    return upto if any(kind == "results" for kind, _ in it.talk[it.compacted : max(upto, 0)]) else None


def without_content(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """A tool's result of which only remains that there was one, so that its call still has an answer."""
    return {**result, "content": LEFT_OUT}
