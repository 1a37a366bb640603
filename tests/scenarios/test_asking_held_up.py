"""What keeps a question from being answered is said where it was asked, and it is looked at again."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import Mapping
from typing import Final

import pytest

from standins.faults import Fault
from standins.github.people import GitHub
from tests.story import Team
from tests.story.questions import ANSWER, AT, SOURCE, answer, looks_then_answers, said
from tests.story.scripts import REPOSITORY

QUESTION: Final = "/claude ask which invoices are counted?"
GIVEN_UP: Final[Mapping[str, str]] = {
    "refusal": "@requester, I could not answer, because: The model declined to answer this. `/claude ask` asks again. What was asked until then cost <cost>.",
    "unknown_stop": "@requester, I could not answer, because: The model stopped in a way that I do not know. Ask again later. `/claude ask` asks again. What was asked until then cost <cost>.",
    "context_exceeded": "@requester, I could not answer, because: What I looked at does not fit into what the model reads at once. Ask for less. `/claude ask` asks again. What was asked until then cost <cost>.",
    "too_long": "@requester, I could not answer, because: What I looked at does not fit into what the model reads at once. Ask for less. `/claude ask` asks again.",
}
COMMENTS: Final = "/repos/{owner}/{repo}/issues/{issue_number}/comments"


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE}


@pytest.mark.parametrize("kind", ["overloaded", "rate_limited", "cut"])
@pytest.mark.parametrize("script", [looks_then_answers(AT)])
async def test_where_claude_is_away_that_is_said_and_the_same_comment_becomes_the_answer(
    team: Team, kind: str
) -> None:
    issue = await team.requester.opens_an_issue()
    team.claude.fail(kind, where="You answer a question")

    await team.requester.comments(QUESTION, on=issue)
    await team.is_told("I cannot answer yet, because: Claude does not answer.", on=issue, times=1)
    await team.bot.comes_to_rest()

    assert ANSWER in answer(issue)


@pytest.mark.parametrize("environment", [{"MONTHLY_BUDGET": "0", "ENGINE_POLLS_SECONDS": "0.02"}])
@pytest.mark.parametrize("script", [looks_then_answers(AT)])
async def test_without_money_it_waits_until_there_is_some(team: Team) -> None:
    issue = await team.requester.opens_an_issue()

    await team.requester.comments(QUESTION, on=issue)
    await team.is_told("This repository has used up its budget of the month.", on=issue, times=1)
    assert team.claude.requests == []
    await team.admin.comments("/claude budget month +5", on=issue)
    await team.bot.comes_to_rest()

    assert ANSWER in answer(issue)


async def test_while_it_is_frozen_nothing_is_asked(team: Team) -> None:
    issue = await team.requester.opens_an_issue()
    await team.admin.comments("/claude freeze Stocktaking", on=issue)
    await team.bot.comes_to_rest()

    await team.requester.comments(QUESTION, on=issue)
    await team.bot.comes_to_rest()

    assert (team.claude.requests, said(issue)) == ([], [])
    assert "nothing is begun or moved on here" in issue.replies()[-1]


@pytest.mark.parametrize("script", [looks_then_answers(AT)])
async def test_what_is_frozen_while_it_looks_is_answered_afterwards(team: Team) -> None:
    issue = await team.requester.opens_an_issue()
    team.github.delays("GET", COMMENTS, seconds=3)
    await team.requester.comments(QUESTION, on=issue)
    await team.admin.comments("/claude freeze Stocktaking", on=issue)
    await team.is_told("I cannot answer yet, because: Everything is frozen here.", on=issue, times=1)

    assert team.claude.requests == []
    await team.admin.comments("/claude unfreeze", on=issue)
    await team.bot.comes_to_rest()

    assert ANSWER in answer(issue)


@pytest.mark.parametrize("script", [looks_then_answers(AT)])
async def test_the_bot_is_stopped_while_it_looks_and_goes_on(team: Team) -> None:
    issue = await team.requester.opens_an_issue()
    team.github.delays("GET", COMMENTS, seconds=3)
    await team.requester.comments(QUESTION, on=issue)
    await team.github.has_told("issue_comment", times=1)

    await team.bot.restarts()
    await team.bot.comes_to_rest()

    assert ANSWER in answer(issue)
    assert len(team.claude.requests) == 2


@pytest.mark.parametrize("script", [looks_then_answers(AT)])
async def test_an_answer_whose_posting_was_lost_is_found_again(team: Team) -> None:
    issue = await team.requester.opens_an_issue()
    team.github.world.faults.add(Fault(kind="cut_after", method="POST", route=COMMENTS))

    await team.requester.comments(QUESTION, on=issue)
    await team.bot.comes_to_rest()

    assert ANSWER in answer(issue)
    assert len(team.claude.requests) == 2


@pytest.mark.parametrize("kind", [*GIVEN_UP])
@pytest.mark.parametrize("script", [looks_then_answers(AT)])
async def test_what_asking_again_does_not_mend_is_said_for_good(team: Team, kind: str) -> None:
    issue = await team.requester.opens_an_issue()
    team.claude.fail(kind, where="You answer a question", times=9)

    await team.requester.comments(QUESTION, on=issue)
    await team.bot.comes_to_rest()

    assert answer(issue) == GIVEN_UP[kind]


@pytest.mark.parametrize("kind", ["max_tokens", "pause_turn"])
@pytest.mark.parametrize("script", [looks_then_answers(AT)])
async def test_what_was_cut_or_paused_once_is_gone_on_with(team: Team, kind: str) -> None:
    issue = await team.requester.opens_an_issue()
    team.claude.fail(kind, where="You answer a question")

    await team.requester.comments(QUESTION, on=issue)
    await team.bot.comes_to_rest()

    assert ANSWER in answer(issue)
