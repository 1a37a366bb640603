"""A repository wants those from forks reviewed by themselves, too, and no stranger uses up its money."""

from collections.abc import Mapping

import pytest

from bot.application.configuration import PATH
from bot.domain.review_forks import MOST_OF_AUTHOR
from standins.github.people import GitHub
from tests.story import Team
from tests.story.forks import OUTSIDER, has_a_fork, opens_from_fork, pushes_to_fork
from tests.story.places import PullRequest
from tests.story.reviews import FOUND, SOURCE, at_lines, reviews, walkthrough
from tests.story.scripts import REPOSITORY

WANTED = "review:\n  automatic: true\n  forks: true\n"


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE, PATH: REPOSITORY[PATH] + WANTED}


async def is_known(team: Team) -> PullRequest:
    """Somebody of the repository has asked for a review of a pull request of theirs."""
    await has_a_fork(team)
    pull = await opens_from_fork(team)
    await team.bot.comes_to_rest()
    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()
    return pull


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_a_strangers_first_waits_for_a_person_and_what_they_push_then_does_not(team: Team) -> None:
    await has_a_fork(team)
    pull = await opens_from_fork(team)
    await team.bot.comes_to_rest()
    by_itself = len(team.claude.requests), team.github.checks(), pull.comments()
    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()
    asked = len(team.claude.requests)

    await pushes_to_fork(team, {"other.py": "x = 1\n"})
    await team.bot.comes_to_rest()

    assert by_itself == (0, [], [])
    assert [each.head_sha for each in team.github.checks()][1:] == [pull.head]
    assert asked < len(team.claude.requests)
    assert "by this repository's configuration" in walkthrough(pull)
    assert at_lines(pull) == [("count.py", 5)]


@pytest.mark.parametrize("script", [reviews()])
async def test_who_is_known_opens_another_and_it_is_reviewed_by_itself(team: Team) -> None:
    await is_known(team)

    another = await opens_from_fork(team, {"other.py": "x = 1\n"}, branch="other")
    await team.bot.comes_to_rest()

    assert [each.head_sha for each in team.github.checks()][1:] == [another.head]
    assert "**Nothing found.**" in walkthrough(another)


@pytest.mark.parametrize("script", [reviews()])
async def test_who_is_known_in_one_repository_is_a_stranger_in_another(team: Team) -> None:
    await is_known(team)
    world = team.github.world
    team.github.also_has("acme/other", {"a.py": "a = 1\n", PATH: WANTED})
    await world.publicize_repository("admin", "acme/other")
    theirs = await world.fork(OUTSIDER, "acme/other")
    await world.push(OUTSIDER, theirs.full_name, {"a.py": "a = 2\n"}, branch="two")
    before = len(team.claude.requests)

    await world.open_pull(OUTSIDER, "acme/other", head=f"{OUTSIDER}:two", title="Two")
    await team.bot.comes_to_rest()

    assert len(team.claude.requests) == before
    assert not world.repository("acme/other").checks


@pytest.mark.parametrize("script", [reviews()])
async def test_pushing_again_and_again_pays_for_no_more_than_a_days_reviews(team: Team) -> None:
    pull = await is_known(team)
    before = len(team.github.checks())

    for nth in range(MOST_OF_AUTHOR + 3):
        await pushes_to_fork(team, {"other.py": f"x = {nth}\n"})
        await team.bot.comes_to_rest()
    pushed = len(team.github.checks()) - before
    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert pushed == MOST_OF_AUTHOR
    assert [each.head_sha for each in team.github.checks()][-1] == pull.head


@pytest.mark.parametrize("script", [reviews()])
async def test_closing_and_opening_it_again_pays_for_nothing(team: Team) -> None:
    pull = await is_known(team)
    before = len(team.claude.requests), len(team.github.checks())

    for _ in range(3):
        await team.github.world.close_pull(OUTSIDER, "acme/shop", pull.number)
        await team.github.world.reopen_pull(OUTSIDER, "acme/shop", pull.number)
        await team.bot.comes_to_rest()

    assert (len(team.claude.requests), len(team.github.checks())) == before


@pytest.mark.parametrize("script", [reviews()])
async def test_of_a_huge_one_a_part_is_read_until_a_person_asks_for_more(team: Team) -> None:
    await is_known(team)
    large = {f"part_{nth}.py": "".join(f"value_{n} = {n}\n" for n in range(6_000)) for nth in range(4)}
    before = len(team.claude.requests)

    huge = await opens_from_fork(team, large, branch="huge")
    await team.bot.comes_to_rest()
    unasked = len(team.claude.requests) - before
    said = walkthrough(huge)
    await team.developer.comments("/claude review", on=huge)
    await team.bot.comes_to_rest()

    assert unasked == 1
    assert "too large for one review" in said
    assert len(team.claude.requests) - before > unasked + 1


@pytest.mark.parametrize("script", [reviews()])
async def test_a_pause_holds_for_them_too(team: Team) -> None:
    pull = await is_known(team)
    await team.developer.comments("/claude pause", on=pull)
    await team.bot.comes_to_rest()
    before = len(team.github.checks())

    await pushes_to_fork(team, {"other.py": "x = 1\n"})
    await team.bot.comes_to_rest()
    paused = len(team.github.checks()) - before
    await team.developer.comments("/claude resume", on=pull)
    await team.bot.comes_to_rest()

    assert paused == 0
    assert [each.head_sha for each in team.github.checks()][before:] == [pull.head]
    assert "follows by itself now" in pull.replies()[-1]
