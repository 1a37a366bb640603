"""Workflows: those that are there, to be started by hand, and what came of it."""

from standins.github.call import Answer, Call, Routes, paged
from standins.github.deeds import workflows as deeds
from standins.github.runs import Workflow, WorkflowRun
from standins.github.shapes import workflows as shapes
from standins.github.world import Missing

routes = Routes()
WORKFLOW = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}"
RUN = "/repos/{owner}/{repo}/actions/runs/{run_id}"


def _workflow(call: Call) -> Workflow:
    return deeds.workflow_named(call.repository, call.parameters["workflow_id"])


def _run(call: Call) -> WorkflowRun:
    try:
        return call.repository.runs[call.number("run_id")]
    except KeyError:
        raise Missing("no such run") from None


@routes.on("GET", WORKFLOW, needs="actions:read")
def get_workflow(call: Call) -> Answer:
    return Answer(body=shapes.workflow(call.world, call.repository, _workflow(call)))


@routes.on("POST", f"{WORKFLOW}/dispatches", needs="actions:write")
def dispatch(call: Call) -> Answer:
    """Nothing is said of the run where it is not asked for, or where it is an older GitHub."""
    made = deeds.dispatch(call.world, call.repository, call.by, _workflow(call), call.body)
    if not call.body.get("return_run_details") or not call.world.tells_runs:
        return Answer(status=204)
    return Answer(body=shapes.dispatched(call.world, call.repository, made))


@routes.on("GET", f"{WORKFLOW}/runs", needs="actions:read")
def list_runs(call: Call) -> Answer:
    """Newest first."""
    workflow, query = _workflow(call), call.query
    found = [
        each
        for each in reversed(call.repository.runs.values())
        if each.workflow is workflow
        and query.get("branch", each.branch) == each.branch
        and query.get("actor", each.by.login) == each.by.login
    ]
    return paged(call, found, lambda it: shapes.run(call.world, call.repository, it), under="workflow_runs")


@routes.on("GET", RUN, needs="actions:read")
def get_run(call: Call) -> Answer:
    return Answer(body=shapes.run(call.world, call.repository, _run(call)))


@routes.on("POST", f"{RUN}/cancel", needs="actions:write")
def cancel_run(call: Call) -> Answer:
    deeds.cancel(call.world, call.repository, call.by, _run(call))
    return Answer(status=202, body={})
