"""GitHub: a deployment's status."""

from collections.abc import Mapping
from typing import Any

from bot.application.commands import report_deployment
from handlers.conversation import Context
from handlers.payloads import DeploymentStatus


async def created(data: Mapping[str, Any], context: Context) -> None:
    """What whoever deploys says of a deployment that the bot asked for."""
    status = DeploymentStatus.from_payload(data)
    integration_id = await context.integration_of(status.repository, deployment=status.deployment)
    if integration_id is not None:
        await report_deployment(
            integration_id, status.deployment, status.state, key=context.key, world=context.world
        )
