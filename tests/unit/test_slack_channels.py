"""A channel's repository: the newest fact says, and nothing private is told where strangers read along."""

import json
from dataclasses import replace

import pytest

from bot.domain.slack_asked import asked_in, place_in
from bot.domain.slack_asked import stream_of as stream_of_asked
from bot.domain.slack_channels import (
    SharedChannel,
    binding_in,
    bindings_in,
    bound,
    check_may_be_told,
    freed,
    stream_of,
)
from bot.records import Fact, Recorded, Repository
from bot.slack_channel_records import Bound
from bot.slack_link_records import SlackUser
from bot.slack_records import Place, SlackChannel, Workspace
from tests.unit.histories import ADMIN, BEGAN, SHOP

DEPLOYS = Place(workspace=Workspace(team="T1", enterprise="E1"), channel="C1")
ELSEWHERE = Place(workspace=Workspace(team="T1"), channel="C2")
BLOG = Repository(id=8, full_name="acme/blog", installation_id=9)
HELD = Bound(channel=DEPLOYS, repository=SHOP, by=ADMIN, since=BEGAN)


def recorded(fact: Fact, version: int = 1) -> Recorded:
    return Recorded(
        seq=version,
        stream="s",
        version=version,
        type=fact.type,
        data_json=json.dumps(fact.data),
        meta_json="{}",
        at=BEGAN,
        hash="",
    )


def test_each_channel_has_a_stream_of_its_own() -> None:
    assert [stream_of(DEPLOYS), stream_of(ELSEWHERE)] == [
        "slack-channels:E1/T1/C1",
        "slack-channels:-/T1/C2",
    ]


def test_the_newest_fact_says() -> None:
    past = [recorded(bound(DEPLOYS, BLOG, ADMIN)), recorded(bound(DEPLOYS, SHOP, ADMIN), 2)]

    assert binding_in(past) == HELD
    assert binding_in([*past, recorded(freed(HELD, ADMIN), 3)]) is None
    assert binding_in([]) is None


def test_the_channels_of_a_repository() -> None:
    newest = [
        recorded(bound(ELSEWHERE, SHOP, ADMIN)),
        recorded(bound(DEPLOYS, SHOP, ADMIN)),
        recorded(bound(replace(DEPLOYS, channel="C3"), BLOG, ADMIN)),
        recorded(freed(replace(HELD, channel=replace(DEPLOYS, channel="C4")), ADMIN)),
    ]

    assert [each.channel for each in bindings_in(newest, SHOP.id)] == [ELSEWHERE, DEPLOYS]


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("shared", [True, False])
def test_sl_15_nothing_private_is_told_where_another_organisation_reads_along(
    *, private: bool, shared: bool
) -> None:
    channel = SlackChannel(id="C1", name="deploys", is_shared=shared)
    if private and shared:
        with pytest.raises(SharedChannel):
            check_may_be_told(channel, private=private)
    else:
        check_may_be_told(channel, private=private)


@pytest.mark.parametrize("thread", [None, "1.2"])
def test_where_something_was_asked_for(thread: str | None) -> None:
    place = replace(DEPLOYS, thread=thread)

    assert place_in([recorded(asked_in(place, SlackUser(team="T1", id="U1")))]) == place
    assert place_in([]) is None
    assert stream_of_asked("k7p2m4q9xa") == "slack-asked:k7p2m4q9xa"
