"""Bodies and reviewers of pull requests, kept against GitHub's stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.records import StepFailed
from tests.contracts.github_side import ERP, Side, github_side


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


async def test_a_body_is_rewritten_and_the_title_stays(side: Side) -> None:
    number, _ = await side.pull()

    await side.pulls.rewrite(side.repository, number, body="anew")

    assert await side.pulls.body(side.repository, number) == "anew"
    assert side.github.repository(ERP).issues[number].title == "Invoices"


async def test_a_pull_request_that_is_gone_has_no_body(side: Side) -> None:
    with pytest.raises(StepFailed) as failure:
        await side.pulls.body(side.repository, 404)

    assert failure.value.code == "github_not_found"


async def test_people_and_teams_are_asked_together_and_found_again(side: Side) -> None:
    side.github.team("acme/billing")
    number, _ = await side.pull()

    assert await side.pulls.ask_reviewers(side.repository, number, users=["dev"], teams=["Billing"])

    assert await side.pulls.reviewers(side.repository, number) == ["@dev", "@acme/billing"]


@pytest.mark.parametrize(
    ("user", "teams"), [("nobody", []), ("stranger", []), ("dev", ["none"]), ("claude-code-bot[bot]", [])]
)
async def test_one_who_cannot_review_leaves_all_unasked(side: Side, user: str, teams: list[str]) -> None:
    side.github.person("stranger")
    number, _ = await side.pull()

    assert not await side.pulls.ask_reviewers(side.repository, number, users=["dev", user], teams=teams)

    assert await side.pulls.reviewers(side.repository, number) == []
