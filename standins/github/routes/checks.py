"""Check runs, logs of jobs, deployments and their statuses."""

from typing import Any

from standins.github.call import Answer, Call, Routes, paged
from standins.github.deeds import checks as check_deeds
from standins.github.deeds import deployments as deeds
from standins.github.routes.repositories import commit_named
from standins.github.shapes import checks as shapes
from standins.github.state import CheckRun, Deployment
from standins.github.world import Missing

routes = Routes()
CHECKS = "/repos/{owner}/{repo}/check-runs"
DEPLOYMENTS = "/repos/{owner}/{repo}/deployments"
DEPLOYMENT = f"{DEPLOYMENTS}/{{deployment_id}}"


@routes.on("POST", CHECKS, needs="checks:write")
def create_check(call: Call) -> Answer:
    return _check(call, check_deeds.create_check(call.world, call.repository, call.body), status=201)


def _check(call: Call, it: CheckRun, status: int = 200) -> Answer:
    return Answer(status=status, body=shapes.check_run(call.world, call.repository, it))


def _check_run(call: Call) -> CheckRun:
    try:
        return call.repository.checks[call.number("check_run_id")]
    except KeyError:
        raise Missing("no such check run") from None


@routes.on("GET", f"{CHECKS}/{{check_run_id}}", needs="checks:read")
def get_check(call: Call) -> Answer:
    return _check(call, _check_run(call))


@routes.on("PATCH", f"{CHECKS}/{{check_run_id}}", needs="checks:write")
def update_check(call: Call) -> Answer:
    it = _check_run(call)
    check_deeds.update_check(call.world, call.repository, it, call.body)
    return _check(call, it)


def _app(call: Call, it: CheckRun) -> int:
    return (it.app or call.world.app).id


@routes.on("GET", "/repos/{owner}/{repo}/commits/{ref}/check-runs", needs="checks:read")
def list_checks(call: Call) -> Answer:
    """The newest of each name in each suite, unless all are asked for."""
    sha, query = commit_named(call.repository, call.parameters["ref"]), call.query
    found = [
        each
        for each in reversed(call.repository.checks.values())
        if each.head_sha == sha
        and query.get("check_name", each.name) == each.name
        and query.get("status", each.status) == each.status
        and query.get("app_id", str(_app(call, each))) == str(_app(call, each))
    ]
    if query.get("filter", "latest") == "latest":
        found = list({(each.suite, each.name): each for each in reversed(found)}.values())
    return paged(
        call, found, lambda it: shapes.check_run(call.world, call.repository, it), under="check_runs"
    )


@routes.on("GET", f"{CHECKS}/{{check_run_id}}/annotations", needs="checks:read")
def list_annotations(call: Call) -> Answer:
    unsaid = dict.fromkeys(("start_column", "end_column", "title", "raw_details"))
    blob = {"blob_href": call.world.url}
    return paged(call, _check_run(call).annotations, lambda it: unsaid | it | blob)


@routes.on("GET", "/repos/{owner}/{repo}/actions/jobs/{job_id}/logs", needs="actions:read")
def send_on_to_log(call: Call) -> Answer:
    """Where the log lies: with whoever keeps it, for whoever knows the address."""
    job = call.number("job_id")
    if job not in call.repository.jobs:
        raise Missing("no such job")
    return Answer(status=302, headers={"Location": f"{call.world.url}/_logs/{call.repository.id}/{job}"})


@routes.on("GET", DEPLOYMENTS, needs="deployments:read")
def list_deployments(call: Call) -> Answer:
    """Newest first."""
    wanted = {name: call.query[name] for name in ("sha", "ref", "task", "environment") if name in call.query}
    found = [
        each
        for each in reversed(call.repository.deployments.values())
        if all(getattr(each, name) == value for name, value in wanted.items())
    ]
    return paged(call, found, lambda it: shapes.deployment(call.world, call.repository, it))


@routes.on("POST", DEPLOYMENTS, needs="deployments:write")
def create_deployment(call: Call) -> Answer:
    made = deeds.create_deployment(call.world, call.repository, call.by, call.body)
    return Answer(status=201, body=shapes.deployment(call.world, call.repository, made))


def _deployment(call: Call) -> Deployment:
    try:
        return call.repository.deployments[call.number("deployment_id")]
    except KeyError:
        raise Missing("no such deployment") from None


@routes.on("GET", DEPLOYMENT, needs="deployments:read")
def get_deployment(call: Call) -> Answer:
    return Answer(body=shapes.deployment(call.world, call.repository, _deployment(call)))


@routes.on("GET", f"{DEPLOYMENT}/statuses", needs="deployments:read")
def list_statuses(call: Call) -> Answer:
    """Newest first."""
    it = _deployment(call)
    return paged(
        call,
        reversed(it.statuses),
        lambda status: _listed(shapes.deployment_status(call.world, call.repository, it, status)),
    )


def _listed(status: dict[str, Any]) -> dict[str, Any]:
    """The description of REST, unlike that of webhooks, knows none that waits for people: that is pending."""
    return {**status, "state": "pending"} if status["state"] == "waiting" else status


@routes.on("POST", f"{DEPLOYMENT}/statuses", needs="deployments:write")
def create_status(call: Call) -> Answer:
    it = _deployment(call)
    made = deeds.set_status(call.world, call.repository, call.by, it, call.body)
    return Answer(status=201, body=shapes.deployment_status(call.world, call.repository, it, made))
