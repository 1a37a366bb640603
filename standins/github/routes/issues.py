"""Issues, comments, reactions, labels."""

from typing import Any

from standins.github.call import Answer, Call, Routes, paged
from standins.github.deeds import issues as deeds
from standins.github.deeds.pulls import set_pull_state
from standins.github.shapes import issues as shapes
from standins.github.shapes.repositories import label
from standins.github.state import Comment, Issue
from standins.github.world import comment_of, issue_of

routes = Routes()
READ = "issues:read|pull_requests:read"
WRITE = "issues:write|pull_requests:write"
ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}"
COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}"


def _issue(call: Call) -> Issue:
    return issue_of(call.repository, call.number("issue_number"))


def _comment(call: Call) -> Comment:
    return comment_of(call.repository, call.number("comment_id"))


@routes.on("GET", "/repos/{owner}/{repo}/issues", needs=READ)
def list_issues(call: Call) -> Answer:
    """Pull requests are among them."""
    state = call.query.get("state", "open")
    labels = set(filter(None, call.query.get("labels", "").split(",")))
    found = [
        each
        for each in reversed(call.repository.issues.values())
        if state in {"all", each.state} and labels <= {label.name for label in each.labels}
    ]
    return paged(call, found, lambda it: shapes.issue(call.world, call.repository, it))


@routes.on("POST", "/repos/{owner}/{repo}/issues", needs="issues:write")
def create_issue(call: Call) -> Answer:
    title = str(call.body["title"])
    issue = deeds.open_issue(call.world, call.repository, call.by, title, call.body.get("body"))
    deeds.add_labels(call.world, call.repository, call.by, issue, _names(call.body.get("labels", [])))
    return Answer(status=201, body=shapes.issue(call.world, call.repository, issue))


@routes.on("GET", ISSUE, needs=READ)
def get_issue(call: Call) -> Answer:
    return Answer(body=shapes.issue(call.world, call.repository, _issue(call)))


@routes.on("PATCH", ISSUE, needs=WRITE)
def update_issue(call: Call) -> Answer:
    of, issue, asked = call.repository, _issue(call), call.body or {}
    deeds.edit_issue(call.world, of, issue, call.by, title=asked.get("title"), body=asked.get("body"))
    if "state" in asked:
        change = set_pull_state if issue.pull else deeds.set_issue_state
        change(call.world, of, issue, call.by, asked["state"])
    return Answer(body=shapes.issue(call.world, of, issue))


@routes.on("GET", f"{ISSUE}/comments", needs=READ)
def list_comments(call: Call) -> Answer:
    number = _issue(call).number
    found = [each for each in call.repository.comments.values() if each.issue == number]
    return paged(call, found, lambda it: shapes.comment(call.world, call.repository, it))


@routes.on("POST", f"{ISSUE}/comments", needs=WRITE)
def create_comment(call: Call) -> Answer:
    made = deeds.comment(call.world, call.repository, call.by, _issue(call), call.body["body"])
    return Answer(status=201, body=shapes.comment(call.world, call.repository, made))


@routes.on("GET", COMMENT, needs=READ)
def get_comment(call: Call) -> Answer:
    return Answer(body=shapes.comment(call.world, call.repository, _comment(call)))


@routes.on("PATCH", COMMENT, needs=WRITE)
def update_comment(call: Call) -> Answer:
    it = _comment(call)
    deeds.edit_comment(call.world, call.repository, call.by, it, call.body["body"])
    return Answer(body=shapes.comment(call.world, call.repository, it))


@routes.on("DELETE", COMMENT, needs=WRITE)
def delete_comment(call: Call) -> Answer:
    deeds.delete_comment(call.world, call.repository, call.by, _comment(call))
    return Answer(status=204)


@routes.on("GET", f"{COMMENT}/reactions", needs=READ)
def list_comment_reactions(call: Call) -> Answer:
    return paged(call, _comment(call).reactions, lambda it: shapes.reaction(call.world, it))


@routes.on("POST", f"{COMMENT}/reactions", needs=WRITE)
def react_to_comment(call: Call) -> Answer:
    return _react(call, _comment(call))


@routes.on("GET", f"{ISSUE}/reactions", needs=READ)
def list_issue_reactions(call: Call) -> Answer:
    return paged(call, _issue(call).reactions, lambda it: shapes.reaction(call.world, it))


@routes.on("POST", f"{ISSUE}/reactions", needs=WRITE)
def react_to_issue(call: Call) -> Answer:
    return _react(call, _issue(call))


def _react(call: Call, to: Comment | Issue) -> Answer:
    """201 for a new reaction, 200 where it was there."""
    reaction, fresh = deeds.react(call.world, call.repository, call.by, to, call.body["content"])
    return Answer(status=201 if fresh else 200, body=shapes.reaction(call.world, reaction))


@routes.on("GET", "/repos/{owner}/{repo}/labels", needs=READ)
def list_all_labels(call: Call) -> Answer:
    """Those that the repository has, wherever they are given."""
    return paged(
        call, list(call.repository.labels.values()), lambda it: label(call.world, call.repository, it)
    )


@routes.on("GET", f"{ISSUE}/labels", needs=READ)
def list_labels(call: Call) -> Answer:
    return paged(call, _issue(call).labels, lambda it: label(call.world, call.repository, it))


@routes.on("POST", f"{ISSUE}/labels", needs=WRITE)
def add_labels(call: Call) -> Answer:
    issue = _issue(call)
    deeds.add_labels(call.world, call.repository, call.by, issue, _names(call.body.get("labels", [])))
    return Answer(body=[label(call.world, call.repository, each) for each in issue.labels])


@routes.on("DELETE", f"{ISSUE}/labels/{{name}}", needs=WRITE)
def remove_label(call: Call) -> Answer:
    issue = _issue(call)
    deeds.remove_label(call.world, call.repository, call.by, issue, call.parameters["name"])
    return Answer(body=[label(call.world, call.repository, each) for each in issue.labels])


def _names(labels: list[Any]) -> list[str]:
    return [each if isinstance(each, str) else each["name"] for each in labels]
