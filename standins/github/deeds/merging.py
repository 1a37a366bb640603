"""Merging a pull request: exactly the head that was asked for, or not at all."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from standins.github.deeds import branches
from standins.github.deeds.pulls import set_pull_state
from standins.github.git import Signature
from standins.github.shapes.commits import read_commit
from standins.github.shapes.pulls import pull_of
from standins.github.state import Account, Issue, MergeMethod, Pull, Repository
from standins.github.world import Refused, World

NOT_ALLOWED: Final[Mapping[MergeMethod, str]] = {
    "merge": "Merge commits are not allowed on this repository.",
    "squash": "Squash merges are not allowed on this repository.",
    "rebase": "Rebase merges are not allowed on this repository.",
}


def merge(  # noqa: PLR0913  who merges what, how, and with which words
    world: World,
    repository: Repository,
    by: Account,
    issue: Issue,
    *,
    sha: str | None = None,
    method: MergeMethod = "merge",
    title: str | None = None,
    message: str | None = None,
) -> str:
    """The newest commit that it made on the base. Refused: 405 not mergeable, 409 the head has moved."""
    pull = pull_of(issue)
    _check_can_be_merged(repository, issue, pull)
    if method not in repository.merge_methods:
        raise Refused(405, NOT_ALLOWED[method])
    if sha is not None and sha != pull.head_sha:
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    base_tip = repository.branches[pull.base]
    tree = _merged(repository, base_tip, pull.head_sha)
    if pull.base in world.strict and repository.git.compare(base_tip, pull.head_sha).behind:
        raise Refused(405, "The head branch is not up to date with the base branch.")
    if method == "rebase":
        made = _rebased(world, repository, by, base_tip, pull.head_sha)
    else:
        words = [title or _title(issue, method), message or issue.title]
        parents = [base_tip, pull.head_sha] if method == "merge" else [base_tip]
        made = _commit(world, repository, by, tree, parents, "\n\n".join(filter(None, words)))
    _mark(world, repository, by, issue, made)
    return made


def _merged(repository: Repository, base_tip: str, head: str) -> str:
    """The tree of both together."""
    tree = repository.git.compare(base_tip, head).merged
    if tree is None:
        raise Refused(405, "Pull Request is not mergeable")
    return tree


def _rebased(world: World, repository: Repository, by: Account, base_tip: str, head: str) -> str:
    """The last of its commits, each made anew on top of the base: by whom it was, but unsigned."""
    tip, committer = base_tip, branches.signature(world, by)
    for sha in repository.git.compare(base_tip, head).commits:
        old = read_commit(repository, sha)
        at = datetime.fromisoformat(old.author["date"])
        author = Signature(name=old.author["name"], email=old.author["email"], at=at)
        tree = _merged(repository, base_tip, sha)
        tip = repository.git.keep_commit(tree, [tip], old.message, author=author, committer=committer)
    return tip


def _check_can_be_merged(repository: Repository, issue: Issue, pull: Pull) -> None:
    if issue.state == "closed" or pull.draft or pull.base not in repository.branches:
        raise Refused(405, "Pull Request is not mergeable")
    if pull.base in repository.protected:
        raise Refused(405, repository.protected[pull.base])


def _title(issue: Issue, method: MergeMethod) -> str:
    if method == "squash":
        return f"{issue.title} (#{issue.number})"
    pull = pull_of(issue)
    return f"Merge pull request #{issue.number} from {pull.origin_owner.login}/{pull.head}"


def _commit(
    world: World, repository: Repository, by: Account, tree: str, parents: list[str], words: str
) -> str:
    author = branches.signature(world, by)
    committer = Signature(name="GitHub", email="noreply@github.com", at=author.at)
    sha = repository.git.keep_commit(tree, parents, words, author=author, committer=committer)
    repository.signed.add(sha)
    return sha


def _mark(world: World, repository: Repository, by: Account, issue: Issue, made: str) -> None:
    """Merged first, then closed: who hears that it is closed hears that it is merged."""
    pull = pull_of(issue)
    head = pull.head_sha
    pull.merge_sha, pull.merged_at, pull.merged_by = made, world.now(), by
    base_sha = pull.base_sha
    facts = {"number": issue.number, "head": head, "base": pull.base, "sha": made}
    world.note("merge", repository, by, **facts, tree=read_commit(repository, made).tree)
    set_pull_state(world, repository, issue, by, "closed")
    branches.place(world, repository, by, pull.base, made)
    pull.base_sha = base_sha
