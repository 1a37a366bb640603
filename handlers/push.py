"""GitHub: somebody pushed to a branch."""

from collections.abc import Mapping
from typing import Any, Final

from bot.application.landing import note_push
from handlers.conversation import Context
from handlers.payloads import Push

# Where a pull request waits for somebody.
WAITING: Final = ("approval", "merge")


async def pushed(data: Mapping[str, Any], context: Context) -> None:
    """Whatever waits here to be approved, or merged, looks whether that is its base, or its own branch."""
    push = Push.from_payload(data)
    if push.branch is None:
        return
    for waiting_for in WAITING:
        rows = await context.world.integrations.find(
            repository_id=push.repository.id, waiting_for=waiting_for
        )
        for row in rows:
            key = f"{context.key}:{row['id']}"
            await note_push(row["id"], push.branch, key=key, world=context.world)
