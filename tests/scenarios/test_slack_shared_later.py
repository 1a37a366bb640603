"""A private repository's own channel is told nothing any more once it is shared with another organisation."""

import pytest

from bot.domain.slack_notifying import Wishes
from tests.scenarios.test_slack_cards import writes
from tests.scenarios.test_slack_notices import is_written, sets
from tests.scenarios.test_slack_thread import waits_at_its_gate
from tests.story import Team

pytestmark = pytest.mark.slack


def shares(team: Team) -> None:
    """From now on people of another organisation read along."""
    elsewhere = team.slack.world.workspace("Other")
    team.slack.world.channel_named("deploys").shared_with.add(elsewhere.id)


async def test_sl_15_a_run_has_no_thread_there_and_nothing_else_is_told_there(team: Team) -> None:
    await team.slack.admin.types("default acme/shop")
    await sets(team, "developer", Wishes(ways={"gate": "channel"}))
    shares(team)

    await team.has_a_pull_request()
    await is_written(team, "developer", "Waits for an approval")
    shown = await writes(team, "viewer")
    await team.bot.comes_to_rest()

    assert shown == "{}"
    assert team.slack.by_the_bot() == []


async def test_sl_15_a_thread_that_was_begun_is_not_gone_on_with(team: Team) -> None:
    issue, first = await waits_at_its_gate(team)
    before = [*first.blocks]
    shares(team)

    await team.admin.comments("/claude approve", on=issue)
    await team.bot.has_noted("Approved")
    await team.bot.comes_to_rest()

    assert (first.blocks, team.slack.by_the_bot(thread=first.ts)) == (before, [])
    await team.is_told("cannot be followed in Slack", on=issue, times=0)
