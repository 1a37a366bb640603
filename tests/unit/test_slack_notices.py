"""What is set on one's Home for one repository, and who may set anything."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.application.slack_home_blocks import CALLBACK, IN_ONE
from bot.application.slack_wishing import wishes_of
from bot.records import Actor
from bot.slack_records import SlackPerson
from handlers import SLACK
from handlers.conversation import Context
from tests.unit.fake_slack import ALICE
from tests.unit.fakes import Stage
from tests.unit.histories import DEVELOPER, SHOP, STRANGER
from tests.unit.test_slack_handlers import staged


def form(about: str, **chosen: str) -> Mapping[str, Any]:
    values = {
        f"way.{name}": {name: {"type": "static_select", "selected_option": {"value": value}}}
        for name, value in chosen.items()
    }
    view = {"callback_id": CALLBACK, "private_metadata": about, "state": {"values": values}}
    return {"type": "view_submission", "user": {"id": "U1", "team_id": "T1"}, "view": view}


async def hands_in(stage: Stage, about: str, *, key: str = "d-1", **chosen: str) -> Context:
    context = Context(world=stage.world, key=key, door="slack")
    await SLACK["slack:view_submission"](form(about, **chosen), context)
    return context


async def test_what_is_set_for_one_repository_counts_there_alone_until_it_is_as_everywhere_again() -> None:
    stage = staged()

    context = await hands_in(stage, str(SHOP.id), ended="channel", gate="as_everywhere")
    there = await wishes_of(ALICE, stage)
    await hands_in(stage, str(SHOP.id), key="d-2", ended="as_everywhere")
    after = await wishes_of(ALICE, stage)

    assert (there.way("ended", SHOP.id), there.way("ended", 1), there.way("gate", SHOP.id)) == (
        "channel",
        "direct",
        "none",
    )
    assert after.repositories == {}
    assert len(context.follow_ups) == 1


@pytest.mark.parametrize("person", [None, SlackPerson(id="U1", team="T1", name="alice", is_guest=True)])
async def test_sl_09_whoever_is_not_heard_or_not_linked_sets_nothing(person: SlackPerson | None) -> None:
    stage = staged(None if person is None else DEVELOPER)
    assert stage.slack is not None
    stage.slack.people.people |= {} if person is None else {"U1": person}

    context = await hands_in(stage, "", ended="none")

    assert (await wishes_of(ALICE, stage)).since is None
    assert len(context.follow_ups) == 1  # their Home says why


@pytest.mark.parametrize(("person", "opens"), [(DEVELOPER, 1), (STRANGER, 0)])
async def test_sl_15_the_window_for_a_repository_opens_for_who_may_read_it(person: Actor, opens: int) -> None:
    stage = staged(person)
    chosen = {"action_id": IN_ONE, "selected_option": {"value": str(SHOP.id)}}
    act = {"user": {"id": "U1", "team_id": "T1"}, "trigger_id": "t.1", "actions": [chosen]}

    await SLACK["slack:block_actions"](act, Context(world=stage.world, key="d-1", door="slack"))

    assert stage.slack is not None
    assert len(stage.slack.window.views) == opens
