"""Channels of Slack with a repository of their own: who administers that said so, each change a fact."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Final

from bot.domain.policy import Denied
from bot.records import Actor, Fact, Recorded, Repository
from bot.slack_channel_records import Bound
from bot.slack_records import Place, SlackChannel, Workspace

FAMILY: Final = "slack-channels"
BOUND: Final = "SlackChannelBound"
FREED: Final = "SlackChannelFreed"


class SharedChannel(Denied):
    """People of another organisation read along: nothing of a private repository is told there."""

    code = "shared_channel"


def stream_of(channel: Place) -> str:
    """The stream of what was said of this channel here."""
    workspace = channel.workspace
    return f"{FAMILY}:{workspace.enterprise or '-'}/{workspace.team}/{channel.channel}"


def check_may_be_told(seen: SlackChannel, *, private: bool) -> None:
    """Raise SharedChannel where the repository is private and the channel is not the workspace's own."""
    if private and seen.is_shared:
        raise SharedChannel


def bound(channel: Place, repository: Repository, by: Actor) -> Fact:
    """From now on this is the channel's repository, and no other."""
    return Fact(
        type=BOUND,
        data={
            "channel": _told(channel),
            "repository": asdict(repository),
            "by": {"id": by.id, "login": by.login},
        },
    )


def freed(held: Bound, by: Actor) -> Fact:
    """The channel has none any more."""
    data = {"channel": _told(held.channel), "repository": asdict(held.repository)}
    return Fact(type=FREED, data={**data, "by": {"id": by.id, "login": by.login}})


def binding_in(past: Sequence[Recorded]) -> Bound | None:
    """The one that holds, after these facts of one channel: the newest says."""
    return _bound(past[-1]) if past and past[-1].type == BOUND else None


def bindings_in(newest: Iterable[Recorded], repository_id: int) -> list[Bound]:
    """Those to this repository, of the newest fact of each channel, in the order of their channels."""
    holding = [_bound(each) for each in newest if each.type == BOUND]
    mine = [each for each in holding if each.repository.id == repository_id]
    return sorted(mine, key=lambda each: stream_of(each.channel))


def _told(channel: Place) -> dict[str, str | None]:
    workspace = channel.workspace
    return {"enterprise": workspace.enterprise, "team": workspace.team, "id": channel.channel}


def _bound(fact: Recorded) -> Bound:
    said: dict[str, Any] = dict(fact.data)
    channel = said["channel"]
    workspace = Workspace(team=channel["team"], enterprise=channel["enterprise"])
    return Bound(
        channel=Place(workspace=workspace, channel=channel["id"]),
        repository=Repository(**said["repository"]),
        by=Actor(**said["by"]),
        since=fact.at,
    )
