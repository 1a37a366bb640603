"""What comes from Slack again, or from both windows, is done once, and who asked is told."""

import pytest

from bot.domain.states import State
from tests.scenarios.test_slack_thread import binds, first_messages, waits_at_its_gate
from tests.story import Team
from tests.story.team import REQUEST

pytestmark = pytest.mark.slack

THERE = "This is already under way in #1"
WORDS = REQUEST.removeprefix("/claude ")


async def test_f45_what_runs_by_a_comment_is_not_run_again_by_slack(team: Team) -> None:
    await binds(team)
    await team.has_a_pull_request()

    assert THERE in await team.slack.developer.types(WORDS)
    await team.bot.comes_to_rest()

    assert len(await team.bot.stored.integrations.find()) == 1
    assert len(first_messages(team)) == 1


async def test_f45_what_runs_by_slack_is_not_run_again_by_a_comment_or_by_slack(team: Team) -> None:
    await binds(team)
    await team.slack.developer.types(WORDS)
    await team.bot.waits_for("approval")

    issue = await team.requester.opens_an_issue()
    await team.requester.comments(REQUEST, on=issue)

    await team.is_told(THERE, on=issue, times=1)
    assert THERE in await team.slack.requester.types(WORDS)
    await team.bot.comes_to_rest()
    assert len(await team.bot.stored.integrations.find()) == 1
    assert len(first_messages(team)) == 1


async def test_f51_what_is_answered_too_late_comes_again_and_is_done_once(team: Team) -> None:
    issue, first = await waits_at_its_gate(team)
    postman = team.slack.world.postman
    postman.retries_after_seconds, postman.too_late = (0.0, 0.0, 0.0), 3

    stop = await team.slack.developer.says("stop", thread=first.ts)
    await team.bot.reaches(State.FAILED, because="cancelled", on=issue)
    await team.bot.comes_to_rest()

    tries = [len(each.attempts) for each in team.slack.world.deliveries if stop.ts in str(each.payload)]
    assert max(tries) == 4
    assert (await team.bot.facts()).count("CancelRequested") == 1
    assert len(team.slack.whispers("developer")) == 1
