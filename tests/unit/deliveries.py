"""GitHub's own example payloads, bent to the people and the places of these tests."""

import json
from pathlib import Path
from typing import Any

from bot.records import Actor
from tests.unit.histories import BRANCH, ISSUE, PULL, REQUESTER, SHOP

EXAMPLES = Path(__file__).parents[1] / "contracts" / "data" / "webhooks"
Payload = dict[str, Any]


def example(name: str) -> Payload:
    """The example as GitHub's App would be sent it, from this repository."""
    payload: Payload = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    payload["repository"] |= {"id": SHOP.id, "full_name": SHOP.full_name}
    payload["repository"]["owner"]["id"] = SHOP.owner_id
    payload["installation"] = {"id": SHOP.installation_id, "node_id": ""}
    return payload


def installation(name: str, *lists: str, number: int, repository: int = SHOP.id) -> Payload:
    """The example of what is about the App on an account; `lists` are where the repository is named."""
    payload: Payload = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    payload["installation"]["id"] = number
    return payload | {each: [{"id": repository, "full_name": SHOP.full_name}] for each in lists}


def user(person: Actor, kind: str = "User") -> dict[str, Any]:
    return {"id": person.id, "login": person.login, "type": kind}


def comment(
    body: str,
    *,
    by: Actor = REQUESTER,
    on: int = ISSUE,
    number: int = 700,
    private: bool = True,
    at: str = "2026-01-01T10:00:00Z",
) -> Payload:
    """A person's new comment."""
    payload = example("issue_comment/created.1")
    payload["repository"]["private"] = private
    payload["sender"] |= user(by)
    payload["comment"] |= {"id": number, "body": body, "created_at": at}
    payload["comment"]["user"] |= user(by)
    payload["issue"] |= {"number": on, "title": "ERP", "body": "Please."}
    return payload if on == ISSUE else on_pull_request(payload)


def on_pull_request(payload: Payload) -> Payload:
    """The same comment, on a pull request."""
    payload["issue"]["pull_request"] = {"url": "https://api.github.com/repos/acme/shop/pulls/12"}
    return payload


def review(
    state: str = "approved", *, by: Actor = REQUESTER, commit: str = "", author: Actor | None = None
) -> Payload:
    """A review of the pull request; `by` sends it, which after a dismissal is not who wrote it."""
    payload = example("pull_request_review/submitted.1")
    payload["sender"] |= user(by)
    payload["review"] |= {"state": state, "commit_id": commit, "user": user(author or by)}
    payload["pull_request"] |= {"number": PULL}
    payload["pull_request"]["head"] |= {"ref": BRANCH, "repo": {"id": SHOP.id}}
    return payload


def line_comment(
    body: str, *, by: Actor = REQUESTER, thread: int | None = None, number: int = 700, kind: str = "User"
) -> Payload:
    """A person's new comment at a line of the pull request, in the thread that begins with that one."""
    payload = example("pull_request_review_comment/created.2")
    payload["sender"] |= user(by, kind)
    payload["comment"] |= {"id": number, "body": body, "user": user(by, kind)}
    payload["comment"] |= {} if thread is None else {"in_reply_to_id": thread}
    payload["pull_request"] |= {"number": PULL}
    return payload


def closed(*, by: Actor = REQUESTER, merged: bool = False, number: int = PULL, kind: str = "User") -> Payload:
    """A pull request that somebody closed or merged."""
    payload = example("pull_request/closed.1")
    payload["sender"] |= user(by, kind)
    payload["pull_request"] |= {"number": number, "merged": merged}
    return payload


def deployment_status(state: str, *, deployment: int = 51) -> Payload:
    """How a deployment goes."""
    payload = example("deployment_status/created.3")
    payload["deployment"]["id"] = deployment
    payload["deployment_status"]["state"] = state
    return payload


def ended_check(head: str, *, conclusion: str = "failure", branch: str | None = BRANCH) -> Payload:
    """A check run of somebody's that has ended on this commit."""
    payload = example("check_run/completed.1")
    payload["check_run"] |= {"head_sha": head, "conclusion": conclusion}
    payload["check_run"]["check_suite"] |= {"head_sha": head, "head_branch": branch}
    return payload


def ended_suite(head: str, *, branch: str | None = BRANCH) -> Payload:
    """A suite of check runs that has ended on this commit."""
    payload = example("check_suite/completed.2")
    payload["check_suite"] |= {"head_sha": head, "head_branch": branch, "conclusion": "failure"}
    return payload


def push(branch: str | None) -> Payload:
    """Commits that came to this branch; to a tag where it is None."""
    payload = example("push/event.4")
    payload["ref"] = "refs/tags/v1" if branch is None else f"refs/heads/{branch}"
    return payload
