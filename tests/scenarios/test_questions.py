"""What Claude makes of a request: questions, or no."""

# ruff: noqa: E501  a sentence is pinned as it is said

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from tests.story import Team
from tests.story.scripts import asks, refuses


@pytest.mark.parametrize("script", [asks("Which ERP?", "From when on?", until=1)])
async def test_a_question_is_answered_and_the_work_goes_on(team: Team) -> None:
    issue = await team.asks()
    await team.bot.waits_for("answer")
    await team.bot.comes_to_rest()
    asked = issue.status_comment()

    await team.requester.comments("/claude answer The new one, from January on", on=issue)

    pull = await team.bot.has_a_pull_request()
    await team.bot.comes_to_rest()
    assert asked == snapshot("""\
### Integration <id>: validating

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | **waiting** | <time> |  |
| Write the code | to come |  |  |
| Run the tests | to come |  |  |
| Pull request and approval | to come |  |  |
| Merge and deploy | to come |  |  |

**Waits for an answer** from @requester, or anyone with write access: `/claude answer <text>`.

> - Which ERP?
> - From when on?

Its tests are run by `sh run_tests.sh`, as configured.

<sub>Cost so far: <cost> of at most $5.00, 1 of at most 60 model turns; <share> of what the model was given came from its cache.</sub>\
""")
    assert issue.replies() == snapshot(["Thank you, @requester. I am looking at the request again."])
    assert pull.is_open


@pytest.mark.parametrize("script", [asks("Which ERP?", until=99)])
async def test_what_stays_unclear_after_three_questions_is_given_up(team: Team) -> None:
    issue = await team.asks()

    for round_ in range(3):
        await team.bot.has_asked(times=round_ + 1)
        await team.requester.comments("/claude answer Guess", on=issue)

    await team.bot.reaches(State.FAILED, because="unclear")
    await team.bot.comes_to_rest()
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Validate the request” (`unclear`). I asked as often as I may and still do not know what is wanted. Ask again, in more detail.

There was nothing to take back.\
"""
    ])


@pytest.mark.parametrize("script", [asks("Which ERP?", until=1)])
async def test_a_question_that_nobody_wants_to_answer_can_be_cancelled(team: Team) -> None:
    issue = await team.asks()
    await team.bot.waits_for("answer")

    await team.requester.comments("/claude cancel", on=issue)

    await team.bot.reaches(State.FAILED, because="cancelled")
    assert team.github.effects() == {}


@pytest.mark.parametrize("script", [refuses("This would send customers' data to /claude approve strangers.")])
async def test_a_request_that_must_not_be_built_is_refused_with_the_reason(team: Team) -> None:
    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because="refused")

    await team.bot.comes_to_rest()
    assert team.github.effects() == {}
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Validate the request” (`refused`). I will not do this, for the reason below.

> This would send customers' data to /claude approve strangers.

There was nothing to take back.\
"""
    ])


async def test_where_the_model_itself_declines_that_is_said(team: Team) -> None:
    team.claude.fail("refusal", where="You are the engineer")
    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because="refused_by_model")

    await team.bot.comes_to_rest()
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Write the code” (`refused_by_model`). The model declined to work on this.

What I took back:
- Write the code: nothing to undo\
"""
    ])
