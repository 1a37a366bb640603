"""GitHub: somebody pushed to a branch."""

from collections.abc import Mapping
from typing import Any

from bot.application import gate_looking
from bot.application.landing import note_push
from handlers.conversation import Context
from handlers.payloads import Push


async def pushed(data: Mapping[str, Any], context: Context) -> None:
    """Whatever waits here to be approved, or merged, looks whether that is its base, or its own branch.

    What takes git to find out is not waited for here.
    """
    push = Push.from_payload(data)
    if push.branch is None:
        return
    find, where = context.world.integrations.find, push.repository.id
    waits = [str(row["id"]) for row in await find(repository_id=where, waiting_for="merge")]
    await note_push(waits, push.branch, key=context.key, world=context.world)
    if await find(repository_id=where, waiting_for="approval"):
        context.follow_ups.append(gate_looking.after_push(push.repository, push.branch, key=context.key))
