"""A repository wants its pull requests reviewed without being asked."""

import re
from collections.abc import Mapping

import pytest

from bot.application.configuration import PATH
from standins.claude_replies import Asked, Raw, Reply
from standins.github.people import GitHub
from tests.story import Team
from tests.story.reviews import CHANGED, FOUND, SOURCE, at_lines, has_a_change, reviews, walkthrough
from tests.story.scripts import REPOSITORY

WANTED = "review:\n  automatic: true\n  fails_at: major\n"


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def configured() -> str:
    return WANTED


@pytest.fixture
def files(configured: str) -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE, PATH: REPOSITORY[PATH] + configured}


def wherever_it_stands(asked: Asked) -> Reply | Raw | None:
    """Finds it at the line on which it is by now."""
    line = re.search(r"^(\d+)\+ +total = 1$", asked.told, re.MULTILINE)
    return reviews({**FOUND, "line": int(line[1]) if line else 0})(asked)


@pytest.mark.parametrize("script", [wherever_it_stands])
async def test_each_push_is_reviewed_and_the_check_fails_for_what_is_grave_enough(team: Team) -> None:
    pull = await has_a_change(team)
    await team.bot.comes_to_rest()
    first = [(each.head_sha, each.conclusion) for each in team.github.checks()], pull.head
    await team.developer.pushes({"count.py": f"import csv\n\n{CHANGED}"}, branch="count")
    await team.bot.comes_to_rest()

    assert first[0] == [(first[1], "failure")]
    assert [each.head_sha for each in team.github.checks()] == [first[1], pull.head]
    assert at_lines(pull) == [("count.py", 5)]
    assert "`count.py:7`: The total is set" in walkthrough(pull)
    assert "by this repository's configuration" in walkthrough(pull)


@pytest.mark.parametrize("script", [reviews()])
async def test_where_nothing_grave_was_found_the_check_passes(team: Team) -> None:
    await has_a_change(team)
    await team.bot.comes_to_rest()

    [check] = team.github.checks()
    assert check.conclusion == "success"


@pytest.mark.parametrize("script", [reviews()])
@pytest.mark.parametrize(
    "unread", [{"made.py": "# @generated\nx = 1\n"}, {"long.py": f"y = 1;{' ' * 600}z()\n"}]
)
async def test_a_check_passes_nothing_of_which_a_part_was_not_read(
    team: Team, unread: Mapping[str, str]
) -> None:
    pull = await has_a_change(team, {"count.py": CHANGED, **unread})
    await team.bot.comes_to_rest()

    [check] = team.github.checks()
    assert check.conclusion == "neutral"
    assert "It passes nothing here: not read, or not to the end: 1 file." in check.output["summary"]
    assert f"`{next(iter(unread))}`" in walkthrough(pull)


@pytest.mark.parametrize("configured", ["", "review: {automatic: false}\n"])
async def test_where_the_repository_says_nothing_of_it_nothing_is_reviewed(team: Team) -> None:
    await has_a_change(team)
    await team.bot.comes_to_rest()

    assert team.github.checks() == []
    assert team.claude.requests == []


@pytest.mark.parametrize("script", [reviews()])
async def test_what_a_pull_request_says_of_reviews_does_not_count_for_itself(team: Team) -> None:
    configured = f"{REPOSITORY[PATH]}review: {{automatic: false}}\n"
    await has_a_change(team, {"count.py": CHANGED, PATH: configured})
    await team.bot.comes_to_rest()

    assert "Claude review" in [each.name for each in team.github.checks()]


@pytest.mark.parametrize("script", [reviews()])
async def test_a_draft_is_reviewed_once_it_is_ready(team: Team) -> None:
    await team.developer.pushes({"count.py": CHANGED}, branch="count")
    number = await team.github.world.open_pull(
        "developer", "acme/shop", head="count", title="Count", draft=True
    )
    await team.bot.comes_to_rest()
    as_a_draft = team.github.checks()

    await team.github.world.ready("developer", "acme/shop", number)
    await team.bot.comes_to_rest()

    assert as_a_draft == []
    assert [each.conclusion for each in team.github.checks()] == ["success"]


async def test_what_the_bot_itself_opens_is_not_reviewed_by_itself(team: Team) -> None:
    await team.has_a_pull_request()
    await team.bot.comes_to_rest()

    assert "Claude review" not in [each.name for each in team.github.checks()]
