"""Deployments: asked for by anybody with the right, carried out by whoever listens."""

from typing import Any

from standins.github.hooks import tell
from standins.github.shapes import checks as shapes
from standins.github.state import Account, Deployment, DeploymentStatus, Repository
from standins.github.world import Refused, World

TOLD_STATES = {"pending", "in_progress", "success", "failure", "error", "queued", "waiting"}


def create_deployment(world: World, repository: Repository, by: Account, asked: dict[str, Any]) -> Deployment:
    """`asked` is the body as GitHub documents it."""
    ref = asked["ref"]
    sha = repository.branches.get(ref) or repository.git.resolve(f"{ref}^{{commit}}")
    if sha is None:
        raise Refused(422, f"No ref found for: {ref}")
    deployment = Deployment(
        id=world.new_id(),
        sha=sha,
        ref=ref,
        task=asked.get("task", "deploy"),
        environment=asked.get("environment", "production"),
        payload=asked.get("payload", {}),
        description=asked.get("description"),
        by=by,
        created_at=world.now(),
    )
    repository.deployments[deployment.id] = deployment
    facts = {"id": deployment.id, "sha": sha, "environment": deployment.environment}
    world.note("create_deployment", repository, by, **facts, payload=deployment.payload)
    _tell(world, "deployment", repository, by, {"deployment": deployment})
    return deployment


def _tell(world: World, event: str, repository: Repository, by: Account, parts: dict[str, Any]) -> None:
    deployment: Deployment = parts["deployment"]
    status: DeploymentStatus | None = parts.get("status")

    def payload() -> dict[str, Any]:
        told = {"action": "created", "deployment": shapes.deployment(world, repository, deployment)}
        if status is None:
            return told | {"workflow": None, "workflow_run": None}
        shape = shapes.deployment_status(world, repository, deployment, status)
        return told | {"deployment_status": shape}

    tell(world, event, by=by, repository=repository, payload=payload)


def set_status(
    world: World, repository: Repository, by: Account, deployment: Deployment, asked: dict[str, Any]
) -> DeploymentStatus:
    """A success makes earlier deployments of the environment inactive, unless it is told not to."""
    status = _add_status(world, repository, by, deployment, asked)
    if status.state == "success" and asked.get("auto_inactive", True):
        for each in repository.deployments.values():
            if each.environment == deployment.environment and each.id < deployment.id and _is_live(each):
                _add_status(world, repository, by, each, {"state": "inactive"})
    return status


def _is_live(deployment: Deployment) -> bool:
    return bool(deployment.statuses) and deployment.statuses[-1].state == "success"


def _add_status(
    world: World, repository: Repository, by: Account, deployment: Deployment, asked: dict[str, Any]
) -> DeploymentStatus:
    status = DeploymentStatus(
        id=world.new_id(),
        state=asked["state"],
        by=by,
        description=asked.get("description", ""),
        log_url=asked.get("log_url") or asked.get("target_url", ""),
        environment_url=asked.get("environment_url", ""),
        created_at=world.now(),
    )
    deployment.statuses.append(status)
    facts = {"deployment": deployment.id, "state": status.state}
    world.note("set_deployment_status", repository, by, **facts)
    if status.state in TOLD_STATES:  # GitHub tells nobody that a deployment became inactive
        _tell(world, "deployment_status", repository, by, {"deployment": deployment, "status": status})
    return status


def deploy(world: World) -> None:
    """Whoever listens does its work: each deployment without a status begins and ends as scripted."""
    if world.deployer is None:
        return
    by = world.add_account("deployer")
    for repository in world.repositories.values():
        for deployment in [each for each in repository.deployments.values() if not each.statuses]:
            set_status(world, repository, by, deployment, {"state": "in_progress"})
            set_status(world, repository, by, deployment, {"state": world.deployer})
