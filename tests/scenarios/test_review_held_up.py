"""What keeps a review from being made is not the change's fault: the check says so, and it is tried again."""

# ruff: noqa: E501  a sentence is pinned as it is said

import re
from collections.abc import Mapping
from typing import Final

import pytest
from inline_snapshot import snapshot

from bot.application.configuration import PATH
from bot.application.reasons import why
from standins.claude_replies import Asked, Raw, Reply, says
from standins.faults import Fault
from standins.github.people import GitHub
from tests.story import Team
from tests.story.places import PullRequest, worded
from tests.story.reviews import FOUND, SOURCE, at_lines, has_a_change, is_first_look, reviews, walkthrough
from tests.story.scripts import REPOSITORY
from tests.story.waiting import until

CHECKS: Final = "/repos/{owner}/{repo}/check-runs"
COMMENTS: Final = "/repos/{owner}/{repo}/issues/{issue_number}/comments"
CODES: Final = {403: "github_forbidden", 404: "github_not_found", 422: "github_invalid"}


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE}


@pytest.mark.parametrize("kind", ["overloaded", "rate_limited"])
@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_where_claude_is_away_it_is_skipped_and_tried_again_and_nothing_is_paid_twice(
    team: Team, kind: str
) -> None:
    pull = await has_a_change(team)
    team.claude.fail(kind, where="You check claims")

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    first, second = team.github.checks()
    assert (first.conclusion, second.conclusion) == ("skipped", "neutral")
    assert "tried again at" in str(first.output)
    assert at_lines(pull) == [("count.py", 5)]
    assert sum("You review a pull request" in str(each) for each in team.claude.requests) == 1


async def test_where_the_app_may_open_no_check_whoever_asked_is_told(team: Team) -> None:
    pull = await has_a_change(team)
    team.github.world.faults.add(
        Fault(kind="refuse", method="POST", route=CHECKS, status=403, message="Not accessible", times=None)
    )

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert team.claude.requests == []
    assert pull.by_the_bot("review") == snapshot([
        "Skipped, because: GitHub did not let me: the App lacks a permission. Its operator can grant it. `/claude review` asks for it again."
    ])


class TestUnasked:
    @pytest.fixture
    def files(self) -> Mapping[str, str]:
        wanted = REPOSITORY[PATH] + "review:\n  automatic: true\n"
        return {**REPOSITORY, "count.py": SOURCE, PATH: wanted}

    @pytest.mark.parametrize(("status", "message"), [(403, "Not accessible"), (404, "No"), (422, "No")])
    async def test_where_the_app_may_open_no_check_the_pull_request_says_so_once_and_not_with_each_push(
        self, team: Team, status: int, message: str
    ) -> None:
        team.github.world.faults.add(
            Fault(kind="refuse", method="POST", route=CHECKS, status=status, message=message, times=None)
        )
        pull = await has_a_change(team)
        await team.bot.comes_to_rest()
        await team.developer.pushes({"count.py": f"import csv\n\n{SOURCE}"}, branch="count")
        await team.bot.comes_to_rest()

        assert team.claude.requests == []
        [said] = pull.by_the_bot("review")
        assert why(CODES[status]) in said
        assert "I say this once here, not with each push." in said

    async def test_where_not_even_a_comment_can_be_said_it_comes_to_its_end(self, team: Team) -> None:
        for route in (CHECKS, COMMENTS):
            team.github.world.faults.add(
                Fault(kind="refuse", method="POST", route=route, status=403, message="No", times=None)
            )
        pull = await has_a_change(team)
        await team.bot.comes_to_rest()
        unsaid = pull.by_the_bot("review")
        team.github.world.faults.clear()

        await team.developer.comments("/claude review", on=pull)
        await team.bot.comes_to_rest()

        assert unsaid == []
        assert [each.conclusion for each in team.github.checks()] == ["neutral"]


@pytest.mark.parametrize("environment", [{"MONTHLY_BUDGET": "0", "ENGINE_POLLS_SECONDS": "0.02"}])
async def test_without_money_it_is_skipped_until_there_is_some(team: Team) -> None:
    pull = await has_a_change(team)
    await team.developer.comments("/claude review", on=pull)

    async def skipped() -> bool:
        return [each.conclusion for each in team.github.checks()] == ["skipped"]

    await until(skipped, otherwise=team.bot.story_so_far)
    assert team.claude.requests == []
    await team.github.world.close_pull("developer", "acme/shop", pull.number)
    await team.bot.comes_to_rest()
    assert [each.output["title"] for each in team.github.checks()] == ["Closed meanwhile"]


async def test_what_the_model_refuses_is_skipped_for_good(team: Team) -> None:
    pull = await has_a_change(team)
    team.claude.fail("refusal", where="You review a pull request")

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    [check] = team.github.checks()
    assert check.conclusion == "skipped"
    assert (check.output["title"], worded(check.output["summary"])) == snapshot((
        "Skipped",
        "Skipped, because: The model declined to work on this. `/claude review` asks for it again. What was asked until then cost <cost>.",
    ))
    assert pull.by_the_bot("walkthrough") == []


def finds_and_does_not_judge(asked: Asked) -> Reply | Raw | None:
    """The second reader's answer makes no sense."""
    return reviews(FOUND)(asked) if is_first_look(asked) else says("Well.")


@pytest.mark.parametrize("script", [finds_and_does_not_judge])
async def test_what_came_to_nothing_says_what_it_cost(team: Team) -> None:
    pull = await has_a_change(team)

    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    [check] = team.github.checks()
    told = re.search(r" What was asked until then cost \$(0\.\d{4})\.$", check.output["summary"])
    assert (check.conclusion, len(team.claude.requests)) == ("skipped", 2)
    assert told is not None
    assert float(told[1]) > 0


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_of_two_that_are_asked_for_at_once_only_the_newer_speaks(team: Team) -> None:
    pull = await has_a_change(team)
    team.github.delays("GET", "/repos/{owner}/{repo}/compare/{basehead}")

    await team.developer.comments("/claude review", on=pull)
    await team.admin.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()

    assert sorted(str(each.conclusion) for each in team.github.checks()) == ["neutral", "skipped"]
    assert at_lines(pull) == [("count.py", 5)]
    assert "Asked for by @" in walkthrough(pull)


async def is_being_read(team: Team) -> PullRequest:
    """A pull request whose review was asked for and has begun."""
    pull = await has_a_change(team)
    team.github.delays("GET", "/repos/{owner}/{repo}/compare/{basehead}", seconds=3)
    await team.developer.comments("/claude review", on=pull)

    async def begun() -> bool:
        return bool(team.github.checks())

    await until(begun, otherwise=team.bot.story_so_far)
    return pull


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_the_bot_is_stopped_while_it_reads_and_goes_on(team: Team) -> None:
    pull = await is_being_read(team)
    await team.bot.restarts()
    await team.bot.comes_to_rest()

    [check] = team.github.checks()
    assert check.conclusion == "neutral"
    assert at_lines(pull) == [("count.py", 5)]


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_what_was_closed_meanwhile_is_left_alone(team: Team) -> None:
    pull = await is_being_read(team)
    await team.developer.closes(pull)
    await team.bot.comes_to_rest()

    [check] = team.github.checks()
    assert (check.conclusion, at_lines(pull), pull.by_the_bot("walkthrough")) == ("skipped", [], [])
