"""The gate opened by GitHub's own reviews."""

from collections.abc import Mapping

import pytest

from bot.domain.states import State
from standins.faults import Fault
from tests.story import PullRequest, Team
from tests.story.scripts import REPOSITORY
from tests.story.waiting import until

CONFIGURED = ".github/claude-bot.yml"
TWO: Mapping[str, str] = {**REPOSITORY, CONFIGURED: f"{REPOSITORY[CONFIGURED]}approvals: 2\n"}


async def test_a_review_opens_the_gate(team: Team) -> None:
    _, pull = await team.has_a_pull_request()

    await team.admin.reviews(pull)

    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]
    assert pull.replies() == []


async def test_a_review_counts_that_is_made_before_the_gate_is_there(team: Team) -> None:
    team.github.delays("POST", "/repos/{owner}/{repo}/check-runs", seconds=3)
    await team.asks()
    pull = await is_opened(team)

    await team.admin.reviews(pull)

    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]
    assert pull.replies() == []


async def test_a_review_counts_that_is_made_before_we_know_that_the_pull_request_was_opened(
    team: Team,
) -> None:
    slow = Fault(kind="hang_after", method="POST", route="/repos/{owner}/{repo}/pulls", seconds=3)
    team.github.world.faults.add(slow)
    await team.asks()
    pull = await is_opened(team)

    await team.admin.reviews(pull)

    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]


async def is_opened(team: Team) -> PullRequest:
    """Wait until people see the pull request."""

    async def opened() -> PullRequest | None:
        numbers = [each.number for each in team.github.repository.pulls()]
        return team.github.pull(numbers[0]) if numbers else None

    found = await until(opened, otherwise=team.bot.story_so_far)
    assert found is not None
    return found


async def test_a_review_by_a_viewer_opens_nothing_and_says_so(team: Team) -> None:
    _, pull = await team.has_a_pull_request()

    await team.viewer.reviews(pull)

    await team.bot.comes_to_rest()
    assert (await team.bot.integration()).waiting_for == "approval"
    assert [reply.partition(".")[0] for reply in pull.replies()] == ["This approval does not count for me"]


@pytest.mark.parametrize("files", [TWO])
async def test_two_have_to_approve_where_the_repository_says_so(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    review = await team.developer.reviews(pull)
    await team.bot.comes_to_rest()
    assert "**Waits for 2 approvals (1 given)**" in issue.status_comment()
    await team.admin.dismisses(review, of=pull)
    await team.bot.comes_to_rest()
    assert "**Waits for 2 approvals (0 given)**" in issue.status_comment()

    await team.admin.comments("/claude approve", on=pull)
    await team.bot.comes_to_rest()
    assert (await team.bot.integration()).waiting_for == "approval"
    await team.developer.reviews(pull)

    it = await team.bot.reaches(State.ACTIVE)
    assert [given.by.login for given in it.approvals] == ["admin", "developer"]


@pytest.mark.parametrize("files", [TWO])
async def test_who_asks_for_changes_after_approving_approves_no_more(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.developer.reviews(pull)
    await team.bot.comes_to_rest()

    await team.developer.reviews(pull, "REQUEST_CHANGES", body="This deletes the ledger.")
    await team.bot.comes_to_rest()
    await team.admin.reviews(pull)

    await team.bot.comes_to_rest()
    assert team.github.merged_heads() == []
    assert "**Waits for 2 approvals (1 given)**" in issue.status_comment()
