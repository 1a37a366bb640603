"""What an operator finds in the log: every step with the integration or the delivery that it was for."""

from collections.abc import Iterable
from contextlib import AbstractContextManager

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs
from structlog.types import EventDict

from bot.domain.states import State
from tests.story import Team
from tests.story.scripts import REPOSITORY


def heard() -> AbstractContextManager[list[EventDict]]:
    """Every line, with what is bound to it."""
    return capture_logs(processors=[merge_contextvars])


def steps(logged: Iterable[EventDict], event: str) -> set[tuple[str, str]]:
    """The steps of which the log says so, each with its integration."""
    return {
        (each["step"], each["integration"])
        for each in logged
        if each["event"] == event and "integration" in each
    }


async def test_every_step_is_there_with_its_integration(team: Team) -> None:
    with heard() as logged:
        _, pull = await team.has_a_pull_request()
        await team.admin.comments("/claude approve", on=pull)
        await team.bot.reaches(State.ACTIVE)
        await team.bot.comes_to_rest()

    name = (await team.bot.integration()).id
    assert (
        steps(logged, "step_begun")
        == steps(logged, "step_done")
        == {
            (step, name)
            for step in (
                *("begin", "survey_repository", "try_tests", "consult", "conclude"),
                *("take_turn", "use_tools", "finish_code", "judge_change"),
                *("create_pull_request", "deploy", "show_status", "say_last"),
            )
        }
    )


async def test_what_was_done_for_a_delivery_is_there_with_it(team: Team) -> None:
    with heard() as logged:
        await team.asks("/claude help")
        await team.bot.comes_to_rest()

    done = [each for each in logged if each["event"] == "step_done" and each["step"] == "settle"]
    settled = [each for each in logged if each["event"] == "delivery_settled"]
    assert [each["delivery"] for each in done] == [each["delivery"] for each in settled] != []
    assert {each["kind"] for each in settled} == {"issue_comment.created"}


@pytest.mark.parametrize("files", [{**REPOSITORY, "run_tests.sh": "exit 1\n"}])
async def test_a_step_that_failed_is_there_with_its_code(team: Team) -> None:
    with heard() as logged:
        await team.asks()
        await team.bot.reaches(State.FAILED, because="tests_red")
        await team.bot.comes_to_rest()

    failed = [each for each in logged if each["event"] == "step_failed"]
    name = (await team.bot.integration()).id
    assert [(each["step"], each["integration"], each["code"]) for each in failed] == [
        ("try_tests", name, "tests_red")
    ]
