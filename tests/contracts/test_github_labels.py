"""The labels of a repository, kept against GitHub's stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.infrastructure.github_labels import MOST, GitHubLabels
from tests.contracts.github_side import ERP, Side, github_side


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


async def test_all_there_are_with_what_they_are_for(side: Side) -> None:
    side.github.make_label(ERP, "bug", "Something is wrong")
    side.github.make_label(ERP, "good first issue")

    labels = await GitHubLabels(side.app).all(side.repository)

    assert labels == {"bug": "Something is wrong", "good first issue": ""}


async def test_more_than_a_page_and_no_more_than_can_be_shown(side: Side) -> None:
    for nth in range(MOST + 50):
        side.github.make_label(ERP, f"label {nth}")

    labels = await GitHubLabels(side.app).all(side.repository)

    assert [*labels] == [f"label {nth}" for nth in range(MOST)]
