"""Forks: repositories made of others, and the pull requests that come from them."""

from standins.github.git import Git
from standins.github.shapes.pulls import pull_of
from standins.github.state import Account, Issue, Pull, Repository
from standins.github.world import Refused, World


def fork(world: World, repository: Repository, by: Account) -> Repository:
    """All that it holds, in a repository of theirs with a git of its own. Refused to who may not read it."""
    if repository.role_of(by) == "none":
        raise Refused(404, "Not Found")
    if origin_named(world, repository, by.login):
        raise Refused(422, "Validation Failed", resource="Fork", field="name", code="already_exists")
    git = Git(world.directory / f"{world.new_id()}.git")
    git.copy(repository.git.path)
    made = world.add_repository(
        f"{by.login}/{repository.name}",
        git,
        default_branch=repository.default_branch,
        private=repository.private,
    )
    made.parent = repository.id
    world.note("fork", repository, by, fork=made.full_name)
    return made


def origin_named(world: World, repository: Repository, owner: str) -> Repository | None:
    """The repository itself where it is its owner's, else their fork of it; None where there is none."""
    if owner.lower() == repository.owner.login.lower():
        return repository
    forks = [each for each in world.repositories.values() if each.parent == repository.id]
    return next((each for each in forks if each.owner.login.lower() == owner.lower()), None)


def show(repository: Repository, number: int, pull: Pull) -> None:
    """What the pull request shows can be fetched of the repository that it goes to."""
    repository.git.set_reference(f"refs/pull/{number}/head", pull.head_sha)


def those_from(world: World, origin: Repository, branch: str) -> list[tuple[Repository, Issue]]:
    """The open pull requests from this branch, in whichever repository."""
    return [
        (of, issue)
        for of in list(world.repositories.values())
        for issue in of.pulls()
        if issue.state == "open" and (pull_of(issue).origin, pull_of(issue).head) == (origin.id, branch)
    ]
