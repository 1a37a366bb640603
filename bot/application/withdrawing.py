"""An approval that is taken back: by whoever gave it, or whoever dismisses the review that it was."""

from collections.abc import Sequence

from bot.application import landing_words
from bot.application.ports import World
from bot.application.recording import amend
from bot.domain import deciding
from bot.domain import events as e
from bot.domain.integration import Integration, fold
from bot.domain.states import State
from bot.records import Actor, Recorded


async def note_withdrawn(
    integration_id: str, *, by: Actor, whose: Actor, key: str, world: World
) -> str | None:
    """A review was dismissed, or asks for changes: a fact from outside that only takes an approval away.

    The answer is what to say where it was about to be merged, or is: nothing where its gate was shut anyway.
    """
    after = await amend(world, integration_id, lambda it: deciding.withdraw(it, by=by, whose=whose), key=key)
    before = _before(integration_id, await world.log.read(integration_id), key)
    if before.is_to_be_merged and after.state is State.REVIEWING:
        return landing_words.withdrawn(whose=whose.login)
    is_too_late = before.state is State.DEPLOYING and before.merged
    if is_too_late and any(given.by == whose for given in before.approvals):
        return landing_words.merged_before(whose=whose.login)
    return None


def _before(integration_id: str, records: Sequence[Recorded], key: str) -> Integration:
    """What it was when this was heard; said once more it is so still."""
    known = (nth for nth, record in enumerate(records) if record.meta.get("key") == key)
    return fold(integration_id, e.decode(records[: next(known, len(records))]))
