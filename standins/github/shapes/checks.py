"""Check runs, deployments and their statuses."""

from typing import Any

from standins.github.shapes.accounts import account, app, moment, moment_or_none, node_id
from standins.github.shapes.commits import read_commit
from standins.github.shapes.pulls import minimal_pull
from standins.github.shapes.repositories import api_url, html_url
from standins.github.state import CheckRun, Deployment, DeploymentStatus, Issue, Repository
from standins.github.world import World


def check_run(world: World, of: Repository, it: CheckRun) -> dict[str, Any]:
    url = f"{api_url(world, of)}/check-runs/{it.id}"
    page = f"{html_url(world, of)}/runs/{it.id}"
    return {
        "id": it.id,
        "node_id": node_id("CR", it.id),
        "name": it.name,
        "head_sha": it.head_sha,
        "external_id": it.external_id or "",
        "url": url,
        "html_url": page,
        "details_url": it.details_url or page,
        "status": it.status,
        "conclusion": it.conclusion,
        "started_at": moment(it.started_at),
        "completed_at": moment_or_none(it.completed_at),
        "output": {
            "title": it.output.get("title"),
            "summary": it.output.get("summary"),
            "text": it.output.get("text"),
            "annotations_count": len(it.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": it.suite},
        "app": app(world, it.app),
        "pull_requests": [minimal_pull(world, of, each) for each in pulls_with(of, it.head_sha)],
    }


def pulls_with(of: Repository, head: str) -> list[Issue]:
    """Those that show this commit; of those from forks GitHub does not say so."""
    there = [(each, each.pull) for each in of.pulls() if each.state == "open"]
    return [each for each, pull in there if pull and (pull.head_sha, pull.origin) == (head, of.id)]


def told_check_run(world: World, of: Repository, it: CheckRun) -> dict[str, Any]:
    """The form that deliveries carry: with its whole suite."""
    return check_run(world, of, it) | {"check_suite": _suite(world, of, it)}


def _suite(world: World, of: Repository, it: CheckRun) -> dict[str, Any]:
    """As its newest check run leaves it."""
    shape = check_run(world, of, it)
    return {
        "id": it.suite,
        "head_branch": next((name for name, sha in of.branches.items() if sha == it.head_sha), None),
        "head_sha": it.head_sha,
        "status": it.status,
        "conclusion": it.conclusion,
        "url": f"{api_url(world, of)}/check-suites/{it.suite}",
        "before": None,
        "after": it.head_sha,
        "pull_requests": shape["pull_requests"],
        "app": shape["app"],
        "created_at": moment(it.started_at),
        "updated_at": moment(it.completed_at or it.started_at),
    }


def told_suite(world: World, of: Repository, it: CheckRun) -> dict[str, Any]:
    """The suite of this check run, as deliveries about suites carry it."""
    commit, suite = read_commit(of, it.head_sha), _suite(world, of, it)
    people = {
        role: {name: person[name] for name in ("name", "email")}
        for role, person in (("author", commit.author), ("committer", commit.committer))
    }
    return suite | {
        "node_id": node_id("CS", it.suite),
        "latest_check_runs_count": sum(each.suite == it.suite for each in of.checks.values()),
        "check_runs_url": f"{suite['url']}/check-runs",
        "head_commit": {
            "id": commit.sha,
            "tree_id": commit.tree,
            "message": commit.message,
            "timestamp": commit.committer["date"],
            **people,
        },
    }


def deployment(world: World, of: Repository, it: Deployment) -> dict[str, Any]:
    url = f"{api_url(world, of)}/deployments/{it.id}"
    return {
        "id": it.id,
        "node_id": node_id("DE", it.id),
        "url": url,
        "sha": it.sha,
        "ref": it.ref,
        "task": it.task,
        "payload": it.payload,
        "environment": it.environment,
        "original_environment": it.environment,
        "description": it.description,
        "creator": account(world, it.by),
        "created_at": moment(it.created_at),
        "updated_at": moment(it.statuses[-1].created_at if it.statuses else it.created_at),
        "statuses_url": f"{url}/statuses",
        "repository_url": api_url(world, of),
    }


def deployment_status(
    world: World, of: Repository, deployed: Deployment, it: DeploymentStatus
) -> dict[str, Any]:
    deployment_url = f"{api_url(world, of)}/deployments/{deployed.id}"
    shape = {
        "id": it.id,
        "node_id": node_id("DES", it.id),
        "url": f"{deployment_url}/statuses/{it.id}",
        "state": it.state,
        "creator": account(world, it.by),
        "description": it.description,
        "environment": deployed.environment,
        "target_url": it.log_url,
        "log_url": it.log_url,
        "created_at": moment(it.created_at),
        "updated_at": moment(it.created_at),
        "deployment_url": deployment_url,
        "repository_url": api_url(world, of),
    }
    return shape | ({"environment_url": it.environment_url} if it.environment_url else {})
