"""Where the App is installed, and what it sees there: the adapter, kept against GitHub's stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.application.belonging import Places
from bot.infrastructure.github_places import GitHubPlaces
from tests.contracts.github_side import ERP, Side, github_side


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


async def test_an_installation_is_told_as_it_is(side: Side) -> None:
    places: Places = GitHubPlaces(side.app)
    installation = side.repository.installation_id

    there = await places.place(installation)

    assert there is not None
    assert (there.id, there.account) == (installation, "acme")
    assert there.account_id == side.github.account("acme").id
    assert there.is_suspended is False
    assert there.permissions["contents"] == "write"
    assert await places.place(installation + 1_000) is None


async def test_a_suspended_one_says_so_and_shows_no_repository(side: Side) -> None:
    await side.github.suspend("acme", by="acme")
    places = GitHubPlaces(side.app)

    there = await places.place(side.repository.installation_id)

    assert there is not None
    assert there.is_suspended
    assert await places.repositories(side.repository.installation_id) == ()


async def test_it_tells_the_repositories_that_it_sees_with_their_owner(side: Side) -> None:
    seen = await GitHubPlaces(side.app).repositories(side.repository.installation_id)

    [erp] = [each for each in seen if each.full_name == ERP]
    assert erp == side.repository
    assert erp.owner_id == side.github.account("acme").id


@pytest.mark.parametrize(
    ("name", "is_seen"),
    [
        (ERP, True),
        ("ACME/erp", True),
        ("other/erp", False),
        ("acme/none", False),
        ("erp", False),
        ("", False),
    ],
)
async def test_a_repository_is_found_by_its_whole_name(side: Side, name: str, *, is_seen: bool) -> None:
    found = await GitHubPlaces(side.app).named(side.repository.installation_id, name)

    assert (found == side.repository) is is_seen


async def test_it_is_asked_once_a_minute(side: Side) -> None:
    places = GitHubPlaces(side.app)

    for _ in range(3):
        await places.place(side.repository.installation_id)
        await places.repositories(side.repository.installation_id)

    asked = [
        call for call in side.calls() if call.endswith(("{installation_id}", "/installation/repositories"))
    ]
    assert len(asked) == 2
