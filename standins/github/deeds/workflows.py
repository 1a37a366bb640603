"""Workflows that are started by hand: dispatched by anybody with the right, run by whoever runs them."""

from typing import Any

import yaml

from standins.github.hooks import tell
from standins.github.runs import Workflow, WorkflowRun
from standins.github.shapes import workflows as shapes
from standins.github.state import Account, Repository
from standins.github.world import Missing, Refused, World

FOLDER = ".github/workflows/"
ENDED = "completed"


def workflows_of(repository: Repository) -> list[Workflow]:
    """Those that the default branch holds, each with the number that it keeps."""
    head = repository.branches[repository.default_branch]
    paths = [each.path for each in repository.git.entries(head, path=FOLDER)]
    for path in paths:
        repository.workflows.setdefault(path, Workflow(id=len(repository.workflows) + 1, path=path))
    return [repository.workflows[path] for path in paths]


def workflow_named(repository: Repository, name: str) -> Workflow:
    """By its number, or by its file's name. Raises Missing."""
    for each in workflows_of(repository):
        if name in {str(each.id), each.path.removeprefix(FOLDER)}:
            return each
    raise Missing(f"no workflow {name}")


def dispatch(
    world: World, repository: Repository, by: Account, workflow: Workflow, asked: dict[str, Any]
) -> WorkflowRun:
    """`asked` is the body as GitHub documents it. Raises Refused: 422."""
    branch = str(asked["ref"]).removeprefix("refs/heads/")
    head = repository.branches.get(branch)
    if head is None:
        raise Refused(422, f"No ref found for: {asked['ref']}")
    if workflow.state != "active":
        raise Refused(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow")
    read = _read(repository, head, workflow)
    given = _inputs(read, asked.get("inputs") or {})
    run = WorkflowRun(
        id=world.new_id(),
        workflow=workflow,
        branch=branch,
        head_sha=head,
        inputs=given,
        title=_title(read, workflow, given),
        by=by,
        created_at=world.now(),
        updated_at=world.now(),
    )
    repository.runs[run.id] = run
    world.note("dispatch_workflow", repository, by, id=run.id, path=workflow.path, ref=branch, inputs=given)
    _tell(world, repository, run, "requested")
    return run


def _read(repository: Repository, head: str, workflow: Workflow) -> dict[Any, Any]:
    found = repository.git.entries(head, path=workflow.path)
    if not found:
        raise Missing(workflow.path)
    read = yaml.safe_load(repository.git.blob(found[0].sha))
    on = _on(read) if isinstance(read, dict) else None
    if "workflow_dispatch" not in ([on] if isinstance(on, str) else on or ()):
        raise Refused(422, "Workflow does not have 'workflow_dispatch' trigger")
    return dict(read)


def _on(read: dict[Any, Any]) -> Any:
    """What starts it; YAML reads `on` as a truth value."""
    return read.get(True, read.get("on"))


def _inputs(read: dict[Any, Any], given: dict[str, Any]) -> dict[str, str]:
    on = _on(read)
    declared = ((on.get("workflow_dispatch") or {}).get("inputs") or {}) if isinstance(on, dict) else {}
    if odd := [name for name in given if name not in declared]:
        raise Refused(422, f"Unexpected inputs provided: {odd}")
    for name, about in declared.items():
        if about and about.get("required") and "default" not in about and name not in given:
            raise Refused(422, f"Required input '{name}' not provided")
    return {name: str(value) for name, value in given.items()}


def _title(read: dict[Any, Any], workflow: Workflow, given: dict[str, str]) -> str:
    title = str(read.get("run-name") or read.get("name") or workflow.path)
    for name, value in given.items():
        title = title.replace("${{ inputs." + name + " }}", value)
    return title


def end_run(
    world: World, repository: Repository, run: WorkflowRun, conclusion: str, *, status: str = ENDED
) -> None:
    """It ends like that; with another status it only stands so."""
    run.status, run.conclusion = status, conclusion or None
    run.updated_at = world.now()
    _tell(world, repository, run, ENDED if status == ENDED else "in_progress")


def cancel(world: World, repository: Repository, by: Account, run: WorkflowRun) -> None:
    """Raises Refused: 409 where it has ended."""
    if run.status == ENDED:
        raise Refused(409, "Cannot cancel a workflow run that is completed.")
    world.note("cancel_run", repository, by, id=run.id)
    end_run(world, repository, run, "cancelled")


def run_workflows(world: World) -> None:
    """Each run that nobody has begun begins and ends as scripted."""
    if world.deployer is None:
        return
    for repository in world.repositories.values():
        for run in [each for each in repository.runs.values() if each.status == "queued"]:
            run.status = "in_progress"
            _tell(world, repository, run, "in_progress")
            end_run(world, repository, run, world.deployer)


def _tell(world: World, repository: Repository, run: WorkflowRun, action: str) -> None:
    def payload() -> dict[str, Any]:
        return {
            "action": action,
            "workflow": shapes.workflow(world, repository, run.workflow),
            "workflow_run": shapes.run(world, repository, run),
        }

    tell(world, "workflow_run", by=run.by, repository=repository, payload=payload)
