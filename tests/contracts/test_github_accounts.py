"""Who owns the account that the App is on, asked of GitHub's stand-in; what is not said is a no."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.infrastructure.github_accounts import GitHubAccounts
from bot.owner_records import Ownership
from bot.records import Actor, StepFailed, Unavailable
from standins.faults import Fault
from tests.contracts.github_side import ERP, Side, github_side
from tests.contracts.test_github_ports import MEMBERSHIP


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


async def ownership(side: Side, person: Actor) -> Ownership:
    return await GitHubAccounts(side.app).ownership(side.repository.installation_id, person)


@pytest.mark.parametrize(
    ("role", "state", "is_owner"),
    [("admin", "active", True), ("admin", "pending", False), ("member", "active", False), (None, "", False)],
)
async def test_id_01_an_installation_is_its_organisations_active_administrators(
    side: Side, role: str | None, state: str, *, is_owner: bool
) -> None:
    side.github.person("ada", {ERP: "admin"})
    if role is not None:
        side.github.join("ada", "acme", role=role, state=state)

    account = side.github.account("acme")
    assert await ownership(side, side.actor("ada")) == Ownership(
        id=account.id, name="acme", is_owner=is_owner
    )


async def test_id_10_who_has_an_owners_name_now_does_not_own_the_installation(side: Side) -> None:
    side.github.join("ada", "acme")

    assert not (await ownership(side, Actor(id=1, login="ada"))).is_owner


async def test_id_10_an_installation_on_a_person_is_that_very_persons(side: Side) -> None:
    side.github.account("acme").type = "User"
    side.github.join("ada", "acme")

    found = [(await ownership(side, side.actor(login))).is_owner for login in ("ada", "acme")]

    assert found == [False, True]


@pytest.mark.parametrize("granted", [{}, {"members": "read"}])
async def test_id_01_where_members_may_not_be_read_nobody_owns_the_installation(
    side: Side, granted: dict[str, str]
) -> None:
    side.github.join("ada", "acme")
    installation = next(iter(side.github.installations.values()))
    del installation.permissions["members"]
    installation.permissions |= granted
    if granted:
        fault = Fault(kind="refuse", method="GET", route=MEMBERSHIP, status=403, message="Forbidden")
        side.github.faults.add(fault)

    found = await ownership(side, side.actor("ada"))

    assert (found.is_owner, found.is_blind) == (False, True)


async def test_id_18_of_an_installation_that_is_gone_nobody_is_an_owner(side: Side) -> None:
    with pytest.raises(StepFailed, match="installation_gone"):
        await GitHubAccounts(side.app).ownership(1, side.actor("dev"))

    await side.github.suspend("acme", by="acme")
    with pytest.raises(StepFailed, match="installation_gone"):
        await ownership(side, side.actor("acme"))


async def test_id_01_where_github_does_not_answer_nobody_is_an_owner(side: Side) -> None:
    side.github.join("ada", "acme")
    side.github.faults.add(Fault(kind="refuse", method="GET", route=MEMBERSHIP, status=502, message="Bad"))

    with pytest.raises(Unavailable):
        await ownership(side, side.actor("ada"))
