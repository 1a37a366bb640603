"""Roles and permissions: who may do what; what is not known gives nothing."""

from dataclasses import replace

import pytest

from bot.domain.freezing import Frozen
from bot.domain.outsiders import InstallsNotSeen
from bot.domain.policy import (
    GITHUB_ROLES,
    ROLES,
    Denied,
    NotAllowed,
    OwnerNotAllowed,
    Permission,
    Role,
    SelfApproval,
    StaleApproval,
    TooManyUnderWay,
    belongs,
    check_may,
    check_owned,
    check_owner,
    holds,
    role_of,
)
from bot.records import Actor, Repository

READ, WRITE, APPROVE, DELETE, DEPLOY, BUDGET, FREEZE, KEYS, USERS = Permission
MAY = {
    Role.VIEWER: {READ},
    Role.DEVELOPER: {READ, WRITE, APPROVE},
    Role.ADMIN: {READ, WRITE, APPROVE, DELETE, DEPLOY, BUDGET, FREEZE, KEYS, USERS},
}
PAIRS = [(role, permission) for role in Role for permission in Permission]
HELD = [(role, permission) for role, permission in PAIRS if permission in MAY[role]]
NOT_HELD = [(role, permission) for role, permission in PAIRS if permission not in MAY[role]]
STRANGE = [
    "none",
    "",
    "Admin",
    "ADMIN",
    "admin ",
    "owner",
    "security_manager",
    "write2",
    "maintainer",
    "push",
]


@pytest.mark.parametrize(
    ("github", "role"),
    [
        ("read", Role.VIEWER),
        ("triage", Role.VIEWER),
        ("write", Role.DEVELOPER),
        ("maintain", Role.ADMIN),
        ("admin", Role.ADMIN),
    ],
)
def test_githubs_five_roles_give_ours(github: str, role: Role) -> None:
    assert role_of(github) is role
    assert len(GITHUB_ROLES) == 5


@pytest.mark.parametrize("github", STRANGE)
def test_id_14_an_unknown_or_custom_role_gives_no_right(github: str) -> None:
    assert role_of(github) is None
    assert not any(holds(role_of(github), permission) for permission in Permission)


@pytest.mark.parametrize(("role", "permission"), HELD)
def test_a_role_may_what_it_holds(role: Role, permission: Permission) -> None:
    check_may(role, permission)


@pytest.mark.parametrize(("role", "permission"), NOT_HELD)
def test_a_role_may_nothing_else_and_is_told_who_could(role: Role, permission: Permission) -> None:
    with pytest.raises(NotAllowed) as refused:
        check_may(role, permission)

    assert (refused.value.role, refused.value.needs) == (role, permission)
    assert refused.value.who_could == tuple(each for each in Role if permission in MAY[each])


@pytest.mark.parametrize("permission", Permission)
def test_no_role_may_nothing(permission: Permission) -> None:
    with pytest.raises(NotAllowed):
        check_may(None, permission)


def test_each_role_holds_what_the_lesser_one_holds() -> None:
    assert ROLES[Role.VIEWER] < ROLES[Role.DEVELOPER] < ROLES[Role.ADMIN]


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in Denied.__subclasses__()]

    assert len(set(codes)) == len(codes) == 36
    assert {Frozen.code, InstallsNotSeen.code} <= {*codes}
    assert Denied.code not in codes


def test_a_refusal_tells_what_it_is_about() -> None:
    refused = NotAllowed(Role.VIEWER, WRITE)
    stale = StaleApproval("0bad", "f00d")

    assert (refused.args, refused.who_could) == ((Role.VIEWER, WRITE), (Role.DEVELOPER, Role.ADMIN))
    assert (stale.args, stale.seen, stale.tested) == (("0bad", "f00d"), "0bad", "f00d")
    assert SelfApproval(Actor(id=1, login="requester")).args == ("requester",)
    assert (TooManyUnderWay(10).args, TooManyUnderWay(10).most) == ((10,), 10)


@pytest.mark.parametrize("repository", ["acme/shop", "ACME/shop", "Acme/other", "acme"])
def test_the_served_account_is_served_however_it_is_written(repository: str) -> None:
    check_owner(repository, {"aCme"})


@pytest.mark.parametrize("repository", ["acme2/shop", "evil-acme/shop", "evil/acme", "acm/shop", "", "/acme"])
def test_id_04_an_account_that_only_looks_like_it_is_not_served(repository: str) -> None:
    with pytest.raises(OwnerNotAllowed) as refused:
        check_owner(repository, {"acme"})

    assert refused.value.args == (repository.partition("/")[0],)


@pytest.mark.parametrize("owner", [2, 0, None])
def test_id_10_an_account_is_known_by_its_number(owner: int | None) -> None:
    repository = Repository(id=1, full_name="acme/shop", installation_id=3, owner_id=owner)

    with pytest.raises(OwnerNotAllowed) as refused:
        check_owned(repository, by=1)

    assert refused.value.args == ("acme",)
    check_owned(replace(repository, owner_id=1), by=1)


@pytest.mark.parametrize(
    ("role", "on_private", "on_public"),
    [
        ("read", True, False),
        ("triage", True, True),
        ("write", True, True),
        ("maintain", True, True),
        ("admin", True, True),
        ("none", False, False),
        ("release_captain", False, False),
    ],
)
def test_who_is_one_of_a_repositorys_own(role: str, *, on_private: bool, on_public: bool) -> None:
    assert (belongs(role, private=True), belongs(role, private=False)) == (on_private, on_public)
