"""Who may do what in an installation, where GitHub tells that it changed: a stream of each, no more."""

from typing import Final

from bot.records import Fact

FAMILY: Final = "access"
CHANGED: Final = "AccessChanged"


def stream_of(installation_id: int) -> str:
    """The stream of an installation's changes."""
    return f"{FAMILY}:{installation_id}"


def access_changed(kind: str) -> Fact:
    """What GitHub said of somebody before may be true no more; of whom and what, it is asked."""
    return Fact(type=CHANGED, data={"kind": kind})
