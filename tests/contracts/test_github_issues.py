"""What the adapter for issues promises the application, kept against GitHub's stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.application.issue_ports import Issues
from bot.infrastructure.github_issues import GitHubIssues
from bot.issue_records import Issue
from bot.records import StepFailed, Unavailable
from tests.contracts.github_side import ERP, Side, github_side

MARKER = "<!-- claude-code-bot:asked:1 -->"
ISSUES = "/repos/{owner}/{repo}/issues"


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


@pytest.fixture
def issues(side: Side) -> Issues:
    return GitHubIssues(side.app)


async def test_an_issue_is_told_as_it_is(side: Side, issues: Issues) -> None:
    side.github.person("ada", {ERP: "read"})
    number = await side.github.open_issue("ada", ERP, "Invoices", "")

    assert await issues.get(side.repository, number) == Issue(
        title="Invoices", body="", author=side.actor("ada")
    )


async def test_one_that_is_not_there_is_gone(side: Side, issues: Issues) -> None:
    with pytest.raises(StepFailed) as failure:
        await issues.get(side.repository, 99)

    assert failure.value.code == "issue_gone"


async def test_f18_one_whose_opening_was_not_answered_is_found_by_its_marker(
    side: Side, issues: Issues
) -> None:
    assert await issues.find(side.repository, marker=MARKER) is None
    side.fails("lose", "POST", ISSUES)

    with pytest.raises(Unavailable):
        await issues.open(side.repository, title="Invoices", body=f"{MARKER}\nplease")

    number = await issues.find(side.repository, marker=MARKER)
    assert number is not None
    assert (await issues.get(side.repository, number)).title == "Invoices"


async def test_what_somebody_copied_is_not_ours(side: Side, issues: Issues) -> None:
    side.github.person("eve", {ERP: "read"})
    await side.github.open_issue("eve", ERP, "Invoices", MARKER)

    assert await issues.find(side.repository, marker=MARKER) is None


async def test_id_10_a_repository_is_found_by_exactly_its_name(side: Side) -> None:
    installation = side.repository.installation_id

    found = await side.repositories.named(installation, ERP)

    assert found is not None
    assert found.id == side.repository.id
    assert await side.repositories.named(installation, "other/erp") is None
    assert await side.repositories.named(installation, "acme/nothing") is None
