"""The Git Data API: blobs, trees, commits, refs."""

import base64
import binascii
from datetime import datetime
from typing import Any

from standins.github.call import Answer, Call, Routes, paged
from standins.github.deeds import branches as deeds
from standins.github.git import Edit, GitFailed, Signature
from standins.github.routes.repositories import commit_named
from standins.github.shapes import commits as shapes
from standins.github.shapes.repositories import api_url
from standins.github.world import Missing, Refused

routes = Routes()
GIT = "/repos/{owner}/{repo}/git"
READ, WRITE = "contents:read", "contents:write"


@routes.on("POST", f"{GIT}/blobs", needs=WRITE)
def create_blob(call: Call) -> Answer:
    sha = call.repository.git.keep_blob(_content(call.body))
    call.world.note("create_blob", call.repository, call.by, sha=sha)
    url = f"{api_url(call.world, call.repository)}/git/blobs/{sha}"
    return Answer(status=201, body={"sha": sha, "url": url})


def _content(asked: dict[str, Any]) -> bytes:
    if asked.get("encoding", "utf-8") == "utf-8":
        return str(asked["content"]).encode()
    try:
        return base64.b64decode(asked["content"])
    except binascii.Error:
        raise Refused(422, "content is not valid Base64") from None


@routes.on("GET", f"{GIT}/blobs/{{file_sha}}", needs=READ)
def get_blob(call: Call) -> Answer:
    sha = call.parameters["file_sha"]
    if call.repository.git.kind(sha) != "blob":
        raise Missing(f"no blob {sha}")
    if call.wants("raw"):
        return Answer.as_is(call.repository.git.blob(sha), "raw+json")
    return Answer(body=shapes.blob(call.world, call.repository, sha))


@routes.on("POST", f"{GIT}/trees", needs=WRITE)
def create_tree(call: Call) -> Answer:
    """The base with the entries laid over it; an entry whose `sha` is null is deleted."""
    git, base = call.repository.git, call.body.get("base_tree")
    if base is not None and git.kind(base) not in {"tree", "commit"}:
        raise Refused(422, "base_tree is not a valid tree oid")
    edits = [_edit(each) for each in call.body["tree"]]
    _check_entries(call, base, edits)
    try:
        sha = git.keep_tree(base, edits)
    except GitFailed as failure:
        raise Refused(422, "GitRPC::BadObjectState") from failure
    call.world.note("create_tree", call.repository, call.by, sha=sha, paths=[each.path for each in edits])
    return Answer(status=201, body=shapes.tree(call.world, call.repository, sha, git.entries(sha)))


def _edit(asked: dict[str, Any]) -> Edit:
    if not {"path", "mode"} <= asked.keys() or asked.get("mode") is None:
        raise Refused(422, "Must supply a valid tree.path and tree.mode")
    if ("content" in asked) == ("sha" in asked):
        raise Refused(422, "Must supply either tree.sha or tree.content")
    content = asked["content"].encode() if "content" in asked else None
    return Edit(path=asked["path"], mode=asked["mode"], content=content, sha=asked.get("sha"))


def _check_entries(call: Call, base: str | None, edits: list[Edit]) -> None:
    """Objects must exist; so must what is deleted; no path leads out of the tree."""
    git = call.repository.git
    present = {each.path for each in git.entries(base, "-r", "-t")} if base else set()
    for edit in edits:
        if {"", ".", "..", ".git"} & set(edit.path.split("/")):
            raise Refused(422, "tree.path contains a malformed path component")
        deleted = edit.content is None and edit.sha is None
        if deleted and edit.path not in present:
            raise Refused(422, "GitRPC::BadObjectState")
        if edit.sha and edit.mode != "160000" and git.kind(edit.sha) is None:
            raise Refused(422, f"tree.sha {edit.sha} is not a valid object")


@routes.on("GET", f"{GIT}/trees/{{tree_sha}}", needs=READ)
def get_tree(call: Call) -> Answer:
    of, name = call.repository, call.parameters["tree_sha"]
    sha = of.git.resolve(f"{of.branches.get(name, name)}^{{tree}}")
    if sha is None:
        raise Missing(f"no tree {name}")
    options = ("-r", "-t") if call.query.get("recursive") else ()
    return Answer(body=shapes.tree(call.world, of, sha, of.git.entries(sha, *options)))


@routes.on("POST", f"{GIT}/commits", needs=WRITE)
def create_commit(call: Call) -> Answer:
    """Without author and committer it is the App's own, and verified."""
    of, asked = call.repository, call.body
    tree, parents = asked["tree"], asked.get("parents", [])
    if of.git.kind(tree) != "tree":
        raise Refused(422, "Tree SHA does not exist")
    if any(of.git.kind(each) != "commit" for each in parents):
        raise Refused(422, "Parent SHA does not exist or is not a commit object")
    author = _signature(call, asked.get("author"))
    committer = _signature(call, asked["committer"]) if "committer" in asked else author
    sha = of.git.keep_commit(tree, parents, asked["message"], author=author, committer=committer)
    if not asked.keys() & {"author", "committer"}:
        of.signed.add(sha)
    call.world.note("create_commit", of, call.by, sha=sha, tree=tree, parents=list(parents))
    return Answer(status=201, body=shapes.git_commit(call.world, of, shapes.read_commit(of, sha)))


def _signature(call: Call, asked: dict[str, str] | None) -> Signature:
    mine = deeds.signature(call.world, call.by)
    if asked is None:
        return mine
    at = datetime.fromisoformat(asked["date"]) if "date" in asked else mine.at
    return Signature(name=asked["name"], email=asked["email"], at=at)


@routes.on("GET", f"{GIT}/commits/{{commit_sha}}", needs=READ)
def get_git_commit(call: Call) -> Answer:
    of = call.repository
    it = shapes.read_commit(of, call.parameters["commit_sha"])
    return Answer(body=shapes.git_commit(call.world, of, it))


@routes.on("GET", f"{GIT}/ref/{{ref}}", needs=READ)
def get_ref(call: Call) -> Answer:
    name = call.parameters["ref"]
    branch = _branch(name)
    if branch not in call.repository.branches:
        raise Missing(f"no ref {name}")
    return _reference(call, branch)


def _branch(name: str) -> str:
    """Only branches are played here."""
    if not name.startswith("heads/"):
        raise Missing(f"no ref {name}")
    return name.removeprefix("heads/")


def _reference(call: Call, branch: str, status: int = 200) -> Answer:
    sha = call.repository.branches[branch]
    body = shapes.reference(call.world, call.repository, f"refs/heads/{branch}", sha)
    return Answer(status=status, body=body)


@routes.on("GET", f"{GIT}/matching-refs/{{ref}}", needs=READ)
def list_matching_refs(call: Call) -> Answer:
    start = _branch(call.parameters["ref"])
    found = sorted(each for each in call.repository.branches.items() if each[0].startswith(start))
    return paged(
        call, found, lambda it: shapes.reference(call.world, call.repository, f"refs/heads/{it[0]}", it[1])
    )


@routes.on("POST", f"{GIT}/refs", needs=WRITE)
def create_ref(call: Call) -> Answer:
    name = call.body["ref"]
    if not name.startswith("refs/heads/"):
        raise Refused(422, "Reference name must start with 'refs/heads/'")
    branch = name.removeprefix("refs/heads/")
    deeds.create_branch(call.world, call.repository, call.by, branch, call.body["sha"])
    return _reference(call, branch, status=201)


@routes.on("PATCH", f"{GIT}/refs/{{ref}}", needs=WRITE)
def update_ref(call: Call) -> Answer:
    branch, force = _branch(call.parameters["ref"]), call.body.get("force", False)
    deeds.move_branch(call.world, call.repository, call.by, branch, call.body["sha"], force=force)
    return _reference(call, branch)


@routes.on("DELETE", f"{GIT}/refs/{{ref}}", needs=WRITE)
def delete_ref(call: Call) -> Answer:
    deeds.delete_branch(call.world, call.repository, call.by, _branch(call.parameters["ref"]))
    return Answer(status=204)


@routes.on("GET", "/repos/{owner}/{repo}/commits/{ref}", needs=READ)
def get_commit(call: Call) -> Answer:
    of = call.repository
    it = shapes.read_commit(of, commit_named(of, call.parameters["ref"]))
    changes = of.git.changes(it.parents[0], it.sha) if it.parents else []
    files = [shapes.change(call.world, of, each, head=it.sha) for each in changes]
    totals = {name: sum(each[name] for each in files) for name in ("additions", "deletions")}
    stats = totals | {"total": sum(totals.values())}
    return Answer(body=shapes.commit(call.world, of, it) | {"files": files, "stats": stats})
