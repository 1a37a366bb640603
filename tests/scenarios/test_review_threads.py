"""People talk in the threads of a review."""

# ruff: noqa: E501  a sentence is pinned as it is said

import re
from collections.abc import Mapping

import pytest
from inline_snapshot import snapshot

from bot.application.configuration import PATH
from standins.faults import Fault
from standins.github.people import GitHub
from standins.github.remarks import MOST_OF_A_REVIEW
from standins.github.shapes.pulls import pull_of
from tests.story import Team
from tests.story.places import PullRequest
from tests.story.reviews import (
    FOUND,
    SOURCE,
    at_lines,
    first_thread,
    has_a_change,
    reconsiders,
    reviews,
    talk,
    walkthrough,
)
from tests.story.scripts import REPOSITORY

JUDGING = {**REPOSITORY, "count.py": SOURCE, PATH: f"{REPOSITORY[PATH]}review: {{fails_at: major}}\n"}
REPLIES = "/repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies"


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE}


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_a_command_in_a_thread_is_answered_in_it(team: Team) -> None:
    pull = await has_a_change(team)
    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()
    thread = first_thread(pull)

    said = await team.developer.answers("/claude status", to=thread, on=pull)
    await team.bot.comes_to_rest()
    refused = await team.viewer.answers("/claude review", to=thread, on=pull)
    await team.bot.comes_to_rest()

    assert talk(pull) == snapshot([
        ("developer", "/claude status"),
        (
            "claude-code-bot[bot]",
            "There is no integration here yet. `/claude integrate <what>` asks for one.",
        ),
        ("viewer", "/claude review"),
        (
            "claude-code-bot[bot]",
            "This needs `integration:write`, and you are viewer here. Somebody who is developer or admin could do it.",
        ),
    ])
    marked = {
        number: [each.content for each in made] for number, made in pull_of(pull.issue).reactions.items()
    }
    assert marked == {said: ["eyes"], refused: ["eyes"]}
    assert pull.replies() == []


async def test_a_thread_that_a_person_began_is_answered_in_as_well_even_where_the_answer_was_lost(
    team: Team,
) -> None:
    pull = await has_a_change(team)
    team.github.world.faults.add(Fault(kind="cut_after", method="POST", route=REPLIES))
    line = {"path": "count.py", "line": 4, "side": "RIGHT", "body": "/claude status"}

    review = await team.developer.reviews(pull, "COMMENT", body="Look", lines=[line])
    await team.bot.comes_to_rest()

    assert first_thread(pull) == review * MOST_OF_A_REVIEW
    assert [by for by, _ in talk(pull)] == ["claude-code-bot[bot]"]


WRONG = {"withdraws": True, "answer": "Only one invoice of a customer can be paid."}
RIGHT = {"withdraws": False, "answer": "Line 5 sets the total, so two paid invoices count as one."}


async def reviewed(team: Team) -> tuple[PullRequest, int]:
    """A pull request with one finding, and the first comment of its thread."""
    pull = await has_a_change(team)
    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()
    return pull, first_thread(pull)


@pytest.mark.parametrize("script", [reconsiders(WRONG)])
async def test_a_finding_that_is_wrong_is_withdrawn_resolved_and_never_said_again(team: Team) -> None:
    pull, thread = await reviewed(team)

    await team.developer.answers("There is one at most.", to=thread, on=pull)
    await team.bot.comes_to_rest()
    said = talk(pull)
    await team.developer.comments("/claude review full", on=pull)
    await team.bot.comes_to_rest()

    assert said == snapshot([
        ("developer", "There is one at most."),
        (
            "claude-code-bot[bot]",
            """\
Only one invoice of a customer can be paid.

**Withdrawn.** I do not say it again on this pull request.

<sub>This look cost <cost>.</sub>\
""",
        ),
    ])
    assert [each.by for each in team.github.world.effects_named("resolve_thread")] == ["claude-code-bot[bot]"]
    assert at_lines(pull) == [("count.py", 5)]
    assert "Left out, as withdrawn in their threads: 1 finding." in walkthrough(pull)
    assert [each.conclusion for each in team.github.checks()] == ["neutral", "neutral"]


@pytest.mark.parametrize("files", [JUDGING])
@pytest.mark.parametrize("script", [reconsiders(WRONG)])
async def test_the_check_fails_no_more_for_what_is_withdrawn_and_the_walkthrough_says_so(team: Team) -> None:
    pull, thread = await reviewed(team)
    before = [each.conclusion for each in team.github.checks()]

    await team.developer.answers("There is one at most.", to=thread, on=pull)
    await team.bot.comes_to_rest()

    [check] = team.github.checks()
    assert (before, check.conclusion) == (["failure"], "neutral")
    assert "Left out, as withdrawn in their threads: 1 finding." in check.output["summary"]
    assert "The total is set" not in walkthrough(pull)
    assert "Left out, as withdrawn in their threads: 1 finding." in walkthrough(pull)


@pytest.mark.parametrize("script", [reconsiders(RIGHT, RIGHT)])
async def test_one_that_stays_is_argued_for_once_then_a_last_word_is_said_and_nothing_more(
    team: Team,
) -> None:
    pull, thread = await reviewed(team)

    for words in ("It is meant.", "But it is.", "Really."):
        await team.developer.answers(words, to=thread, on=pull)
        await team.bot.comes_to_rest()

    assert talk(pull) == snapshot([
        ("developer", "It is meant."),
        (
            "claude-code-bot[bot]",
            """\
Line 5 sets the total, so two paid invoices count as one.

<sub>The finding stays. I look at it once more if you answer.</sub>

<sub>This look cost <cost>.</sub>\
""",
        ),
        ("developer", "But it is."),
        (
            "claude-code-bot[bot]",
            """\
Line 5 sets the total, so two paid invoices count as one.

<sub>The finding stays. I have said what I have to say here; what becomes of it is for people to decide.</sub>

<sub>This look cost <cost>.</sub>\
""",
        ),
        ("developer", "Really."),
    ])
    assert pull.pull.resolved == {}


@pytest.mark.parametrize("script", [reconsiders()])
async def test_what_others_say_to_it_is_not_answered(team: Team) -> None:
    pull, thread = await reviewed(team)
    before = len(team.claude.requests)

    await team.viewer.answers("It is meant.", to=thread, on=pull)
    await team.bot.comes_to_rest()

    assert [by for by, _ in talk(pull)] == ["viewer"]
    assert len(team.claude.requests) == before


@pytest.mark.parametrize("script", [reconsiders(RIGHT)])
async def test_where_claude_is_away_that_is_said_in_the_thread_and_it_is_answered_later(team: Team) -> None:
    pull, thread = await reviewed(team)
    team.claude.fail("overloaded", where="You reviewed a pull request")

    await team.developer.answers("It is meant.", to=thread, on=pull)
    await team.bot.comes_to_rest()

    held, answered = [words for by, words in talk(pull) if by != "developer"]
    assert re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "<time>", held) == snapshot(
        "I cannot look at this again yet, because: Claude does not answer. I try it again by <time> UTC."
    )
    assert "The finding stays." in answered
