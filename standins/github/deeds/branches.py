"""Branches: made, moved, deleted; pull requests follow them."""

from collections.abc import Mapping
from typing import Any

from standins.github.deeds import pulls
from standins.github.git import Edit, Signature
from standins.github.hooks import tell
from standins.github.shapes import commits as shapes
from standins.github.shapes.repositories import html_url
from standins.github.state import Account, Repository
from standins.github.world import Refused, World

NOBODY = "0" * 40
LISTED_COMMITS = 20


def signature(world: World, of: Account) -> Signature:
    return Signature(name=of.login, email=of.email, at=world.now())


def create_branch(world: World, repository: Repository, by: Account, name: str, sha: str) -> None:
    if name in repository.branches:
        raise Refused(422, "Reference already exists")
    if repository.git.kind(sha) != "commit":
        raise Refused(422, "Object does not exist")
    if any(each.startswith(f"{name}/") or name.startswith(f"{each}/") for each in repository.branches):
        raise Refused(422, "Reference update failed")
    world.note("create_branch", repository, by, branch=name, sha=sha)
    place(world, repository, by, name, sha)


def move_branch(
    world: World, repository: Repository, by: Account, name: str, sha: str, *, force: bool = False
) -> None:
    """Only forward, unless forced; open pull requests from it get the new head."""
    if name not in repository.branches:
        raise Refused(422, "Reference does not exist")
    if repository.git.kind(sha) != "commit":
        raise Refused(422, "Object does not exist")
    if name in repository.protected:
        raise Refused(422, "Repository rule violations found\n\nCannot update this protected ref.\n\n")
    forward = repository.git.is_ancestor(repository.branches[name], sha)
    if not forward and not force:
        raise Refused(422, "Update is not a fast forward")
    world.note("move_branch", repository, by, branch=name, sha=sha, forced=not forward)
    place(world, repository, by, name, sha, forced=not forward)


def delete_branch(world: World, repository: Repository, by: Account, name: str) -> None:
    """Open pull requests from it are closed."""
    if name not in repository.branches:
        raise Refused(422, "Reference does not exist")
    before = repository.branches.pop(name)
    repository.git.delete_reference(f"refs/heads/{name}")
    world.note("delete_branch", repository, by, branch=name)
    _tell(world, repository, by, name, before=before, after=NOBODY)
    pulls.close_those_from(world, repository, by, name)


def rename(world: World, repository: Repository, by: Account, name: str, new: str) -> None:
    """Whatever led into it leads to its new name."""
    create_branch(world, repository, by, new, repository.branches[name])
    if repository.default_branch == name:
        repository.default_branch = new
    pulls.retarget(world, repository, by, name, new)
    delete_branch(world, repository, by, name)


def place(
    world: World, repository: Repository, by: Account, name: str, sha: str, *, forced: bool = False
) -> None:
    """The branch is at this commit from now on, and all who follow it know."""
    before = repository.branches.get(name, NOBODY)
    known = set(repository.branches.values())
    repository.git.set_reference(f"refs/heads/{name}", sha)
    repository.branches[name] = sha
    if before != sha:
        _tell(world, repository, by, name, before=before, after=sha, forced=forced, known=known)
        pulls.follow(world, repository, by, name)


def _fresh_commits(repository: Repository, after: str, known: set[str]) -> list[str]:
    """What no branch held before this push."""
    if after == NOBODY:
        return []
    return repository.git.log(after, "--not", *sorted(known))[-LISTED_COMMITS:]


def _tell(  # noqa: PLR0913  a push has this many parts
    world: World,
    repository: Repository,
    by: Account,
    name: str,
    *,
    before: str,
    after: str,
    forced: bool = False,
    known: set[str] | None = None,
) -> None:
    def payload() -> dict[str, Any]:
        listed = [
            shapes.push_commit(world, repository, shapes.read_commit(repository, sha))
            for sha in _fresh_commits(repository, after, known or set())
        ]
        return {
            "ref": f"refs/heads/{name}",
            "before": before,
            "after": after,
            "base_ref": None,
            "created": before == NOBODY,
            "deleted": after == NOBODY,
            "forced": forced,
            "compare": f"{html_url(world, repository)}/compare/{before[:12]}...{after[:12]}",
            "commits": listed,
            "head_commit": listed[-1] if listed else None,
            "pusher": {"name": by.login, "email": by.email},
        }

    tell(world, "push", by=by, repository=repository, payload=payload)


def push(
    world: World,
    repository: Repository,
    by: Account,
    files: Mapping[str, str | bytes | None],
    *,
    branch: str,
    message: str,
) -> str:
    """A commit with these files on top of the branch, or of the default branch where it is new."""
    parent = repository.branches.get(branch) or repository.branches.get(repository.default_branch)
    tree = repository.git.keep_tree(parent, [edit(path, content) for path, content in files.items()])
    mine = signature(world, by)
    sha = repository.git.keep_commit(tree, [parent] if parent else [], message, author=mine, committer=mine)
    world.note("push", repository, by, branch=branch, sha=sha)
    place(world, repository, by, branch, sha)
    return sha


def merge_into(
    world: World,
    repository: Repository,
    by: Account,
    commit: str,
    files: Mapping[str, str | bytes | None],
    *,
    branch: str,
) -> str:
    """A merge of this commit into the branch, as a person makes one who solves conflicts in these files."""
    tip, mine = repository.branches[branch], signature(world, by)
    tree = repository.git.keep_tree(commit, [edit(path, content) for path, content in files.items()])
    sha = repository.git.keep_commit(tree, [tip, commit], "Merge", author=mine, committer=mine)
    world.note("push", repository, by, branch=branch, sha=sha)
    place(world, repository, by, branch, sha)
    return sha


def edit(path: str, content: str | bytes | None) -> Edit:
    return Edit(path=path, content=content.encode() if isinstance(content, str) else content)
