"""The repository of a channel: bound by who administers it, and looked up by channel and by repository."""

import structlog

from bot.application.asked_in_slack import BindChannel
from bot.application.ports import Kept, World
from bot.application.recording import append_beside
from bot.application.rights import check_right
from bot.application.slack_hearing import Slack
from bot.domain import slack_channels as rules
from bot.records import Repository
from bot.slack_channel_records import Bound
from bot.slack_records import Place, Workspace

log = structlog.get_logger()


async def bind(asked: BindChannel, slack: Slack, *, key: str, door: str, world: World) -> Bound:
    """From now on it is the channel's; the same key binds once. Raises Denied, StepFailed, Unavailable.

    Slack is asked what the channel is: one that the bot cannot see it could tell nothing in.
    """
    await check_right(asked, world)
    seen = await slack.channels.channel(asked.channel.workspace, asked.channel.channel)
    about = await world.repositories.describe(asked.repository)
    rules.check_may_be_told(seen, private=about.private)
    command = f"slack-channel:{key}"
    meta = {"by": asked.by.id, "login": asked.by.login, "door": door, "key": command}
    fact = rules.bound(asked.channel, asked.repository, asked.by)
    await append_beside(world, rules.stream_of(asked.channel), fact, key=command, meta=meta)
    log.info("slack_channel_bound", channel=asked.channel.channel, repository=asked.repository.id)
    return Bound(channel=asked.channel, repository=asked.repository, by=asked.by, since=world.clock.now())


async def free(asked: BindChannel, held: Bound, *, key: str, door: str, world: World) -> None:
    """The channel has no repository any more. Raises Denied, Unavailable."""
    await check_right(asked, world)
    command = f"slack-channel:{key}"
    meta = {"by": asked.by.id, "login": asked.by.login, "door": door, "key": command}
    await append_beside(
        world, rules.stream_of(asked.channel), rules.freed(held, asked.by), key=command, meta=meta
    )
    log.info("slack_channel_freed", channel=asked.channel.channel, repository=held.repository.id)


async def bound_to(channel: Place, kept: Kept) -> Bound | None:
    """What the channel is bound to now. Raises Unavailable."""
    return rules.binding_in(await kept.log.read(rules.stream_of(channel)))


async def bound_in(workspace: Workspace, kept: Kept) -> list[Bound]:
    """The channels of that workspace that have a repository. Raises Unavailable."""
    held = map(rules.binding_in, ([each] for each in await kept.log.newest(rules.FAMILY)))
    return [each for each in held if each is not None and each.channel.workspace.team == workspace.team]


async def channels_of(repository: Repository, kept: Kept) -> list[Bound]:
    """The channels whose repository this is. Raises Unavailable."""
    return rules.bindings_in(await kept.log.newest(rules.FAMILY), repository.id)
