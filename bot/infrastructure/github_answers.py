"""What GitHub's answers mean: an answer, try later, or never again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

from gidgethub import HTTPException, sansio

from bot.records import StepFailed, Unavailable

JSON: Final = "application/vnd.github+json"
DIFF: Final = "application/vnd.github.diff"

_DETAIL_CHARACTERS = 300
_LONGEST_RESET_SECONDS = 3600.0
_WITHOUT_A_DATE_SECONDS = 60.0
_CODES: Final[Mapping[int, str]] = {
    403: "github_forbidden",
    404: "github_not_found",
    409: "github_conflict",
    410: "github_gone",
    422: "github_invalid",
    451: "github_blocked",
}
_OTHERWISE: Final = "github_refused"
# What GitHub says with a 403 where it is not about a right of ours.
_STANDSTILLS: Final[Mapping[str, str]] = {
    "archived": "repository_archived",
    "suspended": "installation_suspended",
}
# GitHub does not mark its secondary limits otherwise.
_LIMIT_WORDS = ("secondary rate limit", "abuse detection")


class Stale(StepFailed):
    """The token, or the repository's name, has changed: worth one more try with fresh ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An HTTP answer as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What GitHub said."""

    status: int
    data: Any = field(repr=False)
    more: bool
    headers: Mapping[str, str] = field(repr=False)

    @property
    def message(self) -> str:
        """GitHub's own words where it said no."""
        return str(self.data) if self.status >= HTTPStatus.BAD_REQUEST else ""


def read(raw: Raw, *, what: str, also: Collection[int], as_is: bool = False) -> Answer:
    """The answer; a refusal only where its status is asked for. Raises Unavailable, StepFailed.

    What was asked for `as_is` is bytes: nobody says in which characters a diff is written.
    """
    if as_is and raw.status == HTTPStatus.OK:
        return Answer(status=raw.status, data=raw.body, more=False, headers=raw.headers)
    try:
        data, _, link = sansio.decipher_response(raw.status, raw.headers, raw.body)
    except HTTPException as error:
        refusal = error
    except (LookupError, ValueError):
        refusal = None
    else:
        return Answer(status=raw.status, data=data, more=link is not None, headers=raw.headers)
    # Raised out here, an error does not carry another one with the answer's text along.
    if refusal is None:
        raise Unavailable("github_unreadable", f"{what}: status {raw.status}")
    if raw.status in also and not is_limit(refusal):
        return Answer(status=raw.status, data=str(refusal), more=False, headers=raw.headers)
    raise failure(refusal, what=what)


def failure(error: HTTPException, *, what: str) -> StepFailed | Unavailable:
    """What a refusal means for the step that asked."""
    status, detail = int(error.status_code), _detail(error, what=what)
    if is_limit(error):
        return Unavailable("github_limited", detail, retry_after=wait_seconds(error.headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return Unavailable("github_broken", detail, retry_after=wait_seconds(error.headers))
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:  # that is not GitHub's word
        return Unavailable("github_unreachable", detail)
    if status == HTTPStatus.UNAUTHORIZED:
        return Stale("github_unauthorized", detail)
    if status in range(300, 400):
        return Stale("repository_gone", detail)
    return StepFailed(_standstill(error) or _CODES.get(status, _OTHERWISE), detail)


def is_limit(error: HTTPException) -> bool:
    """Whether a limit was hit, primary or secondary: 429, or a 403 that is not about rights."""
    if error.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    if error.status_code != HTTPStatus.FORBIDDEN:
        return False
    if "retry-after" in error.headers or error.headers.get("x-ratelimit-remaining") == "0":
        return True
    return any(words in str(error).lower() for words in _LIMIT_WORDS)


def wait_seconds(headers: Mapping[str, str]) -> float | None:
    """How long GitHub asks us to wait, `None` where it does not."""
    told = headers.get("retry-after", "")
    if told.isdecimal():
        return float(told)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") != "0" or not reset.isdecimal():
        return None
    return min(_LONGEST_RESET_SECONDS, seconds_until(float(reset), headers))


def seconds_until(moment: float, headers: Mapping[str, str]) -> float:
    """From when GitHub answered to that moment, by GitHub's own clock: ours may be wrong."""
    if "date" not in headers:
        return _WITHOUT_A_DATE_SECONDS
    return max(0.0, moment - parsedate_to_datetime(headers["date"]).timestamp())


def _standstill(error: HTTPException) -> str | None:
    if error.status_code != HTTPStatus.FORBIDDEN:
        return None
    return next((code for word, code in _STANDSTILLS.items() if word in str(error).lower()), None)


def _detail(error: HTTPException, *, what: str) -> str:
    needed = error.headers.get("x-accepted-github-permissions")
    reason = f"{what}: {error}" + (f" (needs {needed})" if needed else "")
    return reason[:_DETAIL_CHARACTERS]
