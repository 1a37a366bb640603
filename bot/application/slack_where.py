"""Where in Slack something of a repository may be said: before a channel, or to who asked alone."""

from typing import Final

from bot.application.ports import World
from bot.application.slack_channels import bound_to
from bot.application.slack_hearing import Slack
from bot.records import Repository, StepFailed
from bot.slack_link_records import SlackUser
from bot.slack_records import Place

DIRECT: Final = "D"  # how the id of a channel begins in which the bot and one person talk


async def place_for(
    place: Place, user: SlackUser, about: Repository, *, private: bool, slack: Slack, world: World
) -> Place:
    """There, or where the two talk alone: that they may read it themselves is found out elsewhere.

    Of a private repository nothing is said but in a channel bound to it where nobody of another organisation
    reads. Raises StepFailed, Unavailable.
    """
    if place.channel.startswith(DIRECT) or not private:
        return place
    bound = await bound_to(Place(workspace=place.workspace, channel=place.channel), world)
    if bound is not None and bound.repository.id == about.id and not await is_shared(place, slack):
        return place
    return await slack.directory.direct(place.workspace, user.id)


async def is_shared(place: Place, slack: Slack) -> bool:
    """Whether people of another organisation read there, asked now; what cannot be found out counts as that.

    Raises Unavailable.
    """
    try:
        return (await slack.channels.channel(place.workspace, place.channel)).is_shared
    except StepFailed:
        return True
