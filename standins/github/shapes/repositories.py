"""Repositories, their labels and their files."""

import base64
from typing import Any

from standins.github.git import Entry
from standins.github.shapes.accounts import account, moment, node_id
from standins.github.state import Label, Repository
from standins.github.world import World

REPOSITORY_LINKS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
ZEROES = ("forks", "forks_count", "size", "stargazers_count", "watchers", "watchers_count")
ON = ("has_issues", "has_projects", "has_wiki", "has_downloads")
OFF = (
    "has_pages",
    "has_discussions",
    "disabled",
    "is_template",
    "web_commit_signoff_required",
    "allow_forking",
)


def api_url(world: World, of: Repository) -> str:
    return f"{world.url}/repos/{of.full_name}"


def html_url(world: World, of: Repository) -> str:
    return f"{world.url}/{of.full_name}"


def repository(world: World, of: Repository) -> dict[str, Any]:
    """The form that webhooks and lists carry."""
    api, html = api_url(world, of), html_url(world, of)
    open_issues = sum(issue.state == "open" for issue in of.issues.values())
    facts = {
        "id": of.id,
        "node_id": node_id("R", of.id),
        "name": of.name,
        "full_name": of.full_name,
        "private": of.private,
        "owner": account(world, of.owner),
        "url": api,
        "html_url": html,
        "clone_url": f"{html}.git",
        "git_url": f"git://{html.partition('//')[2]}.git",
        "ssh_url": f"git@{html.partition('//')[2]}.git",
        "svn_url": html,
        "description": None,
        "homepage": None,
        "language": None,
        "license": None,
        "mirror_url": None,
        "topics": [],
        "custom_properties": {},
        "fork": of.parent is not None,
        "archived": of.archived,
        "visibility": "private" if of.private else "public",
        "default_branch": of.default_branch,
        "open_issues": open_issues,
        "open_issues_count": open_issues,
        "created_at": moment(of.created_at),
        "updated_at": moment(of.created_at),
        "pushed_at": moment(of.created_at),
    }
    links = {name: api + suffix for name, suffix in REPOSITORY_LINKS.items()}
    return facts | links | dict.fromkeys(ZEROES, 0) | dict.fromkeys(ON, True) | dict.fromkeys(OFF, False)


def minimal_repository(world: World, of: Repository) -> dict[str, Any]:
    """The form in which runs carry it."""
    shown = ("id", "node_id", "name", "full_name", "private", "owner", "url", "html_url")
    whole = repository(world, of)
    return {name: whole[name] for name in (*shown, "description", "fork", *REPOSITORY_LINKS)}


def full_repository(world: World, of: Repository, *, settings: bool) -> dict[str, Any]:
    """The form of a single one; how it may be merged is told only to those who may write."""
    counts = {"network_count": 0, "subscribers_count": 0}
    return repository(world, of) | counts | (_merging(of) if settings else {})


def _merging(of: Repository) -> dict[str, Any]:
    return {
        "allow_merge_commit": "merge" in of.merge_methods,
        "allow_squash_merge": "squash" in of.merge_methods,
        "allow_rebase_merge": "rebase" in of.merge_methods,
        "allow_auto_merge": False,
        "delete_branch_on_merge": False,
    }


def short_repository(world: World, of: Repository) -> dict[str, Any]:
    return {"id": of.id, "name": of.name, "url": api_url(world, of)}


def label(world: World, of: Repository, it: Label) -> dict[str, Any]:
    return {
        "id": it.id,
        "node_id": node_id("LA", it.id),
        "url": f"{api_url(world, of)}/labels/{it.name}",
        "name": it.name,
        "description": it.description,
        "color": it.color,
        "default": False,
    }


def entry(world: World, of: Repository, it: Entry, ref: str) -> dict[str, Any]:
    """A file or a directory in a listing."""
    api = api_url(world, of)
    self_url = f"{api}/contents/{it.path}?ref={ref}"
    kind = {"tree": "dir", "commit": "submodule"}.get(it.kind, "symlink" if it.mode == "120000" else "file")
    git_url = f"{api}/git/{it.kind}s/{it.sha}"
    page = f"{html_url(world, of)}/{it.kind}/{ref}/{it.path}"
    return {
        "type": kind,
        "name": it.path.rpartition("/")[2],
        "path": it.path,
        "sha": it.sha,
        "size": it.size or 0,
        "url": self_url,
        "git_url": git_url,
        "html_url": page,
        "download_url": f"{html_url(world, of)}/raw/{ref}/{it.path}" if it.kind == "blob" else None,
        "_links": {"self": self_url, "git": git_url, "html": page},
    }


def file(world: World, of: Repository, it: Entry, ref: str) -> dict[str, Any]:
    """A file with its content."""
    content = base64.encodebytes(of.git.blob(it.sha)).decode()
    return entry(world, of, it, ref) | {"type": "file", "encoding": "base64", "content": content}
