"""A person has taken back at GitHub what their sign-in here rests on: it is over, without their asking."""

import structlog

from bot.application.ports import World
from bot.records import Actor

log = structlog.get_logger()


async def sign_out(person: Actor, world: World) -> None:
    """Every session of theirs is over, in every process, and what GitHub gave for them is deleted.

    What they are told of it afterwards is that they are not signed in. Their keys stay. Raises Unavailable.
    """
    await world.sign_ins.end_all(person.id)
    log.info("sessions_ended", person=person.id, why="authorization_revoked")
