"""What is shown and told in Slack without a command: Homes, notices, digests and cards, each of its parts."""

from functools import partial
from typing import Final
from urllib.parse import urlsplit

from bot.application import (
    slack_digesting,
    slack_finding_telling,
    slack_home,
    slack_noticing,
    slack_threads,
    slack_unfurling,
)
from bot.application.ports import Subscriber, World
from bot.application.slack_channels import bound_to, channels_of
from bot.application.slack_home import Showing
from bot.application.slack_noticing import Noticing
from bot.application.slack_unfurling import Unfurling
from bot.application.slack_where import is_shared
from bot.infrastructure.engine import Schedule
from bot.records import Repository
from bot.settings import Settings
from bot.slack_opening import Slack, speaking
from bot.slack_records import Place, Workspace
from bot.storage import Storage

SUBSCRIBERS: Final[tuple[Subscriber, ...]] = (*slack_threads.SUBSCRIBERS, *slack_noticing.SUBSCRIBERS)


def register(settings: Settings, stored: Storage, world: World, slack: Slack | None) -> list[Schedule]:
    """Every workflow of it, in every process; where there is no Slack app they say nothing."""
    window = slack.window if slack else None
    showing = Showing(world=world, views=window)
    noticing = Noticing(
        world=world, speaking=speaking(stored, slack), directory=window, channel_of=partial(channel_of, world)
    )
    unfurling = Unfurling(
        world=world,
        cards=window,
        is_bound=partial(is_bound, world),
        bot=origin_of(settings.address),
        github=origin_of(settings.github_url),
    )
    slack_threads.register(world)
    slack_home.register(showing)
    slack_noticing.register(noticing, showing)
    slack_unfurling.register(unfurling)
    slack_finding_telling.register(noticing)
    return slack_digesting.register(noticing)


def origin_of(address: str) -> str:
    """An address without its path."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


async def channel_of(world: World, workspace: Workspace, repository: Repository) -> str | None:
    """The first of the workspace's channels that are bound to it, if any is. Raises Unavailable.

    Of one in which people of another organisation read by now, nobody is called there.
    """
    bound = [each.channel for each in await channels_of(repository, world)]
    found = next((each for each in bound if each.workspace == workspace), None)
    return found.channel if found is not None and await _is_own(world, found) else None


async def is_bound(world: World, place: Place, repository: Repository) -> bool:
    """Whether that channel is bound to it, and nobody of another organisation reads there. Raises
    Unavailable.
    """
    bound = await bound_to(place, world)
    return bound is not None and bound.repository.id == repository.id and await _is_own(world, place)


async def _is_own(world: World, channel: Place) -> bool:
    return world.slack is not None and not await is_shared(channel, world.slack)
