"""Check suites and commit statuses, as GitHub writes them."""

from typing import Any

from standins.github.shapes.accounts import account, app, moment, node_id
from standins.github.shapes.checks import pulls_with
from standins.github.shapes.commits import commit, read_commit
from standins.github.shapes.pulls import minimal_pull
from standins.github.shapes.repositories import api_url, repository
from standins.github.state import CheckRun, CommitStatus, Repository
from standins.github.world import World


def suite(world: World, of: Repository, number: int, head: str, slug: str) -> dict[str, Any]:
    """A suite as its check runs leave it; one without any is queued until it is said to have ended."""
    runs = [each for each in of.checks.values() if each.suite == number]
    whose = next((each.app for each in runs), None)
    status, conclusion = _stands(of, number, runs)
    there = read_commit(of, head)
    url = f"{api_url(world, of)}/check-suites/{number}"
    return {
        "id": number,
        "node_id": node_id("CS", number),
        "head_branch": next((name for name, sha in of.branches.items() if sha == head), None),
        "head_sha": head,
        "status": status,
        "conclusion": conclusion,
        "url": url,
        "before": None,
        "after": head,
        "pull_requests": [minimal_pull(world, of, each) for each in pulls_with(of, head)],
        "app": app(world, whose) | (_named(world, slug) if slug and whose is None else {}),
        "repository": repository(world, of),
        "created_at": there.committer["date"],
        "updated_at": there.committer["date"],
        "head_commit": {
            "id": there.sha,
            "tree_id": there.tree,
            "message": there.message,
            "timestamp": there.committer["date"],
            "author": {name: there.author[name] for name in ("name", "email")},
            "committer": {name: there.committer[name] for name in ("name", "email")},
        },
        "latest_check_runs_count": len(runs),
        "check_runs_url": f"{url}/check-runs",
    }


def _named(world: World, slug: str) -> dict[str, Any]:
    return {"id": world.account(f"{slug}[bot]").id, "slug": slug, "name": slug}


def _stands(of: Repository, number: int, runs: list[CheckRun]) -> tuple[str, str | None]:
    if said := of.suites_say.get(number):
        return (said, None) if said == "in_progress" else ("completed", said)
    if not runs:
        return "queued", None
    if not all(each.conclusion for each in runs):
        return "in_progress", None
    worst = next((each.conclusion for each in runs if each.conclusion != "success"), "success")
    return "completed", worst


def newest(of: Repository, sha: str) -> list[CommitStatus]:
    """The newest of each context."""
    return list({each.context: each for each in of.statuses if each.sha == sha}.values())


def combined(world: World, of: Repository, sha: str, shown: list[CommitStatus], total: int) -> dict[str, Any]:
    states = {each.state for each in newest(of, sha)}
    bad, url = states & {"failure", "error"}, f"{api_url(world, of)}/commits/{sha}"
    state = "failure" if bad else "success" if states == {"success"} else "pending"
    return {
        "state": state,
        "statuses": [status(world, of, each) for each in shown],
        "sha": sha,
        "total_count": total,
        "repository": repository(world, of),
        "commit_url": url,
        "url": f"{url}/status",
    }


def status(world: World, of: Repository, it: CommitStatus) -> dict[str, Any]:
    return {
        "url": f"{api_url(world, of)}/statuses/{it.sha}",
        "avatar_url": account(world, it.by)["avatar_url"],
        "id": it.id,
        "node_id": node_id("SC", it.id),
        "state": it.state,
        "description": it.description or None,
        "target_url": None,
        "context": it.context,
        "created_at": moment(it.created_at),
        "updated_at": moment(it.created_at),
    }


def told_status(world: World, of: Repository, it: CommitStatus) -> dict[str, Any]:
    """As deliveries carry it: with the commit, and the branches that end there."""
    shape = status(world, of, it)
    named = ("id", "state", "description", "target_url", "context", "created_at", "updated_at")
    on = [name for name, sha in of.branches.items() if sha == it.sha]
    api = api_url(world, of)
    whole = commit(world, of, read_commit(of, it.sha))
    whole["commit"]["verification"].pop("verified_at")  # deliveries of this kind leave it out
    return {name: shape[name] for name in named} | {
        "sha": it.sha,
        "name": of.full_name,
        "avatar_url": shape["avatar_url"],
        "commit": {
            name: whole[name]
            for name in (
                "sha",
                "node_id",
                "commit",
                "url",
                "html_url",
                "comments_url",
                "author",
                "committer",
                "parents",
            )
        },
        "branches": [
            {"name": name, "commit": {"sha": it.sha, "url": f"{api}/commits/{it.sha}"}, "protected": False}
            for name in on
        ],
    }
