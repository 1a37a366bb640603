"""Command: config."""

from bot.application import configuration_words as words
from bot.application import own_words
from bot.application.asked import Adjust, LookUp
from bot.application.configuration_file import read_beside
from bot.application.in_force import in_force, laid
from bot.application.own_settings import as_written, own_of
from bot.application.recording import load
from bot.domain.commands import Command
from bot.domain.events import Own
from bot.domain.integration import NOTHING_OWN
from bot.domain.policy import NothingWaits
from bot.records import StepFailed
from handlers.conversation import Here

COMMAND = Command(
    name="config",
    usage="config [<key>: <value>]",
    help="show this repository's configuration, and where each value comes from; with a key and a value, set "
    "it for this integration alone (which needs `integration:write`)",
    needs=LookUp.needs,
)


async def run(here: Here) -> str:
    """What is in force on the default branch now, and for this integration; or set something for that."""
    return await (_set(here) if here.spoken.text else _shown(here))


async def _shown(here: Here) -> str:
    await here.role()
    world, repository = here.context.world, here.repository
    about, own = await world.repositories.describe(repository), await _own(here)
    head = await world.branches.head(repository, about.default_branch)
    if head is None:
        return words.in_force(laid(), own)
    try:
        return words.in_force(await in_force(world, repository, about, commit=head.sha), own)
    except StepFailed as fault:
        if fault.code != "bad_configuration":
            raise
        return words.bad_configuration(fault.detail)


async def _own(here: Here) -> Own:
    try:
        return (await load(here.context.world, await here.integration_id())).own
    except NothingWaits:
        return NOTHING_OWN


async def _set(here: Here) -> str:
    """It is read as the file is: the same keys, the same values, and told what is wrong in the same words."""
    reading = await read_beside(here.spoken.text.encode())
    if reading.faults:
        await here.role()
        return own_words.not_understood(reading.faults)
    asked = Adjust(
        by=here.by,
        repository=here.repository,
        integration_id=await here.integration_id(),
        own=own_of(reading.configuration, reading.lines),
    )
    return own_words.adjusted(as_written((await here.send(asked)).own), by=here.by.login)
