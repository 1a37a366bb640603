"""Where in Slack a run has its thread: where it was asked for, or in the channel of its repository.

Nothing of a private repository is told but in a channel bound to it where nobody of another organisation
reads, and to its asker while they may read it.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from bot.application.asked import LookUp
from bot.application.ports import World
from bot.application.rights import check_right
from bot.application.slack_hearing import Slack
from bot.application.slack_where import DIRECT
from bot.domain import slack_asked, slack_channels
from bot.domain.integration import Integration
from bot.domain.policy import NotAllowed, OwnerNotAllowed
from bot.records import RepositoryFacts
from bot.slack_channel_records import Bound
from bot.slack_records import Place, Workspace


async def place_of(it: Integration, slack: Slack, world: World, about: RepositoryFacts) -> Place | None:
    """Where its thread is, once that is settled; None while nothing of it may be told in Slack.

    What was settled stays so, and is told nothing any more where that may not be.
    """
    kept = await world.notes.get(_settled(it.id))
    if kept is None:
        found = await _found(it, slack, world, about)
        if found is not None:
            await world.notes.put(_settled(it.id), json.dumps(_parts(found)))
        return found
    place = _place(json.loads(kept))
    return place if await _may_be_told(place, it, slack, world, about) else None


async def _found(it: Integration, slack: Slack, world: World, about: RepositoryFacts) -> Place | None:
    asked = await world.log.read(slack_asked.stream_of(it.id))
    where = slack_asked.place_in(asked)
    if where is None:
        bound = await _bound(it, world)
        place = max(bound, key=lambda each: each.since).channel if bound else None
        return place if place and await _may_be_told(place, it, slack, world, about) else None
    place = replace(where, thread=None)
    if await _may_be_told(place, it, slack, world, about):
        return place
    own = await slack.directory.direct(place.workspace, str(asked[0].data["user"]))
    return own if await _may_be_told(own, it, slack, world, about) else None


async def _bound(it: Integration, world: World) -> list[Bound]:
    """The channels whose repository it is of."""
    return slack_channels.bindings_in(await world.log.newest(slack_channels.FAMILY), it.repository.id)


async def _may_be_told(
    place: Place, it: Integration, slack: Slack, world: World, about: RepositoryFacts
) -> bool:
    """Whether a channel is the workspace's own is asked each time: it may be shared at any."""
    if place.channel.startswith(DIRECT):
        return await _reads(it, world, about)
    if not about.private:
        return True
    is_bound = any(place == each.channel for each in await _bound(it, world))
    return is_bound and not (await slack.channels.channel(place.workspace, place.channel)).is_shared


async def _reads(it: Integration, world: World, about: RepositoryFacts) -> bool:
    """Whether who asked for it may still see it, asked of GitHub now."""
    known = replace(it.repository, full_name=about.full_name, owner_id=about.owner_id)
    try:
        await check_right(LookUp(by=it.requested_by, repository=known), world)
    except (NotAllowed, OwnerNotAllowed):
        return False
    return True


async def note_run(place: Place, ts: str, integration_id: str, world: World) -> None:
    """Which run the thread with this first message is of."""
    await world.notes.put(_thread(place, ts), integration_id)


async def run_at(place: Place, ts: str, world: World) -> str | None:
    """The run whose thread begins with this message; None where none does."""
    return await world.notes.get(_thread(place, ts))


def _settled(integration_id: str) -> str:
    return f"slack-place:{integration_id}"


def _thread(place: Place, ts: str) -> str:
    return f"slack-run:{place.workspace.team}:{place.channel}:{ts}"


def _parts(place: Place) -> list[str | None]:
    return [place.workspace.enterprise, place.workspace.team, place.channel]


def _place(parts: Sequence[str | None]) -> Place:
    enterprise, team, channel = parts
    return Place(workspace=Workspace(team=team or "", enterprise=enterprise), channel=channel or "")
