"""What the second reader can neither reproduce nor rule out is not dropped, and weighs less."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json
from collections.abc import Mapping

import pytest
from inline_snapshot import snapshot

from bot.application.configuration import PATH
from standins.claude_replies import Asked, Reply, says
from standins.github.people import GitHub
from tests.story import Team
from tests.story.reviews import (
    CHANGED,
    FOUND,
    READ,
    SOURCE,
    at_lines,
    has_a_change,
    is_first_look,
    reviews,
    walkthrough,
)
from tests.story.scripts import REPOSITORY

OTHER = {**FOUND, "rule": "other", "line": 4}
UNSURE = {**OTHER, "confidence": 80}


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    configured = "review: {automatic: true, fails_at: major}\n"
    return {**REPOSITORY, "count.py": SOURCE, PATH: REPOSITORY[PATH] + configured}


@pytest.mark.parametrize("script", [reviews(FOUND, UNSURE, real=[], left_open=[0, 1])])
async def test_it_stands_in_the_walkthrough_alone_if_the_first_reader_was_sure_and_judges_nothing(
    team: Team,
) -> None:
    pull = await has_a_change(team)
    await team.bot.comes_to_rest()

    [check] = team.github.checks()
    assert at_lines(pull) == []
    assert [line for line in walkthrough(pull).splitlines() if line.startswith("- ")] == snapshot([
        "- <commit> **major** `count.py:5` (not settled by the code that was shown): The total is set and not added to. With two paid invoices the total is 1, for each paid one sets it anew."
    ])
    assert (check.conclusion, check.output["summary"]) == snapshot((
        "neutral",
        "Read: 1 file. It fails for findings that are major or graver. Neither failed nor passed for what is not settled: 1 finding. The walkthrough on the pull request says more.",
    ))


@pytest.mark.parametrize("script", [reviews(FOUND, OTHER, real=[0], left_open=[1])])
async def test_what_was_reproduced_beside_it_fails_the_check_as_ever(team: Team) -> None:
    pull = await has_a_change(team)
    await team.bot.comes_to_rest()

    [check] = team.github.checks()
    assert (at_lines(pull), check.conclusion) == ([("count.py", 5)], "failure")


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_the_second_reader_is_shown_the_title_and_the_suggestion(team: Team) -> None:
    await has_a_change(team)
    await team.bot.comes_to_rest()

    told = str(team.claude.requests[-1]["messages"])
    assert "Count paid invoices" in told
    assert "Only these matter." not in told  # how it is argued for sways nobody
    assert "total += 1" in told


def learns(asked: Asked) -> Reply:
    """A reader that finds one thing, and can follow it once a second line is there."""
    is_seen = "  # paid" in asked.told
    if is_first_look(asked):
        return says(json.dumps({**READ, "findings": [] if is_seen else [FOUND]}))
    verdict = {"number": 0, "reasoning": "So it is.", "is_real": is_seen, "confidence": 95}
    return says(json.dumps({"verdicts": [{**verdict, "is_open": not is_seen}]}))


@pytest.mark.parametrize("script", [learns])
async def test_what_is_reproduced_at_a_later_look_is_said_at_its_line_and_counts(team: Team) -> None:
    pull = await has_a_change(team)
    await team.bot.comes_to_rest()
    before = at_lines(pull)
    clearer = CHANGED.replace("if one.paid:", "if one.paid:  # paid")
    await team.developer.pushes({"count.py": clearer}, branch="count")
    await team.bot.comes_to_rest()

    assert (before, at_lines(pull)) == ([], [("count.py", 5)])
    assert [check.conclusion for check in team.github.checks()] == ["neutral", "failure"]


@pytest.mark.parametrize("script", [reviews(FOUND)])
@pytest.mark.parametrize(("more", "is_whole"), [(10, True), (4_000, False)])
async def test_the_second_reader_is_shown_all_that_was_read_where_it_is_not_much(
    team: Team, more: int, *, is_whole: bool
) -> None:
    other = "def paid(one):\n    return one.sent\n" + "# nothing\n" * more
    await has_a_change(team, {"count.py": CHANGED, "paid.py": other})
    await team.bot.comes_to_rest()

    told = str(team.claude.requests[-1]["messages"])
    assert "total = 1" in told
    assert ("return one.sent" in told) is is_whole
