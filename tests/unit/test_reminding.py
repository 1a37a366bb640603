"""Whoever is waited for is reminded, once each time, and a reply that quotes a question answers it."""

# ruff: noqa: E501  a sentence is pinned as it is said

from datetime import timedelta
from typing import Final

import pytest
from inline_snapshot import snapshot
from msgspec import structs

from bot.application.notifying import on_fact, show_status
from bot.application.reminding import find_quiet, remind_of
from bot.domain import events as e
from bot.domain.quoting import answer_in
from bot.domain.reminding import due
from bot.records import Actor
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import comment
from tests.unit.fakes import Died, FakeClock, Stage
from tests.unit.histories import (
    ACTIVE,
    ANOTHER,
    APPROVAL,
    ASKED,
    BEGAN,
    DEVELOPER,
    ID,
    ISSUE,
    MERGED_FOR_A_DEVELOPER,
    PLANNING,
    PULL,
    QUESTION,
    REQUESTER,
    RESTING,
    STRANGER,
    TAKEN_UP,
    UP_FOR_REVIEW,
    VIEWER,
    WORKED,
    History,
    cancelled,
    failed,
    integration,
    recorded,
)

DAY: Final = timedelta(days=1)
QUESTIONS: Final = "- Which ERP?\n- From when on, and\n  up to when?"
REPLY: Final = "> - Which ERP?\n\nThe new one."


def after(days: float, history: History = ASKED) -> Stage:
    """So long after the newest fact."""
    stage = Stage(clock=FakeClock(time=BEGAN + timedelta(seconds=len(history) - 1, days=days)))
    stage.log.holds(history)
    return stage


def new(stage: Stage, history: History = ASKED) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(history) :]]


async def looks(stage: Stage) -> None:
    for integration_id in await find_quiet(stage.world, key="k"):
        await remind_of(stage.world, integration_id, key="k")


@pytest.mark.parametrize(
    ("history", "days", "reminded"),
    [
        (ASKED, 0.99, False),
        (ASKED, 1, True),
        (ASKED, 6.99, True),
        (ASKED, 7, False),
        (PLANNING, 1, True),
        (PLANNING, 30, False),
        (UP_FOR_REVIEW, 1, True),
        (UP_FOR_REVIEW, 29.9, True),
        (MERGED_FOR_A_DEVELOPER, 1, True),
        (MERGED_FOR_A_DEVELOPER, 30, False),
        (WORKED, 1, False),
        (ACTIVE, 1, False),
        (failed(*ASKED), 1, False),
        (cancelled(*ASKED), 1, False),
        ((*UP_FOR_REVIEW, RESTING), 1, False),
        ((*TAKEN_UP, e.QuestionsAsked(questions=QUESTION, reminders=False)), 1, False),
    ],
)
async def test_a_reminder_is_due_after_a_day_until_it_lapses(
    history: History,
    days: float,
    reminded: bool,  # noqa: FBT001  a table's column
) -> None:
    stage = after(days, history)

    await looks(stage)

    assert new(stage, history) == ["Reminded"] * reminded


@pytest.mark.parametrize(
    ("history", "days", "again"),
    [(UP_FOR_REVIEW, 2.9, False), (UP_FOR_REVIEW, 3, True), (ASKED, 3, False)],
)
def test_a_gate_is_reminded_of_every_three_days_and_a_question_once(
    history: History,
    days: float,
    again: bool,  # noqa: FBT001  a table's column
) -> None:
    it = integration(history)
    told = (*history, e.Reminded(of=it.waiting_for or ""))
    past = recorded(told)

    now = past[-1].at + timedelta(days=days)

    assert (due(integration(told), past, now=now) is not None) is again


async def test_what_happens_in_between_is_not_talked_over() -> None:
    stage = after(1)
    stage.log.meanwhile.append(lambda: stage.log.holds([e.Answered(by=REQUESTER, text=QUESTION)]))

    await looks(stage)

    assert new(stage) == ["Answered"]


async def test_it_is_said_once_however_often_the_telling_is_broken_off() -> None:
    stage = after(1)
    await looks(stage)
    stage.effects.dies_at = "reminder:"

    with pytest.raises(Died):
        await show_status(stage.world, ID, 4, 0, key="k")
    for version in (4, 5):
        await show_status(stage.world, ID, version, 0, key="k")

    assert [
        said.partition(" -->\n")[2] for said in stage.comments.on(ISSUE) if "reminder" in said
    ] == snapshot([
        """\
@requester, a reminder of `k7p2m4q9xa`.

**Waits for an answer** from @requester, or anyone with write access: `/claude answer <text>`.

> - Which ERP?

A comment that quotes the question is an answer, too. Without one it ends after 7 days; `/claude cancel` ends it at once.\
"""
    ])


@pytest.mark.parametrize(
    ("history", "where", "said"),
    [
        (PLANNING, ISSUE, "**Waits for approval of the plan**"),
        (UP_FOR_REVIEW, PULL, "**Waits for an approval**"),
        (MERGED_FOR_A_DEVELOPER, ISSUE, "**Merged; waits for somebody who may deploy**"),
    ],
)
async def test_it_is_said_where_people_can_act_and_calls_no_crowd(
    history: History, where: int, said: str
) -> None:
    stage = after(1, history)
    await looks(stage)

    await show_status(stage.world, ID, len(history) + 1, 0, key="k")

    [reminder] = [each for each in stage.comments.on(where) if ":reminder:" in each]
    assert said in reminder
    assert {word.strip(",.:") for word in reminder.split() if word.startswith("@")} == {"@requester"}


async def test_nobody_is_reminded_of_what_is_over_by_then() -> None:
    stage = after(1)
    await looks(stage)
    stage.log.holds([e.Answered(by=REQUESTER, text=QUESTION), e.QuestionsAsked(questions=QUESTION)])

    await show_status(stage.world, ID, len(stage.log.events()), 0, key="k")

    assert not [said for said in stage.comments.on(ISSUE) if ":reminder:" in said]


async def test_what_begins_anew_is_reminded_of_as_well() -> None:
    first = (*UP_FOR_REVIEW, e.Reminded(of="approval"))
    another = (*first, *ACTIVE[len(UP_FOR_REVIEW) :], ANOTHER, e.QuestionsAsked(questions=QUESTION))
    stage = after(1, first)
    for history in (first, another):
        stage.log.streams.clear()
        stage.log.holds(history)
        stage.clock.time = BEGAN + timedelta(seconds=len(history) - 1, days=1)
        await looks(stage)

        await show_status(stage.world, ID, len(history) + 1, 0, key="k")

    said = [each for each in (*stage.comments.on(PULL), *stage.comments.on(ISSUE)) if ":reminder:" in each]
    assert ["**Waits for an approval**" in each for each in said] == [True, False]


def test_what_was_counted_counts_on_where_it_begins_anew_or_comes_to_nothing() -> None:
    reminded = (*UP_FOR_REVIEW, e.Reminded(of="approval"), *ACTIVE[len(UP_FOR_REVIEW) :])
    ended = (*failed(*reminded, ANOTHER, e.Reminded(of="answer"), during="validating"), e.UndoFinished())
    retried = e.Retried(by=REQUESTER, state="validating", attempt=2)

    assert integration((*reminded, ANOTHER)).reminders == 1
    assert (integration(ended).reminders, integration(ended).edition) == (2, 1)
    assert integration((*failed(*ASKED, e.Reminded(of="answer")), e.UndoFinished(), retried)).reminders == 1


def test_a_reminder_is_told_at_once() -> None:
    before = integration(UP_FOR_REVIEW)

    assert on_fact(before, integration((*UP_FOR_REVIEW, e.Reminded(of="approval")))) is not None


def test_a_further_approval_begins_a_new_wait() -> None:
    waits = integration((*UP_FOR_REVIEW, e.Reminded(of="approval")))

    assert waits.reminded == e.Reminded(of="approval")
    assert integration((*UP_FOR_REVIEW, e.Reminded(of="approval"), APPROVAL)).reminded is None


# --- answered by quoting ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (REPLY, "The new one."),
        (">> - Which ERP?\n> \nThe new one.", "The new one."),
        ("  > **Waits**\n  > > which  ERP\n\nThe new one.\nOf 2026.", "The new one.\nOf 2026."),
        ("The new one.\n> - Which ERP?", "The new one.\n> - Which ERP?"),
        (
            "> - Which ERP?\nThe new one.\n> - From when on, and up to when?\nJanuary.",
            "The new one.\n> - From when on, and up to when?\nJanuary.",
        ),
        ("> - From when on, and\n>   up to when?\n\nJanuary.", "January."),
        ("> - Which\n\nThe new one.", None),
        ("> Something else\n\nThe new one.", None),
        ("> - Which ERP?\n", None),
        ("Which ERP?\n\nThe new one.", None),
        ("```\n> - Which ERP?\n```\nThe new one.", None),
        ("    > - Which ERP?\n\nThe new one.", None),
    ],
)
def test_only_a_question_that_is_quoted_whole_is_answered(body: str, answer: str | None) -> None:
    assert answer_in(body, QUESTIONS) == answer


def test_of_no_question_nothing_is_an_answer() -> None:
    assert answer_in("> -\n\nThe new one.", "- ?") is None


async def replies(stage: Stage, body: str, *, by: Actor = REQUESTER, private: bool = True) -> list[str]:
    payload = comment(body, by=by, private=private)
    await GITHUB["issue_comment.created"](payload, Context(world=stage.world, key="d-1"))
    return [said.partition(" -->\n")[2] for said in stage.comments.on(ISSUE)]


@pytest.mark.parametrize("by", [REQUESTER, DEVELOPER])
async def test_a_plain_reply_that_quotes_the_question_answers_it(by: Actor) -> None:
    stage = after(0)

    said = await replies(stage, REPLY, by=by)

    assert said == [f"Thank you, @{by.login}. I am looking at the request again."]
    answered = stage.log.events()[-1]
    assert isinstance(answered, e.Answered)
    assert stage.blobs.contents[answered.text] == b"The new one."


async def test_who_may_not_answer_is_told_so_and_it_is_noted() -> None:
    stage = after(0)

    [said] = await replies(stage, REPLY, by=VIEWER)

    assert said.startswith("This needs `integration:write`, and you are viewer here.")
    assert new(stage) == []
    assert len(stage.log.streams) == 2


async def test_of_a_stranger_it_is_talk() -> None:
    stage = after(0)

    assert await replies(stage, REPLY, by=STRANGER, private=False) == []
    assert new(stage) == []


@pytest.mark.parametrize(
    ("history", "body"),
    [
        (ASKED, "The new one."),
        (ASKED, "> Something else\n\nThe new one."),
        (UP_FOR_REVIEW, REPLY),
        ((*TAKEN_UP, e.QuestionsAsked(questions="deleted")), REPLY),
    ],
)
async def test_what_quotes_no_question_that_waits_is_talk(history: History, body: str) -> None:
    stage = after(0, history)

    assert await replies(stage, body) == []
    assert new(stage, history) == []


def test_what_was_written_before_there_were_reminders_asks_for_them() -> None:
    assert integration(ASKED).reminds
    assert not integration((*TAKEN_UP, structs.replace(ASKED[-1], reminders=False))).reminds
