"""What each failure of the Messages API means to a run: try later, or never again.

What the operator can mend is tried again as well: no run ends by a key that was exchanged too late.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from bot.records import StepFailed, Unavailable

if TYPE_CHECKING:
    from anthropic import APIStatusError

ACCOUNT: Final = frozenset((401, 402, 403))
LATER: Final[Mapping[int, str]] = {
    408: "claude_failing",
    409: "claude_failing",
    429: "claude_rate_limited",
    529: "claude_overloaded",
}
IN_STREAM: Final[Mapping[str | None, str]] = {
    "overloaded_error": "claude_overloaded",
    "rate_limit_error": "claude_rate_limited",
}
# The API has no code for these; its words are looked at, never passed on.
SPENT: Final = ("spend limit", "usage limit", "credit balance")
TOO_LONG: Final = ("too long", "exceed context limit", "context window")


def of_the_sdk() -> tuple[type[Exception], ...]:
    """Every failure that the SDK or its HTTP client raises for a call."""
    import anthropic  # noqa: PLC0415  heavy, and loaded by the time it is asked for
    import httpx2  # noqa: PLC0415  the same

    # The stream helper raises bare ValueError and RuntimeError for events it cannot put together.
    return (anthropic.AnthropicError, httpx2.HTTPError, httpx2.StreamError, ValueError, RuntimeError)


def failure(error: Exception) -> Unavailable | StepFailed:
    """What it means, without the words of the request or of the API."""
    import anthropic  # noqa: PLC0415  heavy, and loaded by the time it is asked for
    import httpx2  # noqa: PLC0415  the same

    match error:
        case anthropic.APIStatusError():
            return _answered(error)
        case anthropic.APITimeoutError() | httpx2.TimeoutException():
            return Unavailable("claude_stalled")
        case anthropic.APIConnectionError() | httpx2.HTTPError() | httpx2.StreamError():
            return Unavailable("claude_unreachable")
        case _:
            return Unavailable("claude_garbled", type(error).__name__)


def _answered(error: "APIStatusError") -> Unavailable | StepFailed:
    words = (error.api_message or "").lower()
    status, detail = error.status_code, _detail(error)
    if (error.error_code or "").endswith("spend_limit_reached") or _says(words, SPENT, status):
        return Unavailable("claude_spend_limit", detail)
    if status == 413 or _says(words, TOO_LONG, status):  # noqa: PLR2004  content too large
        return StepFailed("context_exceeded", detail)
    if later := _later(error) or _once_mended(status):
        return Unavailable(later, detail, retry_after=_retry_after(error.response.headers))
    return StepFailed("claude_refused_request", detail)


def _says(words: str, phrases: tuple[str, ...], status: int) -> bool:
    return status == 400 and any(phrase in words for phrase in phrases)  # noqa: PLR2004  bad request


def _later(error: "APIStatusError") -> str | None:
    """The code of what may pass; an error inside a stream comes under status 200."""
    if error.status_code < 400:  # noqa: PLR2004  the first error status
        return IN_STREAM.get(error.type, "claude_failing")
    failing = "claude_failing" if error.status_code >= 500 else None  # noqa: PLR2004  the server's own
    return LATER.get(error.status_code, failing)


def _once_mended(status: int) -> str | None:
    """The code of what the operator can mend: a key that is not taken, a model that is there no more."""
    if status in ACCOUNT:
        return "claude_refused_account"
    return "claude_unknown_model" if status == 404 else None  # noqa: PLR2004  not found


def _detail(error: "APIStatusError") -> str:
    """Status, kind and request id: enough for the vendor's support, and nobody's words."""
    return f"{error.status_code} {error.error_code or error.type or '-'} {error.request_id or '-'}"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
