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
    find, where = context.world.integrations.find, push.repository.id
    rows = [row for waits in WAITING for row in await find(repository_id=where, waiting_for=waits)]
    ids = [str(row["id"]) for row in rows]
    await note_push(ids, push.branch, key=context.key, world=context.world)
