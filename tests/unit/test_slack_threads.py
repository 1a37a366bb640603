"""A thread is begun once, brought up to date in place, and found again after any crash."""

from dataclasses import replace

import pytest

from bot.application.notifying import CALM_SECONDS
from bot.application.slack_threads import again, on_fact, say_untold, show_thread, untold
from bot.domain.slack_asked import asked_in, stream_of
from bot.records import Fact, Start, StepFailed, Unavailable
from bot.slack_link_records import SlackUser
from bot.slack_records import Place, Workspace
from tests.unit.fake_slack import FakeSlack
from tests.unit.fakes import Stage
from tests.unit.histories import (
    ADMIN_APPROVAL,
    ID,
    UP_FOR_REVIEW,
    WORKED,
    History,
    cancelled,
    integration,
    turn,
)

HERE = Place(workspace=Workspace(team="T1"), channel="C1")
AWAY = Unavailable("slack_unreachable")


def staged(history: History = UP_FOR_REVIEW, *, channel: str = "D1") -> Stage:
    """A run that was asked for in Slack, where the bot and its asker talk."""
    stage = Stage(slack=FakeSlack())
    place = Place(workspace=HERE.workspace, channel=channel)
    hold(stage, stream_of(ID), asked_in(place, SlackUser(team="T1", id="U1")))
    stage.log.holds(history)
    return stage


def hold(stage: Stage, stream: str, fact: Fact) -> None:
    stage.log.streams[stream] = [stage.log._recorded(stream, fact, 1, {"key": stream})]  # noqa: SLF001


async def shows(stage: Stage) -> None:
    version = len(stage.log.streams[ID])
    await show_thread(stage.world, ID, version, 0, key="k")


def window(stage: Stage) -> FakeSlack:
    assert stage.slack is not None
    return stage.slack


async def test_it_is_said_once_and_edited_where_it_says_something_else() -> None:
    stage = staged()

    await shows(stage)
    await shows(stage)
    stage.log.holds((ADMIN_APPROVAL,), key="more")
    await shows(stage)

    posted = list(window(stage).window.posted.values())
    assert [place.thread for place, _, _ in posted] == [None, posted[0][1].ts]
    assert window(stage).window.updates == 1
    assert posted[1][2].text.startswith("@admin approved")


@pytest.mark.parametrize("at", ["failures", "lost"])
async def test_what_was_cut_off_is_found_again(at: str) -> None:
    stage = staged()
    getattr(window(stage).window, at).append(AWAY)

    with pytest.raises(Unavailable):
        await shows(stage)
    await shows(stage)

    assert len(window(stage).window.posted) == 1


async def test_a_line_whose_answer_was_lost_is_not_said_twice() -> None:
    stage = staged()
    await shows(stage)
    stage.log.holds((ADMIN_APPROVAL,), key="more")
    window(stage).window.lost.append(AWAY)

    with pytest.raises(Unavailable):
        await shows(stage)
    await shows(stage)

    assert len(window(stage).window.posted) == 2


async def test_what_slack_takes_only_in_short_is_said_in_short() -> None:
    stage = staged()
    window(stage).window.failures.append(StepFailed("slack_msg_too_long"))

    await shows(stage)

    [(_, _, said)] = window(stage).window.posted.values()
    assert len(said.blocks) <= 3


async def test_what_slack_does_not_take_in_short_either_is_no_end_of_the_run() -> None:
    stage = staged()
    window(stage).window.failures += [StepFailed("slack_msg_too_long"), StepFailed("slack_msg_too_long")]

    with pytest.raises(StepFailed):
        await shows(stage)

    for _ in range(2):
        await say_untold(stage.world, ID, "slack_msg_too_long", key="k")
    assert sum("cannot be followed in Slack" in each for _, each in stage.comments.bodies.values()) == 1


async def test_where_there_is_no_slack_nothing_is_told() -> None:
    stage = staged()
    stage.slack = None

    await shows(stage)

    assert await untold(stage.world, ID, key="k") == len(UP_FOR_REVIEW)


async def test_what_was_told_is_not_behind() -> None:
    stage = staged()
    await shows(stage)

    assert await untold(stage.world, ID, key="k") == 0


def test_what_only_adds_up_waits_and_what_people_see_does_not() -> None:
    worked = integration(WORKED)
    calm = on_fact(worked, integration((*WORKED, turn(9))))
    seen = on_fact(integration(UP_FOR_REVIEW), integration(cancelled(*UP_FOR_REVIEW)))

    assert isinstance(calm, Start)
    assert calm.args[2] == CALM_SECONDS
    assert isinstance(seen, Start)
    assert seen.args[2] == 0
    assert on_fact(integration(UP_FOR_REVIEW), integration(UP_FOR_REVIEW)) is None


async def test_a_message_that_shows_what_was_is_shown_anew() -> None:
    stage = staged()
    await shows(stage)

    version = len(UP_FOR_REVIEW)
    start = await again(ID, version, name="d-1", world=stage.world)
    assert start.args == (ID, version + 1, 0)
    await show_thread(stage.world, ID, version + 1, 0, key="k")

    assert window(stage).window.updates == 1


@pytest.mark.parametrize(("private", "told"), [(True, "DU1"), (False, "C1")])
async def test_sl_15_a_private_repository_is_told_of_to_its_asker_alone(*, private: bool, told: str) -> None:
    stage = staged(channel="C1")
    stage.repositories.facts = replace(stage.repositories.facts, private=private)

    await shows(stage)

    assert [place.channel for place, _, _ in window(stage).window.posted.values()] == [told]


async def test_sl_15_who_may_not_read_it_any_more_is_told_nothing_more() -> None:
    stage = staged()
    await shows(stage)
    stage.repositories.roles = {}
    stage.log.holds((ADMIN_APPROVAL,), key="more")

    await shows(stage)

    assert (len(window(stage).window.posted), window(stage).window.updates) == (1, 0)
