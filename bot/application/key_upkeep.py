"""Workflow: every night, signing keys that are old are followed by new ones, and grants that ended go."""

from datetime import datetime
from typing import Any, Final, Protocol

import structlog
from dbos import DBOS

from bot.application.ports import Clock
from bot.application.signing import SigningKeys, renew
from bot.infrastructure.engine import Schedule, step

log = structlog.get_logger()

EVERY_NIGHT: Final = "0 27 3 * * *"
WORKFLOW: Final = "ops.renew_keys_v1"


class Ended(Protocol):
    """Something of which what ended may go."""

    async def expire(self, before: datetime) -> int: ...


async def renew_signing_keys(keys: SigningKeys, clock: Clock, *, key: str) -> None:
    """A new one where it is time; done twice it is done once."""
    made = await renew(keys, clock.now())
    if made is not None:
        log.info("signing_key_made", kid=made.kid, signs_from=made.signs_from.isoformat())


async def drop_ended_grants(grants: Ended, clock: Clock, *, key: str) -> None:
    """No token of theirs counts any more."""
    log.info("ended_grants_dropped", dropped=await grants.expire(clock.now()))


def register(keys: SigningKeys, grants: Ended, clock: Clock) -> list[Schedule]:
    """Tell the engine of it; wiring calls this before launch, in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def renew_keys_v1(_planned: Any, _context: Any) -> None:
        """Every night."""
        await step(renew_signing_keys, keys, clock)
        await step(drop_ended_grants, grants, clock)

    return [Schedule(name="renew_keys", cron=EVERY_NIGHT, workflow=renew_keys_v1)]
