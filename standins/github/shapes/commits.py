"""Git's objects and refs as REST shows them, and what lies between two commits."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from standins.github.diffs import Change
from standins.github.git import Entry, GitFailed
from standins.github.shapes.accounts import account, moment, node_id
from standins.github.shapes.repositories import api_url, html_url
from standins.github.state import Repository
from standins.github.world import Missing, World

# https://docs.github.com/en/repositories/creating-and-managing-repositories/repository-limits, diff limits
MOST_LINES_OF_A_FILE = 20_000
MOST_OF_A_FILE = 500_000  # characters, for 500 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit as git keeps it."""

    sha: str
    tree: str
    parents: list[str]
    author: dict[str, str]
    committer: dict[str, str]
    message: str


def read_commit(of: Repository, sha: str) -> Commit:
    """Raises Missing where the object is no commit here."""
    try:
        head, _, message = of.git.recall("cat-file", "commit", sha).decode(errors="replace").partition("\n\n")
    except GitFailed:
        raise Missing(f"no commit {sha}") from None
    fields = [line.partition(" ")[::2] for line in head.splitlines()]
    first = dict(reversed(fields))
    return Commit(
        sha=sha,
        tree=first["tree"],
        parents=[value for name, value in fields if name == "parent"],
        author=_person(first["author"]),
        committer=_person(first["committer"]),
        message=message.removesuffix("\n"),
    )


def _person(line: str) -> dict[str, str]:
    name, _, rest = line.partition(" <")
    email, _, when = rest.partition("> ")
    at = datetime.fromtimestamp(int(when.split(" ")[0]), UTC)
    return {"name": name, "email": email, "date": moment(at)}


def verification(of: Repository, sha: str) -> dict[str, Any]:
    """GitHub signs what it commits itself for an App."""
    signed = sha in of.signed
    return {
        "verified": signed,
        "reason": "valid" if signed else "unsigned",
        "signature": "-----BEGIN PGP SIGNATURE-----" if signed else None,
        "payload": f"tree {sha}" if signed else None,
        "verified_at": None,
    }


def git_commit(world: World, of: Repository, it: Commit) -> dict[str, Any]:
    api, html = f"{api_url(world, of)}/git", html_url(world, of)
    return {
        "sha": it.sha,
        "node_id": node_id("C", it.sha),
        "url": f"{api}/commits/{it.sha}",
        "html_url": f"{html}/commit/{it.sha}",
        "author": it.author,
        "committer": it.committer,
        "tree": {"sha": it.tree, "url": f"{api}/trees/{it.tree}"},
        "message": it.message,
        "parents": _parents(world, of, it),
        "verification": verification(of, it.sha),
    }


def _parents(world: World, of: Repository, it: Commit) -> list[dict[str, str]]:
    api, html = api_url(world, of), html_url(world, of)
    return [
        {"sha": sha, "url": f"{api}/commits/{sha}", "html_url": f"{html}/commit/{sha}"} for sha in it.parents
    ]


def commit(world: World, of: Repository, it: Commit) -> dict[str, Any]:
    """The form that lists and comparisons carry."""
    api = api_url(world, of)
    return {
        "sha": it.sha,
        "node_id": node_id("C", it.sha),
        "url": f"{api}/commits/{it.sha}",
        "html_url": f"{html_url(world, of)}/commit/{it.sha}",
        "comments_url": f"{api}/commits/{it.sha}/comments",
        "commit": {
            "url": f"{api}/git/commits/{it.sha}",
            "author": it.author,
            "committer": it.committer,
            "message": it.message,
            "tree": {"sha": it.tree, "url": f"{api}/git/trees/{it.tree}"},
            "comment_count": 0,
            "verification": verification(of, it.sha),
        },
        "author": _account_of(world, it.author),
        "committer": _account_of(world, it.committer),
        "parents": _parents(world, of, it),
    }


def branch(world: World, of: Repository, name: str, newest: dict[str, Any]) -> dict[str, Any]:
    """A branch and its newest commit."""
    api = f"{api_url(world, of)}/branches/{name}"
    return {
        "name": name,
        "commit": newest,
        "_links": {"self": api, "html": f"{html_url(world, of)}/tree/{name}"},
        "protected": name in of.protected,
        "protection": {"enabled": name in of.protected},
        "protection_url": f"{api}/protection",
    }


def _account_of(world: World, person: dict[str, str]) -> dict[str, Any] | None:
    for each in world.accounts.values():
        if each.email == person["email"]:
            return account(world, each)
    return None


def push_commit(world: World, of: Repository, it: Commit) -> dict[str, Any]:
    """The form that a push delivery carries."""
    changes = of.git.changes(it.parents[0], it.sha) if it.parents else []
    people = {role: {"name": who["name"], "email": who["email"]} for role, who in _people(it).items()}
    return {
        "id": it.sha,
        "tree_id": it.tree,
        "distinct": True,
        "message": it.message,
        "timestamp": it.committer["date"],
        "url": f"{html_url(world, of)}/commit/{it.sha}",
        "added": [each.path for each in changes if each.status in {"added", "renamed"}],
        "removed": [each.was or each.path for each in changes if each.status in {"removed", "renamed"}],
        "modified": [each.path for each in changes if each.status in {"modified", "changed"}],
    } | people


def _people(it: Commit) -> dict[str, dict[str, str]]:
    return {"author": it.author, "committer": it.committer}


def is_shown(it: Change) -> bool:
    """Of larger ones GitHub shows no lines."""
    return it.additions + it.deletions <= MOST_LINES_OF_A_FILE and len(it.patch or "") <= MOST_OF_A_FILE


def change(world: World, of: Repository, it: Change, *, head: str) -> dict[str, Any]:
    """One file of a pull request or of a comparison."""
    html = html_url(world, of)
    shape: dict[str, Any] = {
        "sha": it.sha,
        "filename": it.path,
        "status": it.status,
        "additions": it.additions,
        "deletions": it.deletions,
        "changes": it.additions + it.deletions,
        "blob_url": f"{html}/blob/{head}/{it.path}",
        "raw_url": f"{html}/raw/{head}/{it.path}",
        "contents_url": f"{api_url(world, of)}/contents/{it.path}?ref={head}",
    }
    if it.patch is not None and is_shown(it):
        shape["patch"] = it.patch
    if it.was is not None:
        shape["previous_filename"] = it.was
    return shape


def reference(world: World, of: Repository, name: str, sha: str) -> dict[str, Any]:
    """`name` is whole: refs/heads/main."""
    api = f"{api_url(world, of)}/git"
    return {
        "ref": name,
        "node_id": node_id("REF", name),
        "url": f"{api}/{name}",
        "object": {"sha": sha, "type": "commit", "url": f"{api}/commits/{sha}"},
    }


def tree(world: World, of: Repository, sha: str, entries: list[Entry]) -> dict[str, Any]:
    api = f"{api_url(world, of)}/git"
    return {
        "sha": sha,
        "url": f"{api}/trees/{sha}",
        "tree": [_entry(api, each) for each in entries],
        "truncated": False,
    }


def _entry(api: str, it: Entry) -> dict[str, Any]:
    shape = {"path": it.path, "mode": it.mode, "type": it.kind, "sha": it.sha}
    size = {} if it.size is None else {"size": it.size}
    return shape | size | {"url": f"{api}/{it.kind}s/{it.sha}"}


def blob(world: World, of: Repository, sha: str) -> dict[str, Any]:
    content = of.git.blob(sha)
    return {
        "sha": sha,
        "node_id": node_id("B", sha),
        "size": len(content),
        "url": f"{api_url(world, of)}/git/blobs/{sha}",
        "content": base64.encodebytes(content).decode(),
        "encoding": "base64",
    }
