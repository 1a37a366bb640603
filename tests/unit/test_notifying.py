"""A fact outward: one status comment, edited; one last word, said once."""

import json
from datetime import timedelta

import pytest
import structlog
from msgspec import structs

from bot.application.notifying import (
    SUBSCRIBERS,
    is_due,
    on_fact,
    place_status,
    say_last,
    show_status,
    untold,
)
from bot.application.status_words import last_marker, status_marker
from bot.domain import events as e
from bot.domain.integration import evolved
from bot.records import Start, StepFailed
from tests.unit.fakes import Died, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    AGREED,
    ASKED,
    CHANGE,
    ID,
    ISSUE,
    REPAIRING,
    RESTING,
    SUMMARY,
    TAKEN_UP,
    TESTED,
    UP_FOR_REVIEW,
    WORKED,
    WRITTEN,
    History,
    failed,
    integration,
    kept,
    turn,
)


def staged(history: History) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    return stage


async def show(stage: Stage, version: int, calm: int = 0) -> None:
    await show_status(stage.world, ID, version, calm, key="k")


async def test_the_status_is_one_comment_and_then_edited() -> None:
    stage = staged(TAKEN_UP)
    await show(stage, 1)

    stage.log.holds(WRITTEN[len(TAKEN_UP) :])
    await show(stage, len(WRITTEN))

    [body] = stage.comments.on(ISSUE)
    assert status_marker(ID) in body
    assert ": testing" in body


async def test_what_the_comment_shows_already_is_not_told_again() -> None:
    stage = staged(WRITTEN)
    await show(stage, 2)
    stage.comments.bodies[100] = (ISSUE, "as it was")

    await show(stage, len(WRITTEN))

    assert stage.comments.on(ISSUE) == ["as it was"]


@pytest.mark.parametrize(("later", "shown"), [(9, False), (10, True), (60, True)])
async def test_small_progress_waits_until_the_last_edit_is_some_time_ago(later: int, shown: bool) -> None:  # noqa: FBT001  a table's column
    stage = staged(TAKEN_UP)
    await show(stage, 2)
    stage.log.holds([turn(1)])
    stage.clock.time += timedelta(seconds=later)

    await show(stage, 3, calm=10)

    assert ("1 of at most 60 model turns" in stage.comments.on(ISSUE)[0]) is shown


@pytest.mark.parametrize(
    ("version", "calm", "now", "due"),
    [
        (6, 10, 105, False),
        (6, 10, 110, True),
        (6, 0, 100, True),
        (5, 0, 200, False),
        (6, 0, 20, True),
        (6, 10, 20, True),
    ],
    ids=["too soon", "late enough", "weighty", "told", "weighty, of a clock behind", "of a clock behind"],
)
def test_it_is_due_where_it_is_newer_and_nothing_lets_it_wait(
    version: int,
    calm: int,
    now: int,
    due: bool,  # noqa: FBT001  a table's column
) -> None:
    assert is_due("5 100.000", version, calm=calm, now=now) is due


RUNS = "python -m pytest -q `id` @admin " + "x" * 90


async def working(*facts: e.Event) -> str:
    """The status comment while the model, asked once, has a command run."""
    call = {"type": "tool_use", "id": "t", "name": "bash", "input": {"command": RUNS}}
    said = {"content": [call], "stop_reason": "tool_use", "model": "m", "usage": [1, 1, 0, 0]}
    asked = structs.replace(turn(2, stop_reason="tool_use"), answer=kept(json.dumps(said)))
    stage = staged((*AGREED, asked, *facts))
    await show(stage, len(AGREED) + 1 + len(facts))
    return stage.comments.on(ISSUE)[0]


async def test_what_the_model_is_about_is_shown_as_somebodys_words() -> None:
    shown = RUNS[:80].replace("`", "'").replace("@", "@\u200b")
    line = f"**At work**: the model runs `{shown}…`."
    ran = e.ToolsRun(attempt=1, turn=2, results=kept("[]"), change=CHANGE)

    assert line in await working()
    assert line in await working(ran)


@pytest.mark.parametrize(
    "facts",
    [
        (RESTING,),
        (e.CodeGenerated(attempt=1, change=CHANGE, files=1, summary=SUMMARY),),
        (structs.replace(turn(3), stop_reason="max_tokens"),),
    ],
    ids=["rests", "tested", "cut"],
)
async def test_what_it_was_about_is_not_shown_where_it_is_not_at_work(facts: tuple[e.Event, ...]) -> None:
    assert ("At work" in await working(*facts)) is (len(facts) == 1 and isinstance(facts[0], e.TurnTaken))


async def test_killed_after_creating_the_comment_it_is_found_again() -> None:
    stage = staged(TAKEN_UP)
    stage.effects.dies_at = "status:"
    with pytest.raises(Died):
        await show(stage, 1)

    await show(stage, 1)

    assert len(stage.comments.on(ISSUE)) == 1


async def test_out_08_a_comment_with_the_marker_is_not_taken_where_nothing_was_begun() -> None:
    stage = staged(TAKEN_UP)
    stage.comments.bodies[1] = (ISSUE, status_marker(ID))

    await place_status(integration(TAKEN_UP), "new", stage.world)

    assert stage.comments.on(ISSUE) == [status_marker(ID), "new"]


async def test_a_comment_that_somebody_deleted_is_made_anew_and_then_edited() -> None:
    stage = staged(TAKEN_UP)
    await show(stage, 1)

    for deleted in (100, 101):
        del stage.comments.bodies[deleted]
        for _ in range(2):
            stage.log.holds([turn(1)])
            await show(stage, len(stage.log.events()))

    assert list(stage.comments.bodies) == [102]
    assert "4 of at most 60 model turns" in stage.comments.on(ISSUE)[0]


async def test_killed_after_making_it_anew_it_is_found_again() -> None:
    stage = staged(TAKEN_UP)
    await show(stage, 1)
    stage.comments.bodies.clear()
    stage.log.holds([turn(1)])
    stage.effects.dies_at = f"status:{ID}:2"
    with pytest.raises(Died):
        await show(stage, 3)

    await show(stage, 3)

    assert list(stage.comments.bodies) == [101]


@pytest.mark.parametrize("code", ["issue_gone", "github_forbidden"])
async def test_where_nobody_would_read_it_it_is_told_to_the_log(code: str) -> None:
    stage = staged(ACTIVE)
    stage.comments.refuses = code

    with structlog.testing.capture_logs() as logged:
        await show(stage, len(ACTIVE))
        await say_last(stage.world, ID, key="k")

    assert [(each["event"], each["code"]) for each in logged] == [("telling_given_up", code)] * 2
    assert await untold(stage.world, ID, key="k") == 0


async def test_any_other_refusal_leaves_it_untold() -> None:
    stage = staged(ACTIVE)
    stage.comments.refuses = "github_invalid"
    with pytest.raises(StepFailed, match="github_invalid"):
        await show(stage, len(ACTIVE))

    assert await untold(stage.world, ID, key="k") == len(ACTIVE)


async def test_it_is_told_to_the_end_once_the_last_word_is_said_too() -> None:
    stage = staged(ACTIVE)
    await show(stage, len(ACTIVE))
    before = await untold(stage.world, ID, key="k")

    await say_last(stage.world, ID, key="k")

    assert (before, await untold(stage.world, ID, key="k")) == (len(ACTIVE), 0)


@pytest.mark.parametrize(
    ("history", "detail"),
    [
        (ASKED, "> - Which ERP?"),
        (failed(*TAKEN_UP, reason="refused", detail=kept("It is spam.")), "> It is spam."),
        (failed(*REPAIRING, detail="attempt 4"), "1 failed"),
    ],
)
async def test_texts_that_facts_hold_only_the_digest_of_are_shown(history: History, detail: str) -> None:
    stage = staged(history)

    await show(stage, 1)

    assert detail in stage.comments.on(ISSUE)[0]


async def test_sx_07_what_tests_print_is_shown_to_people_without_secrets() -> None:
    token = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    output = f"E {token} {'x' * 1990}"
    report = kept(json.dumps({"status": 1, "output": output, "seconds": 1, "ended": "exited"}))
    stage = staged(failed(*WRITTEN, e.TestsFailed(attempt=1, report=report, ended="exited")))

    await show(stage, 20)

    [body] = stage.comments.on(ISSUE)
    assert "x" * 1990 in body
    assert token[-8:] not in body


@pytest.mark.parametrize("history", [ACTIVE, (*failed(*WRITTEN), e.UndoFinished())])
async def test_when_it_has_ended_one_word_more_is_said(history: History) -> None:
    stage = staged(history)

    for _ in range(2):
        await say_last(stage.world, ID, key="k")

    [body] = stage.comments.on(ISSUE)
    assert body.startswith(f"{last_marker(ID)}\n@requester ")


async def test_killed_after_the_last_word_it_is_not_said_again() -> None:
    stage = staged(ACTIVE)
    stage.effects.dies_at = "last:"
    with pytest.raises(Died):
        await say_last(stage.world, ID, key="k")

    await say_last(stage.world, ID, key="k")

    assert len(stage.comments.on(ISSUE)) == 1


@pytest.mark.parametrize("history", [UP_FOR_REVIEW, failed(*WRITTEN)])
async def test_before_it_has_ended_no_last_word_is_said(history: History) -> None:
    stage = staged(history)

    await say_last(stage.world, ID, key="k")

    assert stage.comments.bodies == {}


@pytest.mark.parametrize(
    ("fact", "calm"),
    [
        (turn(4), 10),
        (e.CodeGenerated(attempt=1, change="", files=1, summary=""), 0),
        (e.Titled(by=ADMIN, title="a"), 0),
    ],
)
def test_every_fact_is_told_what_people_see_at_once(fact: e.Event, calm: int) -> None:
    before = integration(WORKED)
    after = evolved(before, [fact])

    assert list(SUBSCRIBERS) == [on_fact]
    assert on_fact(before, after) == Start(
        queue="notify",
        workflow="notify.tell_v1",
        id=f"tell-{ID}-{after.version}",
        args=(ID, after.version, calm),
        partition=ID,
    )


def test_a_fact_that_people_do_not_see_is_not_told_by_itself() -> None:
    before = integration(TESTED)
    after = evolved(before, [e.CommitMade(head="c" * 40, tree="d" * 40)])

    assert on_fact(before, after) is None
