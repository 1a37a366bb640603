"""Command: link, in Slack."""

from bot.application import slack_words as words
from bot.application.slack_linking import address_of, link_of, offered
from bot.domain.commands import Command
from handlers.slack_conversation import There

COMMAND = Command(name="link", usage="link", help="let this Slack account act as yours on GitHub", needs=None)


async def run(there: There) -> str:
    """A private way to do it, in a browser that is signed in with GitHub."""
    command, slack = there.command, there.slack
    ticket = offered(
        command.by, name=command.name, workspace=command.workspace_name, at=there.world.clock.now()
    )
    held = await link_of(command.by, there.world)
    return words.link_here(address_of(ticket, slack.tickets, slack.address), held)
