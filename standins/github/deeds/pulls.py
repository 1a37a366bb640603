"""Pull requests: opened, edited, reviewed, merged, closed."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from standins.github.deeds.forks import origin_named, show, those_from
from standins.github.deeds.issues import check_length, set_issue_state, take_number
from standins.github.deeds.remarks import tell_remarks
from standins.github.hooks import tell
from standins.github.shapes import pulls as shapes
from standins.github.shapes.accounts import account
from standins.github.shapes.pulls import pull_of
from standins.github.shapes.teams import told as team_shape
from standins.github.state import Account, Issue, Pull, Repository, Review
from standins.github.world import Refused, World

STATES = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
OF_PULLS = {"resource": "PullRequest"}


def open_pull(  # noqa: PLR0913  a pull request has this many parts
    world: World,
    repository: Repository,
    by: Account,
    *,
    head: str,
    base: str,
    title: str,
    body: str | None,
    draft: bool = False,
    maintainer_can_modify: bool = False,
) -> Issue:
    """Refused where there is one already, or where the head adds nothing; `owner:branch` is a fork's."""
    check_length(body)
    if draft and not repository.has_drafts:
        raise Refused(422, "Draft pull requests are not supported in this repository.")
    origin, branch = _origin(world, repository, head)
    pull = Pull(
        head=branch,
        base=base,
        head_sha=_tip(origin, branch, field="head"),
        base_sha=_tip(repository, base, field="base"),
        origin=origin.id,
        origin_owner=origin.owner,
        maintainer_can_modify=maintainer_can_modify and origin.id != repository.id,
        draft=draft,
    )
    repository.git.take(origin.git, pull.head_sha)
    _check_is_new(repository, pull)
    now = world.now()
    issue = Issue(
        id=world.new_id(),
        number=take_number(repository),
        by=by,
        title=title,
        body=body,
        created_at=now,
        updated_at=now,
        pull=pull,
    )
    repository.issues[issue.number] = issue
    show(repository, issue.number, pull)
    facts = {"number": issue.number, "head": head, "base": base, "sha": pull.head_sha, "title": title}
    world.note("open_pull", repository, by, **facts)
    _tell(world, "opened", repository, issue, by)
    return issue


def make_ready(world: World, repository: Repository, issue: Issue, by: Account) -> None:
    """A draft no more. Refused where it is none."""
    pull = pull_of(issue)
    if not pull.draft:
        raise Refused(422, "Pull request is not a draft")
    pull.draft, issue.updated_at = False, world.now()
    world.note("make_ready", repository, by, number=issue.number)
    _tell(world, "ready_for_review", repository, issue, by)


def _origin(world: World, repository: Repository, head: str) -> tuple[Repository, str]:
    """Where the branch lies, and its name there."""
    owner, _, branch = head.rpartition(":")
    origin = origin_named(world, repository, owner) if owner else repository
    if origin is None:
        raise Refused(422, "Validation Failed", **OF_PULLS, field="head", code="invalid")
    return origin, branch


def _tip(repository: Repository, branch: str, *, field: str) -> str:
    if branch not in repository.branches:
        raise Refused(422, "Validation Failed", **OF_PULLS, field=field, code="invalid")
    return repository.branches[branch]


def _check_is_new(repository: Repository, pull: Pull) -> None:
    for each in repository.pulls():
        if each.state == "open" and each.pull and _ends(each.pull) == _ends(pull):
            words = f"A pull request already exists for {pull.origin_owner.login}:{pull.head}."
            raise Refused(422, "Validation Failed", **OF_PULLS, code="custom", message=words)
    if not shapes.compare(repository, pull).commits:
        words = f"No commits between {pull.base} and {pull.head}"
        raise Refused(422, "Validation Failed", **OF_PULLS, code="custom", message=words)


def _ends(pull: Pull) -> tuple[int, str, str]:
    return pull.origin, pull.head, pull.base


def _tell(world: World, action: str, repository: Repository, issue: Issue, by: Account, **more: Any) -> None:
    def payload() -> dict[str, Any]:
        whole = shapes.told(world, repository, issue)
        return {"action": action, "number": issue.number, "pull_request": whole} | more

    tell(world, "pull_request", by=by, repository=repository, payload=payload)


def follow(world: World, repository: Repository, by: Account, branch: str) -> None:
    """Open pull requests from this branch get its new head; those into it, its new base."""
    for issue in repository.pulls():
        pull = pull_of(issue)
        if issue.state == "open" and pull.base == branch:
            pull.base_sha = repository.branches[branch]
    for of, issue in those_from(world, repository, branch):
        pull = pull_of(issue)
        before, pull.head_sha = pull.head_sha, repository.branches[branch]
        of.git.take(repository.git, pull.head_sha)
        show(of, issue.number, pull)
        issue.updated_at = world.now()
        _tell(world, "synchronize", of, issue, by, before=before, after=pull.head_sha)


def retarget(world: World, repository: Repository, by: Account, base: str, new: str) -> None:
    """Open pull requests into this branch lead to that one."""
    for issue in repository.pulls():
        pull = pull_of(issue)
        if issue.state == "open" and pull.base == base:
            pull.base, issue.updated_at = new, world.now()
            changes = {"base": {"ref": {"from": base}, "sha": {"from": pull.base_sha}}}
            world.note("edit_pull", repository, by, number=issue.number)
            _tell(world, "edited", repository, issue, by, changes=changes)


def close_those_from(world: World, repository: Repository, by: Account, branch: str) -> None:
    for of, issue in those_from(world, repository, branch):
        set_pull_state(world, of, issue, by, "closed")


def set_pull_state(
    world: World, repository: Repository, issue: Issue, by: Account, state: Literal["open", "closed"]
) -> None:
    """Close or reopen; nothing happens where it is so already, and what is merged stays so."""
    pull = pull_of(issue)
    if issue.state == state:
        return
    origin = world.repositories.get(pull.origin)
    is_there = origin is not None and pull.head in origin.branches
    if state == "open" and (pull.merged_at or not is_there):
        raise Refused(422, "Validation Failed", **OF_PULLS, field="state", code="invalid")
    set_issue_state(world, repository, issue, by, state)
    if not pull.merged_at:
        verb = "close_pull" if state == "closed" else "reopen_pull"
        world.note(verb, repository, by, number=issue.number)
    _tell(world, "closed" if state == "closed" else "reopened", repository, issue, by)
    if state == "open" and origin is not None:
        follow(world, origin, by, pull.head)


def edit_pull(
    world: World, repository: Repository, issue: Issue, by: Account, *, title: str | None, body: str | None
) -> None:
    check_length(body)
    changes: dict[str, Any] = {}
    if title is not None and title != issue.title:
        changes["title"], issue.title = {"from": issue.title}, title
    if body is not None and body != issue.body:
        changes["body"], issue.body = {"from": issue.body or ""}, body
    if changes:
        issue.updated_at = world.now()
        world.note("edit_pull", repository, by, number=issue.number)
        _tell(world, "edited", repository, issue, by, changes=changes)


def review(  # noqa: PLR0913  a review has this many parts
    world: World,
    repository: Repository,
    by: Account,
    issue: Issue,
    *,
    event: str,
    body: str,
    commit: str | None = None,
    comments: Sequence[Mapping[str, Any]] = (),
) -> Review:
    """Nobody approves, or asks changes of, their own pull request."""
    pull = pull_of(issue)
    if issue.by.id == by.id and event != "COMMENT":
        raise Refused(422, "Unprocessable Entity", message="Can not approve your own pull request")
    if not body and event != "APPROVE":
        raise Refused(422, "Unprocessable Entity", message="Body can't be blank")
    made = Review(
        id=world.new_id(),
        by=by,
        body=body,
        state=STATES[event],
        commit=commit or pull.head_sha,
        submitted_at=world.now(),
        comments=list(comments),
    )
    pull.reviews.append(made)
    world.note("review", repository, by, number=issue.number, state=made.state, commit=made.commit)
    _tell_review(world, repository, issue, made)
    tell_remarks(world, repository, issue, made)
    return made


def dismiss(world: World, repository: Repository, by: Account, issue: Issue, review_id: int) -> None:
    """Only what approved or asked for changes can be dismissed."""
    it = next(each for each in pull_of(issue).reviews if each.id == review_id)
    if it.state not in {STATES["APPROVE"], STATES["REQUEST_CHANGES"]}:
        raise Refused(422, "Unprocessable Entity", message="Can not dismiss this review")
    it.state = "DISMISSED"
    world.note("dismiss_review", repository, by, number=issue.number, review=review_id)
    _tell_review(world, repository, issue, it, action="dismissed", by=by)


def _tell_review(
    world: World,
    repository: Repository,
    issue: Issue,
    it: Review,
    *,
    action: str = "submitted",
    by: Account | None = None,
) -> None:
    def payload() -> dict[str, Any]:
        shape = shapes.review(world, repository, issue, it)
        return {
            "action": action,
            "review": shape | {"state": it.state.lower()},
            "pull_request": shapes.simple_pull(world, repository, issue),
        }

    tell(world, "pull_request_review", by=by or it.by, repository=repository, payload=payload)


def ask_for_review(world: World, repository: Repository, by: Account, issue: Issue, name: str) -> None:
    """A person asks another for a review, or a team (`org/slug`)."""
    pull = pull_of(issue)
    if "/" in name:
        team = world.teams[name.lower()]
        pull.teams.append(team)
        more = {"requested_team": team_shape(world, repository.owner, team)}
    else:
        person = world.account(name)
        pull.reviewers.append(person)
        more = {"requested_reviewer": account(world, person)}
    issue.updated_at = world.now()
    world.note("ask_reviewers", repository, by, number=issue.number, names=[name])
    _tell(world, "review_requested", repository, issue, by, **more)
