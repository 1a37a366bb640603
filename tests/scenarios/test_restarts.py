"""The bot is stopped and started again: what was under way goes on."""

import pytest
import sqlalchemy

from bot.domain.reminding import LAPSES
from bot.domain.states import State
from bot.infrastructure.engine import SCHEMA, system_engine
from tests.story import Team
from tests.story.clock import Ahead
from tests.story.places import EACH_ONCE, EACH_SEEN_ONCE
from tests.story.scripts import asks

# A process that ends leaves its connections to the system; here they are found still open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


async def test_what_waited_at_the_gate_is_approved_after_a_restart(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()

    await team.bot.restarts()
    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.effects() == EACH_ONCE


async def test_what_waits_for_weeks_outlives_any_number_of_restarts(team: Team) -> None:
    """The engine counts each, and gives up by itself what it has begun a hundred times."""
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    it = await team.bot.integration()

    await team.bot.stops()
    has_been_taken_up(team.bot.environment["DATABASE_URL"], f"int-{it.id}", times=1000)
    await team.bot.starts()
    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.effects() == EACH_ONCE


async def test_f14_a_timer_of_the_engine_that_is_early_costs_nobody_their_time(
    team: Team, clock: Ahead
) -> None:
    """It goes by the machine's clock, which may jump; whether people came in time is asked of ours."""
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()

    await rings_at_once(team)
    waits = await team.bot.integration()
    await team.admin.comments("/claude changes add the credit notes", on=pull)
    await team.bot.has_noted("ChangesRequested")
    await team.bot.waits_for("approval")
    await team.bot.comes_to_rest()
    clock.ahead += LAPSES["approval"]
    await rings_at_once(team)

    assert waits.waiting_for == "approval"
    await team.bot.reaches(State.FAILED, because="approval_overdue")


async def rings_at_once(team: Team) -> None:
    """Every timer of its saga is over when the bot starts again; it is at rest after that."""
    it, url = await team.bot.integration(), team.bot.environment["DATABASE_URL"]
    await team.bot.stops()
    of, name, end = (
        sqlalchemy.column(each, sqlalchemy.Text) for each in ("workflow_uuid", "function_name", "output")
    )
    schema = None if url.startswith("sqlite") else SCHEMA
    table = sqlalchemy.table("operation_outputs", of, name, end, schema=schema)
    engine = system_engine(url)
    with engine.begin() as connection:
        ours = sqlalchemy.update(table).where(of == f"int-{it.id}", name == "DBOS.sleep")
        assert connection.execute(ours.values(output="1.0")).rowcount
    engine.dispose()
    await team.bot.starts()
    await team.bot.comes_to_rest()


def has_been_taken_up(url: str, workflow: str, *, times: int) -> None:
    """As often as that the engine has gone on with this workflow after a restart."""
    of, attempts = (
        sqlalchemy.column("workflow_uuid", sqlalchemy.Text),
        sqlalchemy.column("recovery_attempts", sqlalchemy.BigInteger),
    )
    schema = None if url.startswith("sqlite") else SCHEMA
    table = sqlalchemy.table("workflow_status", of, attempts, schema=schema)
    engine = system_engine(url)
    with engine.begin() as connection:
        ours = sqlalchemy.update(table).where(table.c.workflow_uuid == workflow)
        assert connection.execute(ours.values(recovery_attempts=times)).rowcount == 1
    engine.dispose()


@pytest.mark.parametrize("script", [asks("Which ERP?", until=1)])
async def test_a_question_is_answered_after_a_restart(team: Team) -> None:
    issue = await team.asks()
    await team.bot.waits_for("answer")

    await team.bot.restarts()
    await team.requester.comments("/claude answer The new one", on=issue)

    await team.bot.has_a_pull_request()
    facts = await team.bot.facts()
    assert (facts.count("QuestionsAsked"), facts.count("Answered")) == (1, 1)


async def test_a_turn_that_was_under_way_is_asked_again_and_paid_once(team: Team) -> None:
    team.claude.fail("stall", where="You are the engineer")
    _ = await team.asks()
    await team.claude_is_asked(times=2)

    await team.bot.restarts()

    await team.bot.has_a_pull_request()
    assert set(team.claude.turns_served.values()) == {1}


@pytest.mark.long
async def test_it_restarts_again_and_again_and_everything_happens_once(team: Team) -> None:
    await team.asks()
    for state in (State.VALIDATING, State.GENERATING, State.TESTING, State.REVIEWING):
        await team.bot.has_come_to(state)
        await team.bot.restarts()
    pull = await team.bot.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.seen_effects() == EACH_SEEN_ONCE


async def test_f43_what_was_asked_while_the_bot_was_away_is_heard_when_it_is_back(team: Team) -> None:
    await team.bot.stops()
    issue = await team.asks()

    await team.bot.starts()

    await team.bot.has_a_pull_request(on=issue)
    assert len(await team.bot.stored.integrations.find()) == 1
