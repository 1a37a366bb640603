"""Installations that a browser began and has not ended: by digest, good once, and for that browser alone."""

import hmac
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, delete

from bot.infrastructure.crypto import Crypto
from bot.infrastructure.database import Database, as_text
from bot.infrastructure.tables import SLACK_STATES

PURPOSE: Final = "slack states"


class SlackStates:
    """One row for each. Whoever has the table alone can end nothing by it."""

    def __init__(self, database: Database, crypto: Crypto) -> None:
        self._database, self._secret = database, crypto.key(PURPOSE)

    async def begin(self, state: str, *, browser: str, now: datetime, lasts: timedelta) -> None:
        """Keep it; what nobody came back with in time goes."""
        row = {
            "digest": self._digest(state),
            "browser": self._digest(browser),
            "until": as_text(now + lasts),
        }
        kept, over = SLACK_STATES.insert().values(row), SLACK_STATES.c.until <= as_text(now)
        drop = delete(SLACK_STATES).where(over)
        await self._database.write(lambda connection: (connection.execute(drop), connection.execute(kept)))

    async def use_up(self, state: str, *, browser: str, now: datetime) -> bool:
        """Whether this browser began it, a short while ago, and nobody has ended it; then it is over."""
        which = and_(
            SLACK_STATES.c.digest == self._digest(state),
            SLACK_STATES.c.browser == self._digest(browser),
            SLACK_STATES.c.until > as_text(now),
        )
        mine = delete(SLACK_STATES).where(which).returning(SLACK_STATES.c.digest)
        return await self._database.write(lambda connection: connection.execute(mine).first() is not None)

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._secret, text.encode(), "sha256")
