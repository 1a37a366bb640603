"""Issues, comments, reactions."""

from collections.abc import Iterable
from typing import Any

from standins.github.shapes.accounts import account, app, association, moment, moment_or_none, node_id
from standins.github.shapes.repositories import api_url, html_url, label
from standins.github.state import Comment, Issue, Reaction, Repository
from standins.github.world import World

REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")


def issue_page(world: World, of: Repository, it: Issue) -> str:
    return f"{html_url(world, of)}/{'pull' if it.pull else 'issues'}/{it.number}"


def issue(world: World, of: Repository, it: Issue) -> dict[str, Any]:
    url = f"{api_url(world, of)}/issues/{it.number}"
    shape = {
        "id": it.id,
        "node_id": node_id("I", it.id),
        "number": it.number,
        "url": url,
        "repository_url": api_url(world, of),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": issue_page(world, of, it),
        "state": it.state,
        "state_reason": "completed" if it.state == "closed" else None,
        "title": it.title,
        "body": it.body,
        "user": account(world, it.by),
        "labels": [label(world, of, each) for each in it.labels],
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": False,
        "active_lock_reason": None,
        "comments": sum(each.issue == it.number for each in of.comments.values()),
        "closed_at": moment_or_none(it.closed_at),
        "created_at": moment(it.created_at),
        "updated_at": moment(it.updated_at),
        "author_association": association(of, it.by),
        "reactions": rollup(f"{url}/reactions", it.reactions),
        "performed_via_github_app": None,
    }
    return shape | ({"pull_request": _pull_links(world, of, it)} if it.pull else {})


def _pull_links(world: World, of: Repository, it: Issue) -> dict[str, Any]:
    page = issue_page(world, of, it)
    return {
        "url": f"{api_url(world, of)}/pulls/{it.number}",
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "merged_at": moment_or_none(it.pull.merged_at if it.pull else None),
    }


def rollup(url: str, reactions: Iterable[Reaction]) -> dict[str, Any]:
    contents = [each.content for each in reactions]
    counts = {content: contents.count(content) for content in REACTIONS}
    return {"url": url, "total_count": len(contents)} | counts


def comment(world: World, of: Repository, it: Comment) -> dict[str, Any]:
    url = f"{api_url(world, of)}/issues/comments/{it.id}"
    issue_it_is_on = of.issues[it.issue]
    return {
        "id": it.id,
        "node_id": node_id("IC", it.id),
        "url": url,
        "html_url": f"{issue_page(world, of, issue_it_is_on)}#issuecomment-{it.id}",
        "issue_url": f"{api_url(world, of)}/issues/{it.issue}",
        "user": account(world, it.by),
        "created_at": moment(it.created_at),
        "updated_at": moment(it.updated_at),
        "author_association": association(of, it.by),
        "body": it.body,
        "reactions": rollup(f"{url}/reactions", it.reactions),
        "performed_via_github_app": app(world) if it.by.type == "Bot" else None,
    }


def reaction(world: World, it: Reaction) -> dict[str, Any]:
    return {
        "id": it.id,
        "node_id": node_id("REA", it.id),
        "user": account(world, it.by),
        "content": it.content,
        "created_at": moment(it.created_at),
    }
