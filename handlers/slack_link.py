"""Command: link, in Slack."""

from bot.application.slack_link_offering import link_offered
from bot.application.slack_linking import link_of
from bot.domain.commands import Command
from bot.slack_records import Said
from handlers.slack_conversation import There

COMMAND = Command(name="link", usage="link", help="let this Slack account act as yours on GitHub", needs=None)


async def run(there: There) -> Said:
    """A private way to do it, in a browser that is signed in with GitHub."""
    command, slack = there.command, there.slack
    held = await link_of(command.by, there.world)
    return link_offered(
        command.by,
        slack,
        names=(command.name, command.workspace_name),
        held=held,
        at=there.world.clock.now(),
    )
