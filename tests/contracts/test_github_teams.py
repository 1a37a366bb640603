"""Who is a member of a team, asked of GitHub's stand-in: what may not be known is no yes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from bot.records import StepFailed
from standins.faults import Fault
from tests.contracts.github_side import Side, github_side

ROUTE: Final = "/orgs/{org}/teams/{team_slug}/memberships/{username}"


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        side.github.team("acme/billing", "dev")
        yield side


@pytest.mark.parametrize(
    ("team", "is_in"),
    [
        ("@acme/billing", True),
        ("@Acme/Billing", True),
        ("@acme/nobody", False),
        ("@other/billing", False),
    ],
)
async def test_a_member_is_known_of_a_team_of_the_repositorys_own_account(
    side: Side, team: str, *, is_in: bool
) -> None:
    side.github.team("other/billing", "dev")

    assert await side.repositories.is_in_team(side.repository, side.actor("dev"), team) is is_in


async def test_who_is_in_another_team_or_only_invited_is_no_member(side: Side) -> None:
    side.github.person("ada")
    assert await side.repositories.is_in_team(side.repository, side.actor("ada"), "@acme/billing") is False

    side.github.team("acme/billing", "ada", state="pending")

    assert await side.repositories.is_in_team(side.repository, side.actor("ada"), "@acme/billing") is False


@pytest.mark.parametrize("granted", [{}, {"members": "read"}])
async def test_id_13_where_members_may_not_be_read_a_membership_is_not_known(
    side: Side, granted: dict[str, str]
) -> None:
    installation = next(iter(side.github.installations.values()))
    del installation.permissions["members"]
    installation.permissions |= granted
    if granted:
        side.github.faults.add(
            Fault(kind="refuse", method="GET", route=ROUTE, status=403, message="Forbidden")
        )

    assert await side.repositories.is_in_team(side.repository, side.actor("dev"), "@acme/billing") is None


async def test_where_github_does_not_know_the_app_any_more_that_is_an_error(side: Side) -> None:
    side.github.faults.add(Fault(kind="refuse", method="GET", route=ROUTE, status=410, message="Gone"))

    with pytest.raises(StepFailed, match="github_gone"):
        await side.repositories.is_in_team(side.repository, side.actor("dev"), "@acme/billing")
