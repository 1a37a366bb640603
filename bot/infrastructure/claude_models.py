"""Whether a key and a model are good, asked of Claude without paying for an answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from yarl import URL

from bot.records import StepFailed, Unavailable

VERSION: Final = "2023-06-01"
REFUSALS: Final[Mapping[int, str]] = {
    401: "claude_unauthorized",
    402: "claude_unpaid",
    403: "claude_forbidden",
    404: "claude_unknown_model",
}


async def name_of(model: str, *, base_url: str, api_key: str) -> str:
    """The model's name for people.

    Raises StepFailed where it cannot be used so, with one of REFUSALS; Unavailable where that cannot be told.
    """
    status, told = await _asked(URL(base_url) / "v1" / "models" / model, api_key)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Unavailable("claude_broken", f"status {status}")
    if status in REFUSALS:
        raise StepFailed(REFUSALS[status], model if status == HTTPStatus.NOT_FOUND else "")
    if told.get("type") != "model":
        raise Unavailable("claude_unreadable", f"status {status}")
    if told.get("lifecycle") == "retired":
        raise StepFailed("claude_unknown_model", f"{model} is retired")
    return str(told.get("display_name") or model)


async def _asked(url: URL, api_key: str) -> tuple[int, Mapping[str, Any]]:
    headers = {"x-api-key": api_key, "anthropic-version": VERSION}
    try:
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            return answer.status, _object(await answer.json())
    except aiohttp.ContentTypeError as odd:
        return odd.status, {}
    except (aiohttp.ClientError, ValueError):
        pass
    # Raised out here, the failure does not carry the request with its key along.
    raise Unavailable("claude_unreachable", str(url.origin()))


def _object(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}
