"""What Slack refuses, limits or loses stops no run, and nothing is said twice for it."""

from functools import partial
from typing import Any

import pytest

from bot.domain.slack_acts import Act
from bot.domain.states import State
from standins.faults import Fault
from standins.slack.state import Message
from tests.scenarios.test_slack_thread import binds, first_messages, offers_just, waits_at_its_gate
from tests.story import Team
from tests.story.slack import CHANNEL
from tests.story.waiting import until

pytestmark = pytest.mark.slack


@pytest.mark.parametrize("code", ["channel_not_found", "not_in_channel", "is_archived", "restricted_action"])
async def test_where_slack_takes_nothing_the_run_goes_on_and_github_is_told_once(
    team: Team, code: str
) -> None:
    slack = team.slack.world
    fault = Fault(route="/api/chat.postMessage", kind="refuse", status=200, message=code, times=None)
    slack.faults.add(fault)
    await binds(team)

    issue, _ = await team.has_a_pull_request()
    await team.is_told("cannot be followed in Slack", on=issue, times=1)
    await team.admin.comments("/claude approve", on=issue)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()

    await team.is_told("cannot be followed in Slack", on=issue, times=1)


async def test_what_is_too_long_for_slack_is_said_in_short(team: Team) -> None:
    fault = Fault(route="/api/chat.postMessage", kind="refuse", status=200, message="msg_too_long", times=1)
    team.slack.world.faults.add(fault)

    await waits_at_its_gate(team)


async def test_slacks_limits_are_waited_for_and_nothing_is_lost_or_said_twice(team: Team) -> None:
    slack = team.slack.world
    for method in ("chat.postMessage", "chat.update"):
        headers = {"Retry-After": "1"}
        slack.faults.add(
            Fault(
                route=f"/api/{method}",
                kind="refuse",
                status=429,
                message="ratelimited",
                headers=headers,
                times=2,
            )
        )

    _, first = await waits_at_its_gate(team)
    await team.slack.admin.clicks("run-approve", on=first)
    await team.bot.reaches(State.ACTIVE)
    await offers_just(team, Act.ROLLBACK)

    assert len(first_messages(team)) == 1


@pytest.mark.parametrize("kind", ["cut_after", "cut", "lose"])
async def test_where_slacks_answer_is_lost_the_message_is_found_again(team: Team, kind: Any) -> None:
    for method in ("chat.postMessage", "chat.update"):
        team.slack.world.faults.add(Fault(route=f"/api/{method}", kind=kind, times=2))

    _, first = await waits_at_its_gate(team)
    await team.slack.admin.clicks("run-approve", on=first)
    await team.bot.reaches(State.ACTIVE)
    await offers_just(team, Act.ROLLBACK)
    await team.bot.comes_to_rest()

    assert len(first_messages(team)) == 1
    assert len(team.slack.by_the_bot(thread=first.ts)) == 1


async def test_a_bot_that_is_stopped_and_started_again_goes_on_in_the_same_thread(team: Team) -> None:
    _, first = await waits_at_its_gate(team)

    await team.bot.restarts()
    await team.slack.admin.clicks("run-approve", on=first)
    await team.bot.reaches(State.ACTIVE)
    await offers_just(team, Act.ROLLBACK)
    await team.bot.comes_to_rest()

    assert len(team.slack.by_the_bot(thread=first.ts)) == 1


async def test_a_first_message_that_somebody_deletes_is_begun_anew_once(team: Team) -> None:
    issue, first = await waits_at_its_gate(team)

    await team.slack.world.deletes("admin", CHANNEL, first.ts)
    await team.developer.comments("/claude changes one at a time", on=issue)
    second = await anew(team, first)
    await team.bot.waits_for("approval", on=issue)
    await team.bot.comes_to_rest()

    assert first_messages(team) == [second]
    assert any("wanted" in line for line in team.slack.by_the_bot(thread=second.ts))
    await team.slack.admin.clicks("run-approve", on=second)
    await team.bot.reaches(State.ACTIVE)
    await offers_just(team, Act.ROLLBACK)
    await team.is_told("cannot be followed in Slack", on=issue, times=0)


async def test_who_deletes_it_again_is_left_alone_and_github_is_told_once(team: Team) -> None:
    issue, first = await waits_at_its_gate(team)
    await team.slack.world.deletes("admin", CHANNEL, first.ts)
    await team.developer.comments("/claude changes one at a time", on=issue)
    second = await anew(team, first)
    await team.bot.waits_for("approval", on=issue)
    await team.bot.comes_to_rest()

    await team.slack.world.deletes("admin", CHANNEL, second.ts)
    await team.admin.comments("/claude approve", on=issue)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()

    assert first_messages(team) == []
    await team.is_told("cannot be followed in Slack: that message is gone", on=issue, times=1)


async def anew(team: Team, first: Message) -> Message:
    """The first message of another thread."""

    async def there() -> Message | None:
        return next((each for each in first_messages(team) if each.ts != first.ts), None)

    return await until(there, otherwise=partial(team.bot.story_so_far, "no other thread was begun"))
