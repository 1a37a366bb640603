"""What GitHub says of a pull request, as records and failures."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from bot.infrastructure.github_answers import Answer
from bot.landing_records import Mergeability
from bot.records import MergeMethod, PullRequest, Repository, StepFailed, Unavailable
from bot.review_records import LineRemark

_SHOWN_LINES: Final = 4
_BASE_MOVED_SECONDS: Final = 2.0


def remark(data: Mapping[str, Any]) -> LineRemark:
    """A remark on a line, with what stood there when it was made."""
    shown = data["diff_hunk"].removesuffix("\n").split("\n")[-_SHOWN_LINES:]
    line = data.get("line") or data.get("original_line")
    return LineRemark(path=data["path"], line=line, code="\n".join(shown), body=data["body"])


def wording(method: MergeMethod, number: int, message: str) -> Mapping[str, str]:
    """A squash has one message for all, which a repository's settings would else make of anything."""
    if method != "squash":
        return {}
    title, _, rest = message.partition("\n\n")
    return {"commit_title": f"{title} (#{number})", "commit_message": rest}


def is_from(pull: Mapping[str, Any], repository: Repository, branch: str) -> bool:
    """Whether it comes from that branch of this very repository."""
    head = pull["head"]
    return head["ref"] == branch and (head["repo"] or {}).get("id") == repository.id


def is_by(pull: Mapping[str, Any], login: str) -> bool:
    """Whether this account opened it."""
    return bool(pull["user"]["login"] == login)


def is_open(pull: Mapping[str, Any]) -> bool:
    """Whether it is open."""
    return bool(pull["state"] == "open")


def pull_of(data: Mapping[str, Any]) -> PullRequest:
    """A pull request."""
    # Lists leave out `merged`, and `merge_commit_sha` of an open one is only a trial.
    merged = data["merged_at"] is not None
    return PullRequest(
        number=data["number"],
        head=data["head"]["sha"],
        base=data["base"]["ref"],
        state=data["state"],
        merged=merged,
        merge_sha=data["merge_commit_sha"] if merged else None,
        opened_at=data["created_at"],
        draft=bool(data.get("draft")),
        title=data["title"],
    )


def mergeability(data: Mapping[str, Any]) -> Mergeability:
    """Whether and how it can be merged, as far as GitHub has found out."""
    return Mergeability(
        head=data["head"]["sha"], is_mergeable=data["mergeable"], state=data["mergeable_state"]
    )


def refusal(answer: Answer, there: PullRequest, found: Mergeability, head: str) -> StepFailed | Unavailable:
    """Why it was not merged."""
    said = answer.message
    if there.head != head:
        return StepFailed("head_moved", f"#{there.number} is at {there.head}")
    if "base branch was modified" in said.lower():
        return Unavailable("github_base_moved", said, retry_after=_BASE_MOVED_SECONDS)
    if answer.status == HTTPStatus.CONFLICT:
        return StepFailed("head_moved", said)
    return StepFailed(kept_by(there, found, said), said)


def kept_by(there: PullRequest, found: Mergeability, said: str) -> str:
    if there.state == "closed":
        return "pull_request_closed"
    if found.is_mergeable is False:
        return "merge_conflict"
    if found.state == "behind":
        return "merge_behind"
    return "merge_queue" if "merge queue" in said.lower() else "merge_blocked"
