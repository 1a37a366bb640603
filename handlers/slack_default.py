"""Command: default, in Slack."""

from bot.application import slack_words as words
from bot.application.asked_in_slack import BindChannel
from bot.application.slack_channels import bind, free
from bot.domain.commands import Command
from bot.domain.slack_places import is_repository
from bot.records import Repository
from handlers.slack_conversation import There, seen, seen_by_name

NONE = "none"

COMMAND = Command(
    name="default",
    usage="default [<owner>/<name> or none]",
    help="show or set the repository of this channel: who administers it may",
    needs=BindChannel.needs,
)


async def run(there: There) -> str:
    """Show it, set it, or take it back."""
    match there.spoken.text.split():
        case []:
            return await _shown(there)
        case [word] if word == NONE:
            return await _freed(there)
        case [name] if is_repository(name):
            return await _bound(there, name)
        case _:
            return words.BAD_DEFAULT


async def _shown(there: There) -> str:
    """To whoever may not read the repository, there is nothing by that name."""
    by, held = await there.person(), await there.bound()
    if held is None:
        return words.NOT_BOUND
    await seen(held.repository, by, there.world)
    return words.bound_by(held)


async def _bound(there: There, name: str) -> str:
    by = await there.person()
    repository = (await seen_by_name(name, by, there.world)).repository
    context, asked = there.context, await _asked(there, repository)
    await bind(asked, there.slack, key=context.key, door=context.door, world=there.world)
    channel = await there.slack.channels.channel(there.command.workspace, there.command.channel)
    return words.bound(repository.full_name, is_member=channel.is_member)


async def _freed(there: There) -> str:
    by, held = await there.person(), await there.bound()
    if held is None:
        return words.NOT_BOUND
    repository = (await seen(held.repository, by, there.world)).repository
    context, asked = there.context, await _asked(there, repository)
    await free(asked, held, key=context.key, door=context.door, world=there.world)
    return words.freed(held)


async def _asked(there: There, repository: Repository) -> BindChannel:
    return BindChannel(by=await there.person(), repository=repository, channel=there.place)
