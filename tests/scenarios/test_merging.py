"""How it is merged: as the repository allows and prefers; and taken back as well, whichever way it was."""

import pytest

from bot.domain.merging import METHODS
from bot.domain.states import State
from bot.records import MergeMethod
from tests.story import Team
from tests.story.places import EACH_ONCE
from tests.story.scripts import CHANGE, REPOSITORY

CONFIGURATION = REPOSITORY[".github/claude-bot.yml"]
MERGING_REVERTS = {**REPOSITORY, ".github/claude-bot.yml": f"{CONFIGURATION}merge_reverts: true\n"}
PREFERRING_REBASE = {**REPOSITORY, ".github/claude-bot.yml": f"{CONFIGURATION}merge_method: rebase\n"}
MERGE = "/repos/{owner}/{repo}/pulls/{pull_number}/merge"


def allow(team: Team, *methods: MergeMethod) -> None:
    team.github.repository.merge_methods = frozenset(methods)


def tries(team: Team) -> list[int]:
    """What GitHub answered each time that the bot tried to merge."""
    return [call.status for call in team.github.world.calls if (call.method, call.route) == ("PUT", MERGE)]


def parents(team: Team) -> int:
    """How many the newest commit of the default branch has."""
    return len(team.github.repository.git.text("log", "-1", "--format=%P", "main").split())


@pytest.mark.parametrize(("only", "has"), [("merge", 2), ("squash", 1), ("rebase", 1)])
async def test_it_is_merged_at_the_first_try_as_the_repository_allows(
    team: Team, only: MergeMethod, has: int
) -> None:
    allow(team, only)
    _, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert (tries(team), parents(team)) == ([200], has)
    assert team.github.merged_heads() == [pull.head]
    assert team.github.file("erp.txt") == CHANGE
    assert team.github.effects() == EACH_ONCE


@pytest.mark.parametrize("files", [PREFERRING_REBASE])
@pytest.mark.parametrize(("allowed", "has"), [(METHODS, 1), (("merge", "squash"), 2)])
async def test_what_the_repository_prefers_is_taken_where_it_is_allowed(
    team: Team, allowed: tuple[MergeMethod, ...], has: int
) -> None:
    allow(team, *allowed)
    _, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    assert (tries(team), parents(team)) == ([200], has)


async def test_what_is_forbidden_while_people_think_it_over_is_not_insisted_on(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    allow(team, "rebase")

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    assert tries(team) == [405, 405, 200]
    assert team.github.merged_heads() == [pull.head]


@pytest.mark.long
@pytest.mark.parametrize("files", [MERGING_REVERTS])
@pytest.mark.parametrize("only", METHODS)
async def test_a_roll_back_takes_it_back_whichever_way_it_was_merged(team: Team, only: MergeMethod) -> None:
    allow(team, only)
    team.github.world.deployer = "failure"
    before = team.github.repository.git.text("rev-parse", "main^{tree}")
    _, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.FAILED, because="deployment")
    await team.bot.comes_to_rest()
    assert tries(team) == [200, 200]
    assert team.github.repository.git.text("rev-parse", "main^{tree}") == before
    [undone] = [each for each in (await team.bot.integration()).undone if each.step == "deploy"]
    assert (undone.outcome, undone.what) == ("undone", "reverted:3")
