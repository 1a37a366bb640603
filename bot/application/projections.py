"""The read models: one row an integration, made from what it is after its newest fact."""

from collections.abc import Mapping
from typing import Any

from bot.application.own_settings import own_text
from bot.domain.integration import Integration


def row_of(it: Integration) -> Mapping[str, Any]:
    """The row of the `integrations` table; the log adds the times of its first and its newest fact."""
    return {
        "id": it.id,
        "repository_id": it.repository.id,
        "repository": it.repository.full_name,
        "installation_id": it.repository.installation_id,
        "issue": it.issue,
        "title": it.title or None,
        "requested_by": it.requested_by.login,
        "requested_by_id": it.requested_by.id,
        "state": str(it.state),
        "waiting_for": it.waiting_for,
        "reason": it.reason,
        "pull_request": it.removal_pull or it.pull_request or it.earlier_pull,
        "branch": it.branch or None,
        "head": it.head or None,
        "deployment": it.deployment,
        "cost_micro_usd": it.micro_usd,
        "budget_micro_usd": it.micro_usd_allowed,
        "settings": own_text(it.own),
        "version": it.version,
    }
