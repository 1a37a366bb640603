"""Floods: what somebody who talks without end makes the bot say, and what others notice of it."""

from datetime import timedelta

import pytest

from bot.application.refusing import MOST_ANSWERS_AN_HOUR
from bot.domain import events as e
from bot.domain.policy import Rules
from bot.records import Actor, Unavailable
from handlers import APOLOGIES, GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import comment
from tests.unit.fakes import Stage
from tests.unit.histories import ADMIN, BRANCH, COMMIT, DEVELOPER, PULL, STRANGER, UP_FOR_REVIEW, VIEWER


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.log.holds(UP_FOR_REVIEW)
    stage.pulls.has(PULL, BRANCH, COMMIT)
    return stage


async def says(stage: Stage, words: str, *, by: Actor, times: int = 1) -> None:
    heard = GITHUB["issue_comment.created"]
    for number in range(times):
        key = f"{words}-{number}-{len(stage.comments.bodies)}-{len(stage.effects.known)}"
        await heard(comment(words, by=by, on=PULL), Context(world=stage.world, key=key))


@pytest.mark.parametrize(
    ("words", "by"),
    [
        *((words, by) for words in ("/claude approve", "/claude help") for by in (STRANGER, VIEWER)),
        ("/claude status", VIEWER),
        ("/claude nonsense", VIEWER),
    ],
)
async def test_out_05_a_flood_is_answered_only_so_often_an_hour(stage: Stage, words: str, by: Actor) -> None:
    await says(stage, words, by=by, times=3 * MOST_ANSWERS_AN_HOUR)

    assert len(stage.comments.bodies) == MOST_ANSWERS_AN_HOUR
    assert len(stage.comments.reactions) <= MOST_ANSWERS_AN_HOUR


async def test_out_05_others_are_answered_meanwhile_and_everybody_in_the_next_hour(stage: Stage) -> None:
    await says(stage, "/claude nonsense", by=VIEWER, times=2 * MOST_ANSWERS_AN_HOUR)

    await says(stage, "/claude status", by=DEVELOPER)
    stage.clock.time += timedelta(hours=1)
    await says(stage, "/claude nonsense", by=VIEWER)

    assert len(stage.comments.bodies) == MOST_ANSWERS_AN_HOUR + 2


async def test_what_is_tried_again_and_again_counts_once(stage: Stage) -> None:
    apologise, context = APOLOGIES["issue_comment.created"], Context(world=stage.world, key="broken")
    for _ in range(3 * MOST_ANSWERS_AN_HOUR):
        await apologise(comment("/claude help", by=VIEWER, on=PULL), context)

    await says(stage, "/claude help", by=VIEWER)

    assert len(stage.comments.bodies) == 2


async def test_out_05_apologies_count_as_answers_do(stage: Stage) -> None:
    apologise = APOLOGIES["issue_comment.created"]
    for number in range(3 * MOST_ANSWERS_AN_HOUR):
        context = Context(world=stage.world, key=f"broken-{number}")
        await apologise(comment("/claude help", by=VIEWER, on=PULL), context)

    assert len(stage.comments.bodies) == MOST_ANSWERS_AN_HOUR


SLIPS = [
    "/claude nonsense",
    "/claude aprove",
    "/claude integrate it --colour red",
    "/claude integrate --base",
]


@pytest.mark.parametrize("words", SLIPS)
async def test_out_05_a_strangers_slip_is_passed_over_and_a_members_is_answered(
    stage: Stage, words: str
) -> None:
    await says(stage, words, by=STRANGER)
    passed_over = list(stage.comments.bodies)

    await says(stage, words, by=VIEWER)

    assert (passed_over, len(stage.comments.bodies)) == ([], 1)


@pytest.mark.parametrize(
    ("role", "private", "answers"),
    [
        ("read", True, 1),
        ("read", False, 0),
        ("triage", False, 1),
        ("write", False, 1),
        ("admin", False, 1),
        ("none", True, 0),
        ("release_captain", True, 0),
    ],
)
async def test_out_05_where_anybody_may_read_a_reader_is_a_stranger(
    stage: Stage, role: str, *, private: bool, answers: int
) -> None:
    stage.repositories.roles = {DEVELOPER.id: role}
    said = comment("/claude nonsense", by=DEVELOPER, on=PULL, private=private)

    await GITHUB["issue_comment.created"](said, Context(world=stage.world, key="d-1"))

    assert len(stage.comments.bodies) == answers


async def test_out_05_nobody_is_told_of_a_slip_in_an_account_that_is_not_served() -> None:
    stage = Stage(rules=Rules(owners=frozenset({"another"})))

    await says(stage, "/claude nonsense", by=ADMIN)

    assert (stage.comments.bodies, stage.repositories.asked) == ({}, [])


async def test_ab_04_a_flood_of_slips_costs_only_so_many_questions_to_github(stage: Stage) -> None:
    await says(stage, "/claude nonsense", by=STRANGER, times=3 * MOST_ANSWERS_AN_HOUR)

    assert len(stage.repositories.asked) == MOST_ANSWERS_AN_HOUR
    assert stage.comments.bodies == {}


async def test_a_slip_waits_for_the_right_to_be_asked_for(stage: Stage) -> None:
    stage.repositories.roles = None

    with pytest.raises(Unavailable):
        await says(stage, "/claude nonsense", by=DEVELOPER)

    assert stage.comments.bodies == {}


async def test_out_05_what_is_not_answered_is_done_all_the_same(stage: Stage) -> None:
    await says(stage, "/claude status", by=ADMIN, times=MOST_ANSWERS_AN_HOUR)

    await says(stage, "/claude approve", by=ADMIN)

    assert isinstance(stage.log.events()[-1], e.Approved)
    assert len(stage.comments.bodies) == MOST_ANSWERS_AN_HOUR


BAD_BASES = ["../../x", "-x", "/main", "a..b", "x" * 256, "a\0b", "a\x1b[31m", "\u202emain", "\u200bmain"]


@pytest.mark.parametrize("base", BAD_BASES)
async def test_rc_11_a_base_that_is_no_branch_is_refused_and_not_written_down(
    stage: Stage, base: str
) -> None:
    await says(stage, f"/claude integrate it --base {base}", by=DEVELOPER)

    assert len(stage.log.integrations) == 1
    [(_, said)] = stage.comments.bodies.values()
    assert "The value of `--base` is not the name of a branch." in said


BAD_BUDGETS = ["nan", "inf", "1e309", "-5", "0", "0.0", "1_000", "\u0661", "9" * 7, "0x10", "$", "--", ""]


@pytest.mark.parametrize("budget", BAD_BUDGETS)
async def test_ab_01_a_budget_that_is_no_amount_starts_nothing(stage: Stage, budget: str) -> None:
    await says(stage, f"/claude integrate it --budget {budget}", by=DEVELOPER)

    assert len(stage.log.integrations) == 1
