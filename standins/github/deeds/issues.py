"""Issues, comments, reactions, labels."""

from typing import Any, Literal

from standins.github.hooks import tell
from standins.github.shapes import issues as shapes
from standins.github.shapes.pulls import told as pull_shape
from standins.github.shapes.repositories import label as label_shape
from standins.github.state import Account, Comment, Issue, Label, Reaction, Repository
from standins.github.world import Refused, World

LONGEST_BODY = 65_536


def check_length(body: str | None) -> None:
    """Longer texts are refused."""
    if body is not None and len(body) > LONGEST_BODY:
        raise Refused(422, "Validation Failed", code="custom", field="body", message="body is too long")


def take_number(repository: Repository) -> int:
    """Issues and pull requests are numbered together."""
    number = repository.next_number
    repository.next_number += 1
    return number


def open_issue(world: World, repository: Repository, by: Account, title: str, body: str | None) -> Issue:
    check_length(body)
    now = world.now()
    issue = Issue(
        id=world.new_id(),
        number=take_number(repository),
        by=by,
        title=title,
        body=body,
        created_at=now,
        updated_at=now,
    )
    repository.issues[issue.number] = issue
    world.note("open_issue", repository, by, number=issue.number, title=title)
    _tell(world, "opened", repository, issue, by)
    return issue


def _tell(world: World, action: str, repository: Repository, issue: Issue, by: Account, **more: Any) -> None:
    def payload() -> dict[str, Any]:
        return {"action": action, "issue": shapes.issue(world, repository, issue)} | more

    tell(world, "issues", by=by, repository=repository, payload=payload)


def set_issue_state(
    world: World, repository: Repository, issue: Issue, by: Account, state: Literal["open", "closed"]
) -> None:
    """Close or reopen; nothing happens where it is so already."""
    if issue.state == state:
        return
    issue.state = state
    issue.updated_at = world.now()
    issue.closed_at = issue.updated_at if state == "closed" else None
    if issue.pull is None:
        world.note(f"{_verb(state)}_issue", repository, by, number=issue.number)
        _tell(world, "closed" if state == "closed" else "reopened", repository, issue, by)


def _verb(state: str) -> str:
    return "close" if state == "closed" else "reopen"


def edit_issue(
    world: World, repository: Repository, issue: Issue, by: Account, *, title: str | None, body: str | None
) -> None:
    check_length(body)
    if title is None and body is None:
        return
    changes = {}
    if title is not None:
        changes["title"] = {"from": issue.title}
        issue.title = title
    if body is not None:
        changes["body"] = {"from": issue.body or ""}
        issue.body = body
    issue.updated_at = world.now()
    world.note("edit_issue", repository, by, number=issue.number)
    if issue.pull is None:
        _tell(world, "edited", repository, issue, by, changes=changes)


def comment(world: World, repository: Repository, by: Account, issue: Issue, body: str) -> Comment:
    check_length(body)
    now = world.now()
    made = Comment(id=world.new_id(), issue=issue.number, by=by, body=body, created_at=now, updated_at=now)
    repository.comments[made.id] = made
    issue.updated_at = now
    world.note("create_comment", repository, by, id=made.id, number=issue.number, body=body)
    _tell_comment(world, "created", repository, made, by)
    return made


def edit_comment(world: World, repository: Repository, by: Account, it: Comment, body: str) -> None:
    check_length(body)
    before, it.body = it.body, body
    it.updated_at = world.now()
    world.note("edit_comment", repository, by, id=it.id, number=it.issue, body=body)
    _tell_comment(world, "edited", repository, it, by, changes={"body": {"from": before}})


def delete_comment(world: World, repository: Repository, by: Account, it: Comment) -> None:
    del repository.comments[it.id]
    world.note("delete_comment", repository, by, id=it.id, number=it.issue)
    _tell_comment(world, "deleted", repository, it, by)


def _tell_comment(
    world: World, action: str, repository: Repository, it: Comment, by: Account, **more: Any
) -> None:
    def payload() -> dict[str, Any]:
        return {
            "action": action,
            "issue": shapes.issue(world, repository, repository.issues[it.issue]),
            "comment": shapes.comment(world, repository, it),
        } | more

    tell(world, "issue_comment", by=by, repository=repository, payload=payload)


def react(
    world: World, repository: Repository, by: Account, to: Comment | Issue, content: str
) -> tuple[Reaction, bool]:
    """The reaction and whether it is new: the same one again is not."""
    for each in to.reactions:
        if each.by.id == by.id and each.content == content:
            return each, False
    made = Reaction(id=world.new_id(), by=by, content=content, created_at=world.now())
    to.reactions.append(made)
    world.note("create_reaction", repository, by, id=made.id, to=to.id, content=content)
    return made, True


def add_labels(world: World, repository: Repository, by: Account, issue: Issue, names: list[str]) -> None:
    """Labels that the repository does not have yet are made."""
    for name in names:
        label = repository.labels.setdefault(name, Label(id=0, name=name))
        label.id = label.id or world.new_id()
        if label not in issue.labels:
            issue.labels.append(label)
            world.note("add_label", repository, by, number=issue.number, name=name)
            _tell_label(world, "labeled", repository, issue, by, label)


def remove_label(world: World, repository: Repository, by: Account, issue: Issue, name: str) -> None:
    for label in [each for each in issue.labels if each.name == name]:
        issue.labels.remove(label)
        world.note("remove_label", repository, by, number=issue.number, name=name)
        _tell_label(world, "unlabeled", repository, issue, by, label)


def _tell_label(
    world: World, action: str, repository: Repository, issue: Issue, by: Account, label: Label
) -> None:
    if issue.pull is None:
        _tell(world, action, repository, issue, by, label=label_shape(world, repository, label))
        return

    def payload() -> dict[str, Any]:
        pull, made = pull_shape(world, repository, issue), label_shape(world, repository, label)
        return {"action": action, "number": issue.number, "pull_request": pull, "label": made}

    tell(world, "pull_request", by=by, repository=repository, payload=payload)
