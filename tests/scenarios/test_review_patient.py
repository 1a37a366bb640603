"""A review that nobody asked for, in a repository that is patient: read by batches, at half the price."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import Awaitable, Callable, Mapping

import pytest
from inline_snapshot import snapshot

from standins.github.people import GitHub
from tests.story import Team
from tests.story.places import PullRequest
from tests.story.reviews import FOUND, SOURCE, at_lines, has_a_change, reviews, walkthrough
from tests.story.scripts import REPOSITORY
from tests.story.waiting import until

PATIENT = "review: {automatic: true, patient: true}\n"
SOON = {"ENGINE_POLLS_SECONDS": "0.01"}


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE, ".github/claude-bot.yml": PATIENT}


def _handed_in(team: Team, count: int) -> Callable[[], Awaitable[bool]]:
    async def handed_in() -> bool:
        return len(team.claude.batches.all) == count

    return handed_in


def _says(team: Team, *titles: str) -> Callable[[], Awaitable[bool]]:
    async def says() -> bool:
        return [each.output["title"] for each in team.github.checks()] == [*titles]

    return says


async def _waits(team: Team, *, count: int = 1) -> PullRequest:
    pull = await has_a_change(team)
    await until(_handed_in(team, count), otherwise=team.bot.story_so_far)
    await until(_says(team, "In progress; waits for a batch"), otherwise=team.bot.story_so_far)
    return pull


@pytest.mark.parametrize("environment", [SOON])
@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_it_waits_for_its_batches_and_then_says_what_both_readers_saw(team: Team) -> None:
    pull = await _waits(team)
    [check] = team.github.checks()
    assert (check.status, check.conclusion) == ("in_progress", None)
    assert check.output["summary"] == snapshot(
        "Nobody asked for this review, so it is read at half the price when there is time for it: usually within an hour, at most within a day for each question of its two readers, who ask a few more where they look into other files. `/claude review` has it read now."
    )

    team.claude.batches.end()
    await until(_handed_in(team, 2), otherwise=team.bot.story_so_far)
    await team.bot.restarts()
    team.claude.batches.end()
    await until(_says(team, "1 finding"), otherwise=team.bot.story_so_far)
    await team.bot.comes_to_rest()

    assert at_lines(pull) == [("count.py", 5)]
    assert (len(team.claude.batches.all), len(team.claude.requests), team.claude.paid_twice) == (2, 2, {})
    assert "2 model calls" in walkthrough(pull)


@pytest.mark.parametrize("environment", [SOON])
@pytest.mark.parametrize("script", [reviews(FOUND, real=[], left_open=[0])])
async def test_what_is_looked_for_afterwards_is_waited_for_as_well(team: Team) -> None:
    pull = await _waits(team)
    for count in (2, 3):
        team.claude.batches.end()
        await until(_handed_in(team, count), otherwise=team.bot.story_so_far)
    assert pull.by_the_bot("walkthrough") == []

    team.claude.batches.end()
    await until(_says(team, "1 finding"), otherwise=team.bot.story_so_far)
    await team.bot.comes_to_rest()

    assert "3 model calls" in walkthrough(pull)


@pytest.mark.parametrize("environment", [SOON])
@pytest.mark.parametrize("script", [reviews()])
async def test_what_expires_is_asked_for_at_once(team: Team) -> None:
    pull = await _waits(team)

    team.claude.batches.end("expired")
    await until(_says(team, "No findings"), otherwise=team.bot.story_so_far)
    await team.bot.comes_to_rest()

    assert (len(team.claude.batches.all), len(team.claude.requests)) == (1, 2)
    assert len(pull.by_the_bot("walkthrough")) == 1


@pytest.mark.parametrize("environment", [SOON])
@pytest.mark.parametrize("script", [reviews()])
async def test_whoever_asks_meanwhile_has_it_read_now_and_the_batch_is_cancelled(team: Team) -> None:
    pull = await _waits(team)

    await team.developer.comments("/claude review", on=pull)

    async def cancelled() -> bool:
        return [each["result"]["type"] for each in team.claude.batches.all[0].results] == ["canceled"]

    await until(cancelled, otherwise=team.bot.story_so_far)
    await team.bot.comes_to_rest()
    assert sorted(str(each.conclusion) for each in team.github.checks()) == ["neutral", "skipped"]
    assert (len(team.claude.batches.all), len(team.claude.requests)) == (1, 2)


@pytest.mark.parametrize("environment", [SOON])
@pytest.mark.parametrize("script", [reviews()])
async def test_where_it_is_closed_meanwhile_the_batch_is_cancelled_and_nothing_more_is_paid(
    team: Team,
) -> None:
    pull = await _waits(team)
    await team.developer.closes(pull)

    await until(_says(team, "Closed meanwhile"), otherwise=team.bot.story_so_far)
    await team.bot.comes_to_rest()

    assert [each["result"]["type"] for each in team.claude.batches.all[0].results] == ["canceled"]
    assert len(team.claude.batches.all) == 1
