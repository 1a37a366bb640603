"""Workflows, and runs of them."""

from typing import Any

from standins.github.runs import Workflow, WorkflowRun
from standins.github.shapes.accounts import account, moment, node_id
from standins.github.shapes.commits import read_commit
from standins.github.shapes.repositories import api_url, html_url, minimal_repository
from standins.github.state import Repository
from standins.github.world import World


def workflow(world: World, of: Repository, it: Workflow) -> dict[str, Any]:
    name = it.path.rpartition("/")[2]
    return {
        "id": it.id,
        "node_id": node_id("W", it.id),
        "name": it.path,
        "path": it.path,
        "state": it.state,
        "created_at": moment(of.created_at),
        "updated_at": moment(of.created_at),
        "url": f"{api_url(world, of)}/actions/workflows/{it.id}",
        "html_url": f"{html_url(world, of)}/blob/{of.default_branch}/{it.path}",
        "badge_url": f"{html_url(world, of)}/workflows/{name}/badge.svg",
    }


def dispatched(world: World, of: Repository, it: WorkflowRun) -> dict[str, Any]:
    return {"workflow_run_id": it.id, "run_url": _url(world, of, it), "html_url": page_of(world, of, it)}


def _url(world: World, of: Repository, it: WorkflowRun) -> str:
    return f"{api_url(world, of)}/actions/runs/{it.id}"


def page_of(world: World, of: Repository, it: WorkflowRun) -> str:
    return f"{html_url(world, of)}/actions/runs/{it.id}"


def run(world: World, of: Repository, it: WorkflowRun) -> dict[str, Any]:
    url, commit = _url(world, of, it), read_commit(of, it.head_sha)
    people = {
        role: {name: person[name] for name in ("name", "email")}
        for role, person in (("author", commit.author), ("committer", commit.committer))
    }
    repository = minimal_repository(world, of)
    return {
        "id": it.id,
        "node_id": node_id("WFR", it.id),
        "name": it.workflow.path,
        "head_branch": it.branch,
        "head_sha": it.head_sha,
        "path": it.workflow.path,
        "display_title": it.title,
        "run_number": it.id,
        "run_attempt": 1,
        "event": "workflow_dispatch",
        "status": it.status,
        "conclusion": it.conclusion,
        "workflow_id": it.workflow.id,
        "check_suite_id": it.id,
        "check_suite_node_id": node_id("CS", it.id),
        "url": url,
        "html_url": page_of(world, of, it),
        "pull_requests": [],
        "created_at": moment(it.created_at),
        "updated_at": moment(it.updated_at),
        "run_started_at": moment(it.created_at),
        "actor": account(world, it.by),
        "triggering_actor": account(world, it.by),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{api_url(world, of)}/check-suites/{it.id}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": None,
        "workflow_url": f"{api_url(world, of)}/actions/workflows/{it.workflow.id}",
        "head_commit": {
            "id": commit.sha,
            "tree_id": commit.tree,
            "message": commit.message,
            "timestamp": commit.committer["date"],
            **people,
        },
        "repository": repository,
        "head_repository": repository,
    }
