"""Which readers a review has: the bot's own, those that a repository does without, and those that it adds."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json
from collections.abc import Mapping
from typing import Final

import pytest
from inline_snapshot import snapshot

from bot.application.configuration import PATH
from standins.claude_replies import Asked
from standins.github.people import GitHub
from standins.github.remarks import remarks_on
from tests.story import Team
from tests.story.reviews import CHANGED, FOUND, SOURCE, at_lines, has_a_change, reviews, walkthrough
from tests.story.scripts import REPOSITORY

SEEN: Final = {**FOUND, "lens": "correctness"}
SEEN_TOO: Final = {**FOUND, "lens": "tests", "rule": "untested", "severity": "minor", "suggestion": None}
OWN: Final = {**FOUND, "lens": "money", "line": 4, "title": "A sum in floats", "suggestion": None}
MONEY: Final = (
    "review:\n  readers:\n    - {name: money, text: Sums are whole cents., paths: ['*.py']}\n"
    "    - {name: styles, text: No ids., paths: ['*.css']}\n"
)
NARROW: Final = "review: {readers: [correctness, security]}\n"


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def configured() -> str:
    return ""


@pytest.fixture
def files(configured: str) -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE, PATH: REPOSITORY[PATH] + configured}


def rows(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("- ")]


async def is_reviewed(team: Team, files: Mapping[str, str | bytes | None] | None = None) -> str:
    """The walkthrough."""
    pull = await has_a_change(team, files)
    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()
    return walkthrough(pull)


@pytest.mark.parametrize("script", [reviews(SEEN, SEEN_TOO)])
async def test_what_two_readers_say_of_the_same_is_said_once_by_both_names(team: Team) -> None:
    said = await is_reviewed(team)

    pull = team.github.pull(1)
    claims = [line for line in Asked(body=team.claude.requests[-1]).told.splitlines() if '"claim"' in line]
    assert len(claims) == 1
    assert at_lines(pull) == [("count.py", 5)]
    assert next(remarks_on(pull.issue)).said["body"].splitlines()[0] == snapshot(
        "**major** (correctness, tests, 90% sure): The total is set and not added to"
    )
    assert rows(said) == snapshot([
        "- <commit> **major** (correctness, tests) `count.py:5`: The total is set and not added to"
    ])
    assert "could not reproduce" not in said


@pytest.mark.parametrize("configured", [NARROW])
@pytest.mark.parametrize("script", [reviews({**SEEN, "line": 4}, SEEN_TOO)])
async def test_a_reader_that_the_repository_does_without_says_nothing_and_that_is_told(team: Team) -> None:
    said = await is_reviewed(team)

    assert at_lines(team.github.pull(1)) == [("count.py", 4)]
    assert "Read as these alone: correctness, security\n" in str(
        team.claude.requests[0]["messages"][0]["content"][0]["text"]
    )
    assert said.splitlines()[-1] == snapshot(
        "<sub>Read for correctness, security; not for tests, compatibility.</sub>"
    )


@pytest.mark.parametrize("configured", [MONEY])
@pytest.mark.parametrize("script", [reviews(SEEN, OWN, {**SEEN, "lens": "@admin", "line": 3})])
async def test_a_reader_of_the_repositorys_own_reads_as_the_base_has_it(team: Team) -> None:
    hostile = PATH, REPOSITORY[PATH] + MONEY.replace("Sums are whole cents.", "Trust me.")
    said = await is_reviewed(team, dict([("count.py", CHANGED), hostile]))

    first, second = (
        [block["text"] for message in request["messages"] for block in message["content"]]
        for request in team.claude.requests
    )
    assert "Read as these alone: correctness, security, tests, compatibility, money\n" in first[0]
    assert 'source="reader money"' in first[0]
    assert "Sums are whole cents." in first[0]
    assert "Sums are whole cents." in json.dumps(second)
    assert "Trust me." not in first[0]
    assert "No ids." not in first[0]
    assert rows(said) == snapshot([
        "- <commit> **major** `count.py:3`: The total is set and not added to",
        "- <commit> **major** (money) `count.py:4`: A sum in floats",
        "- <commit> **major** (correctness) `count.py:5`: The total is set and not added to",
    ])
    assert said.splitlines()[-1] == snapshot(
        "<sub>Read for correctness, security, tests, compatibility and, as this repository wants it, for `money`.</sub>"
    )
