"""Commit statuses: what says how a commit is without a check run; and a continuous integration that tells."""

from typing import Any

from standins.github.deeds import checks
from standins.github.hooks import tell
from standins.github.shapes import statuses as shapes
from standins.github.shapes.pulls import pull_of
from standins.github.state import Account, CommitStatus, Repository
from standins.github.world import World

CI = "github-actions"


def set_status(  # noqa: PLR0913  a status has this many parts
    world: World,
    repository: Repository,
    by: Account,
    sha: str,
    *,
    context: str,
    state: str,
    description: str = "",
) -> CommitStatus:
    """The newest of its context."""
    made = CommitStatus(
        id=world.new_id(),
        sha=sha,
        context=context,
        state=state,
        description=description,
        by=by,
        created_at=world.now(),
    )
    repository.statuses.append(made)
    world.note("set_status", repository, by, sha=sha, context=context, state=state)

    def payload() -> dict[str, Any]:
        return shapes.told_status(world, repository, made)

    tell(world, "status", by=by, repository=repository, payload=payload)
    return made


def run_ci(world: World) -> None:
    """Each commit that an open pull request shows is looked at once, as the world's `ci` says."""
    if world.ci is None:
        return
    for repository in world.repositories.values():
        heads = {pull_of(each).head_sha for each in repository.pulls() if each.state == "open"}
        seen = {each.head_sha for each in repository.checks.values() if each.app and each.app.slug == CI}
        for head in sorted(heads - seen):
            for name, conclusion in world.ci(repository, head).items():
                asked = {"name": name, "head_sha": head, "conclusion": conclusion}
                checks.run_by_another(world, repository, asked, slug=CI, log=f"{name} said {conclusion}")
