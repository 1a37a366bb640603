"""What is said where a private link to link two accounts is good for nothing."""

from collections.abc import Mapping
from typing import Final

_AGAIN: Final = "type `/claude link` in Slack for another one"

WHY: Final[Mapping[str, str]] = {
    "ticket_unknown": f"this link is none of this bot's, or not whole; {_AGAIN}",
    "ticket_outdated": f"since this link was made the Slack account was linked or unlinked; {_AGAIN}",
    "ticket_over": f"this link was good for ten minutes, and they are over; {_AGAIN}",
    "ticket_used": f"this link was used before, and each is good once; {_AGAIN}",
}
