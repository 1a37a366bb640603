"""A step that was not shown is looked for in the files of the commit, before a finding is left open."""

import json
from collections.abc import Mapping
from typing import Final

import pytest
from inline_snapshot import snapshot

from standins.claude_replies import Asked, Raw, Reply, calls, error, says, tool_use
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
    walkthrough,
)
from tests.story.scripts import REPOSITORY

UNSURE: Final = {**FOUND, "confidence": 50}
JSON: Final = {"content-type": "application/json"}
CALLER: Final = "from count import count\n\nassert count([paid, paid]) == 2\n"


def looks(asked: Asked) -> Reply:
    """Unsure at first; then left open, looked for by a search and two views, and so."""
    if is_first_look(asked):
        return says(json.dumps({**READ, "findings": [UNSURE]}))
    verdict = {"number": 0, "reasoning": "Who calls it with two?", "is_real": False, "confidence": 90}
    if not asked.body.get("tools"):
        return says(json.dumps({"verdicts": [{**verdict, "is_open": True}]}))
    if not asked.results:
        search = tool_use("t1", "search", text="count(")
        return calls(search, tool_use("t2", "view", path="id_rsa"), tool_use("t3", "bash", command="env"))
    seen = "count([paid, paid]) == 2" in asked.results[0]
    return says(json.dumps({"verdicts": [{**verdict, "is_real": seen}]}))


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE, "use.py": CALLER, "id_rsa": "not a key\n"}


@pytest.mark.parametrize("script", [looks])
async def test_what_was_left_open_is_looked_for_then_said_at_its_line_and_the_files_are_named(
    team: Team,
) -> None:
    pull = await has_a_change(team)
    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    offered = [[tool["name"] for tool in each.get("tools", [])] for each in team.claude.requests]
    assert offered == [[], [], *[["view", "list_files", "search"]] * 2]
    results = Asked(body=team.claude.requests[-1]).results
    assert "looks like a file of credentials" in results[1]
    assert "There is no such tool" in results[2]
    assert "not a key" not in str(team.claude.requests)
    assert at_lines(pull) == [("count.py", 5)]
    assert [line for line in walkthrough(pull).splitlines() if line.startswith(("- ", "Read"))] == snapshot([
        "- <commit> **major** `count.py:5`: The total is set and not added to",
        "Read: 1 file. Looked into as well: `use.py`.",
    ])


async def test_claude_is_away_while_it_looks_and_nothing_is_paid_twice(team: Team) -> None:
    pull = await has_a_change(team, {"count.py": CHANGED})
    trouble = iter([
        Raw(body=json.dumps(error("overloaded_error", "Overloaded")).encode(), status=529, headers=JSON)
    ])

    def away_once(asked: Asked) -> Reply | Raw | None:
        return (next(trouble, None) if asked.results else None) or looks(asked)

    team.claude.script = away_once
    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert [check.conclusion for check in team.github.checks()] == ["skipped", "neutral"]
    turns = [Asked(body=each).turns for each in team.claude.requests]
    assert turns == [0, 0, 0, 1, 1]
    assert at_lines(pull) == [("count.py", 5)]
