"""Tickets to link accounts as the text of an address: sealed, so that nobody reads or makes one."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Final

from bot.infrastructure.crypto import Crypto, NotSealedHere
from bot.slack_link_records import SlackUser, Ticket

PURPOSE: Final = "slack tickets"
LONGEST: Final = 600
_ABOUT: Final = b"ticket"


class SlackTickets:
    """Each opens where it was sealed."""

    def __init__(self, crypto: Crypto) -> None:
        self._box = crypto.box(PURPOSE)

    def seal(self, ticket: Ticket) -> str:
        """The ticket as text."""
        user, at = ticket.user, int(ticket.at.timestamp())
        parts = (user.enterprise, user.team, user.id, ticket.name, ticket.workspace, at, ticket.nonce)
        content = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
        sealed = self._box.seal(content.encode(), about=_ABOUT)
        return urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, text: str) -> Ticket | None:
        """The ticket; None where the text is none of this bot's."""
        if len(text) > LONGEST or not text.isascii():
            return None
        try:
            content = self._box.open(urlsafe_b64decode(text + "=" * (-len(text) % 4)), about=_ABOUT)
        except (ValueError, NotSealedHere):
            return None
        enterprise, team, user, name, workspace, at, nonce = json.loads(content)
        return Ticket(
            user=SlackUser(enterprise=enterprise, team=team, id=user),
            name=name,
            workspace=workspace,
            at=datetime.fromtimestamp(at, tz=UTC),
            nonce=nonce,
        )
