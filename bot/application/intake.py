"""Workflow: claim each delivery of a batch, hand it on, settle it; the net under every handler."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from dbos import DBOS
from structlog.contextvars import bound_contextvars

from bot.application.ports import Inbox
from bot.infrastructure.engine import step
from bot.records import Delivery, FollowUp, StepFailed, Unavailable

log = structlog.get_logger()

WORKFLOW: Final = "intake.settle_v1"

# What follows from a delivery is begun with its end: a handler begins nothing by itself.
Dispatch = Callable[[Delivery], Awaitable[Sequence[FollowUp]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Where deliveries are, who handles them, and who tells the asker that it went wrong."""

    inbox: Inbox
    dispatch: Dispatch
    apologise: Dispatch


async def settle(intake: Intake, delivery_key: str, *, key: str) -> str | None:
    """Hand one delivery on; what nobody foresaw is named, and then set aside where people see it."""
    return await _caught(_settled(intake, delivery_key))


async def apologise(intake: Intake, delivery_key: str, *, key: str) -> str | None:
    """Tell whoever asked, where they asked, that it went wrong; what hinders that is named as well."""
    return await _caught(_apologised(intake, delivery_key))


async def _caught(work: Awaitable[None]) -> str | None:
    """The net: the code of what nobody foresaw, whatever it is; the next delivery is not to suffer for it."""
    try:
        await work
    except Unavailable:
        raise  # the engine tries this step again later
    except Exception as error:
        log.exception("delivery_failed")
        return error.code if isinstance(error, StepFailed) else type(error).__name__
    return None


async def _settled(intake: Intake, delivery_key: str) -> None:
    delivery = await intake.inbox.take(delivery_key)
    if delivery is None:
        return
    with bound_contextvars(kind=delivery.kind):
        follow_ups = await intake.dispatch(delivery)
        await intake.inbox.settle(delivery.key, follow_ups)
        log.info("delivery_settled")


async def _apologised(intake: Intake, delivery_key: str) -> None:
    delivery = await intake.inbox.take(delivery_key)
    if delivery is not None:
        await intake.apologise(delivery)


async def set_aside(intake: Intake, delivery_key: str, why: str, *, key: str) -> None:
    """Keep it where the operator sees it."""
    log.error("delivery_set_aside", why=why)
    await intake.inbox.set_aside(delivery_key, why=why)


async def settle_or_set_aside(intake: Intake, delivery_key: str) -> None:
    """One delivery, to whichever end."""
    try:
        why = await step(settle, intake, delivery_key)
    except StepFailed as failure:
        why = failure.code
    if why is not None:
        await give_up(intake, delivery_key, why)


async def give_up(intake: Intake, delivery_key: str, why: str) -> None:
    """Say so where it was asked, then set it aside."""
    await tell(intake, delivery_key)
    await step(set_aside, intake, delivery_key, why)


async def tell(intake: Intake, delivery_key: str) -> None:
    """An apology that cannot be made is in the log; the delivery is set aside all the same."""
    try:
        why = await step(apologise, intake, delivery_key)
    except StepFailed as failure:
        why = failure.code
    if why is not None:
        log.warning("apology_failed", why=why)


def register(intake: Intake) -> None:
    """Tell the engine of the intake; wiring calls this before launch, in every process."""

    @DBOS.workflow(name=WORKFLOW)
    async def settle_v1(*keys: str) -> None:
        """Each delivery in steps of its own; one that fails for good does not stop the next."""
        for delivery_key in keys:
            with bound_contextvars(delivery=delivery_key):
                await settle_or_set_aside(intake, delivery_key)
