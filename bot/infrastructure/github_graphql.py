"""GitHub's GraphQL, for what only it has: where it lies, and what its answers mean."""

from collections.abc import Mapping
from typing import Any, Final

from bot.records import StepFailed, Unavailable

GRAPHQL: Final = "/graphql"
# A server of one's own has REST below /api/v3, and GraphQL beside that.
OWN_SERVERS_REST: Final = "/v3"
LONGEST_DETAIL: Final = 300

# An error says in a word what it is; one that says nothing is GitHub's own trouble.
CODES: Final[Mapping[str, str]] = {
    "FORBIDDEN": "github_forbidden",
    "INSUFFICIENT_SCOPES": "github_forbidden",
    "NOT_FOUND": "github_not_found",
    "UNPROCESSABLE": "github_invalid",
}
LIMITS: Final = frozenset(("RATE_LIMIT", "RATE_LIMITED"))
TROUBLE: Final = frozenset(("", "INTERNAL", "SERVICE_UNAVAILABLE", "MAX_NODE_LIMIT_EXCEEDED"))
LIMIT_WORDS: Final = ("rate limit", "submitted too quickly", "abuse detection")


def address_of(base_url: str, path: str) -> str:
    """Where a call goes; `path` is below the REST API unless it is GraphQL's."""
    base = base_url.removesuffix(OWN_SERVERS_REST) if path == GRAPHQL else base_url
    return base + path


def data_of(answer: Any, *, what: str) -> Mapping[str, Any]:
    """What was asked for. An answer with errors is a failure, whatever its status. Raises."""
    said: Mapping[str, Any] = answer if isinstance(answer, Mapping) else {}
    errors = said.get("errors") or ()
    if errors:
        raise failure(errors[0], what=what)
    data = said.get("data")
    if not isinstance(data, Mapping):
        raise Unavailable("github_unreadable", f"{what}: neither data nor errors")
    return data


def failure(error: Any, *, what: str) -> StepFailed | Unavailable:
    """What the first of the errors means for the step that asked."""
    told: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
    kind, message = str(told.get("type") or ""), str(told.get("message") or "")
    detail = f"{what}: {message or kind}"[:LONGEST_DETAIL]
    if kind in LIMITS or any(words in message.lower() for words in LIMIT_WORDS):
        return Unavailable("github_limited", detail)
    if kind in TROUBLE and "not accessible" not in message.lower():
        return Unavailable("github_broken", detail)
    return StepFailed(CODES.get(kind, "github_forbidden" if not kind else "github_refused"), detail)
