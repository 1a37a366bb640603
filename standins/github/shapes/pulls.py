"""Pull requests and reviews."""

from typing import Any

from standins.github.git import Comparison
from standins.github.shapes import teams
from standins.github.shapes.accounts import account, association, moment, moment_or_none, node_id
from standins.github.shapes.issues import issue_page
from standins.github.shapes.repositories import api_url, label, repository, short_repository
from standins.github.state import Account, Issue, Pull, Repository, Review
from standins.github.world import Missing, World

NOT_SET: dict[str, Any] = {
    "assignee": None,
    "assignees": [],
    "milestone": None,
    "auto_merge": None,
    "locked": False,
    "active_lock_reason": None,
}


def pull_of(issue: Issue) -> Pull:
    """Raises Missing where the issue is no pull request."""
    if issue.pull is None:
        raise Missing(f"issue {issue.number} is no pull request")
    return issue.pull


def simple_pull(world: World, of: Repository, it: Issue) -> dict[str, Any]:
    """The form that lists and reviews carry."""
    pull = pull_of(it)
    api, page = api_url(world, of), issue_page(world, of, it)
    url = f"{api}/pulls/{it.number}"
    links = {
        "self": url,
        "html": page,
        "issue": f"{api}/issues/{it.number}",
        "comments": f"{api}/issues/{it.number}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{api}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{api}/statuses/{pull.head_sha}",
    }
    urls = {f"{name}_url": links[name] for name in links.keys() - {"self", "html"}}
    return NOT_SET | urls | {
        "id": it.id,
        "node_id": node_id("PR", it.id),
        "number": it.number,
        "url": url,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "state": it.state,
        "title": it.title,
        "body": it.body,
        "draft": pull.draft,
        "user": account(world, it.by),
        "requested_reviewers": [account(world, each) for each in pull.reviewers],
        "requested_teams": [teams.team(world, of.owner, each) for each in pull.teams],
        "labels": [label(world, of, each) for each in it.labels],
        "author_association": association(of, it.by),
        "created_at": moment(it.created_at),
        "updated_at": moment(it.updated_at),
        "closed_at": moment_or_none(it.closed_at),
        "merged_at": moment_or_none(pull.merged_at),
        "merge_commit_sha": pull.merge_sha,
        "head": _head(world, of, pull),
        "base": _side(world, of, pull.base, pull.base_sha),
        "_links": {name: {"href": link} for name, link in links.items()},
    }  # fmt: skip


def _head(world: World, of: Repository, it: Pull) -> dict[str, Any]:
    """Of a fork that was deleted there is no repository."""
    origin = of if it.origin == of.id else world.repositories.get(it.origin)
    if origin is not None:
        return _side(world, origin, it.head, it.head_sha)
    label, owner = f"{it.origin_owner.login}:{it.head}", account(world, it.origin_owner)
    return {"label": label, "ref": it.head, "sha": it.head_sha, "user": owner, "repo": None}


def _side(world: World, of: Repository, branch: str, sha: str) -> dict[str, Any]:
    return {
        "label": f"{of.owner.login}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": account(world, of.owner),
        "repo": repository(world, of),
    }


def pull(world: World, of: Repository, it: Issue) -> dict[str, Any]:
    """The whole form."""
    there = pull_of(it)
    compared = compare(of, there)
    is_open = it.state == "open"
    mergeable = compared.merged is not None if is_open else None
    if mergeable is not None and world.unsure:
        world.unsure, mergeable = world.unsure - 1, None
    return simple_pull(world, of, it) | {
        "merged": there.merged_at is not None,
        "merged_by": _account_or_none(world, there.merged_by),
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": _merge_state(world, of, there, compared, mergeable=mergeable),
        "comments": sum(each.issue == it.number for each in of.comments.values()),
        "review_comments": 0,
        "maintainer_can_modify": there.maintainer_can_modify,
        "commits": len(compared.commits),
        "additions": sum(each.additions for each in compared.changes),
        "deletions": sum(each.deletions for each in compared.changes),
        "changed_files": len(compared.changes),
    }


def _merge_state(
    world: World, of: Repository, it: Pull, compared: Comparison, *, mergeable: bool | None
) -> str:
    if not mergeable:
        return "unknown" if mergeable is None else "dirty"
    if it.base in of.protected:
        return "blocked"
    return "behind" if it.base in world.strict and compared.behind else "clean"


def compare(of: Repository, it: Pull) -> Comparison:
    """What the pull request would change; once it is closed, what it would have changed then."""
    return of.git.compare(it.base_sha, it.head_sha)


def _account_or_none(world: World, of: Account | None) -> dict[str, Any] | None:
    return account(world, of) if of else None


def minimal_pull(world: World, of: Repository, it: Issue) -> dict[str, Any]:
    """The form that check runs carry."""
    there = pull_of(it)
    sides = {"head": (there.head, there.head_sha), "base": (there.base, there.base_sha)}
    short = short_repository(world, of)
    return {"id": it.id, "number": it.number, "url": f"{api_url(world, of)}/pulls/{it.number}"} | {
        side: {"ref": ref, "sha": sha, "repo": short} for side, (ref, sha) in sides.items()
    }


def review(world: World, of: Repository, issue: Issue, it: Review) -> dict[str, Any]:
    page = f"{issue_page(world, of, issue)}#pullrequestreview-{it.id}"
    pull_url = f"{api_url(world, of)}/pulls/{issue.number}"
    return {
        "id": it.id,
        "node_id": node_id("PRR", it.id),
        "user": account(world, it.by),
        "body": it.body,
        "state": it.state,
        "commit_id": it.commit,
        "submitted_at": moment(it.submitted_at),
        "html_url": page,
        "pull_request_url": pull_url,
        "author_association": association(of, it.by),
        "_links": {"html": {"href": page}, "pull_request": {"href": pull_url}},
    }


def told(world: World, of: Repository, issue: Issue) -> dict[str, Any]:
    """The form that deliveries carry."""
    asked = [teams.told(world, of.owner, each) for each in pull_of(issue).teams]
    return pull(world, of, issue) | {"requested_teams": asked}
