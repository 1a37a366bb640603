"""GitHub says that somebody may do more or less: whatever any process remembers of it counts no more."""

from bot.application.ports import Kept
from bot.application.recording import append_beside
from bot.domain.access import access_changed, stream_of
from bot.records import Actor


async def note_access(kept: Kept, installation_id: int, kind: str, *, by: Actor, key: str) -> None:
    """Once for each delivery. Raises Unavailable."""
    command = f"access:{key}"
    meta = {"by": by.id, "login": by.login, "door": "github", "key": command}
    await append_beside(kept, stream_of(installation_id), access_changed(kind), key=command, meta=meta)
