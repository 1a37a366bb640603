"""Roles, permissions and limits: who may do what, and how much of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bot.records import Actor, Repository, SandboxLimits


class Permission(StrEnum):
    """What a command can need, as resource:action."""

    READ = "integration:read"
    WRITE = "integration:write"
    APPROVE = "integration:approve"
    DELETE = "integration:delete"
    DEPLOY = "integration:deploy"
    BUDGET = "budget:manage"
    FREEZE = "freeze:manage"
    KEYS = "key:manage"
    USERS = "user:manage"


class Role(StrEnum):
    """What a person is to a repository."""

    VIEWER = "viewer"
    DEVELOPER = "developer"
    ADMIN = "admin"


_VIEWER: Final = frozenset({Permission.READ})
_DEVELOPER: Final = _VIEWER | {Permission.WRITE, Permission.APPROVE}
_ADMIN: Final = frozenset(Permission)

ROLES: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.VIEWER: _VIEWER,
    Role.DEVELOPER: _DEVELOPER,
    Role.ADMIN: _ADMIN,
}

# GitHub's role_name; a custom role is none of these and so gives no right here.
GITHUB_ROLES: Final[Mapping[str, Role]] = {
    "read": Role.VIEWER,
    "triage": Role.VIEWER,
    "write": Role.DEVELOPER,
    "maintain": Role.ADMIN,
    "admin": Role.ADMIN,
}


class Denied(Exception):
    """A person may not have what they asked for; `code` is stable and public."""

    code = "denied"


class NotAllowed(Denied):
    """The asker's role does not hold the permission."""

    code = "not_allowed"

    def __init__(self, role: Role | None, needs: Permission) -> None:
        super().__init__(role, needs)
        self.role, self.needs = role, needs

    @property
    def who_could(self) -> tuple[Role, ...]:
        """The roles that hold the permission, least first."""
        return tuple(role for role, held in ROLES.items() if self.needs in held)


class MergedAlready(NotAllowed):
    """Stopping what is merged takes the merge back, which needs the right to deploy."""

    def __init__(self, role: Role | None) -> None:
        super().__init__(role, Permission.DEPLOY)


class OwnerNotAllowed(Denied):
    """The repository belongs to an account that this bot does not serve."""

    code = "owner_not_allowed"


class SelfApproval(Denied):
    """The one who asked cannot be the only approver."""

    code = "self_approval"

    def __init__(self, by: Actor) -> None:
        super().__init__(by.login)


class OwnCommits(Denied):
    """Who committed to the branch by hand cannot be the only approver of it."""

    code = "own_commits"

    def __init__(self, by: Actor) -> None:
        super().__init__(by.login)


class CeilingReached(Denied):
    """The run has used up what it may; `which` is turns, tokens, dollars or minutes."""

    code = "ceiling_reached"

    def __init__(self, which: str) -> None:
        super().__init__(which)
        self.which = which


class CannotGoOn(Denied):
    """The work could not go on from what stands on the branch; `why` is a code, `what` is a name."""

    code = "cannot_go_on"

    def __init__(self, why: str, what: str = "") -> None:
        super().__init__(why, what)
        self.why, self.what = why, what


class StaleApproval(Denied):
    """The approval is for another commit than the one that was tested."""

    code = "stale_approval"

    def __init__(self, seen: str, tested: str) -> None:
        super().__init__(seen, tested)
        self.seen, self.tested = seen, tested


class NotSeen(Denied):
    """It was said before the pull request showed what it shows now, so of something else."""

    code = "not_seen"

    def __init__(self, pull_request: int) -> None:
        super().__init__(pull_request)
        self.pull_request = pull_request


class PlanNotSeen(Denied):
    """It was said before this plan stood there, so of another or of none."""

    code = "plan_not_seen"


class PlansUsedUp(Denied):
    """The plan was made anew as often as it may be; `most` is how often."""

    code = "plans_used_up"

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class AskedAlready(Denied):
    """An integration of the repository is as good as the same, and under way or active."""

    code = "asked_already"

    def __init__(self, integration_id: str, issue: int, state: str) -> None:
        super().__init__(integration_id, issue, state)
        self.integration_id, self.issue, self.state = integration_id, issue, state


class TooManyUnderWay(Denied):
    """The asker has as many integrations under way here as one person may have."""

    code = "too_many_under_way"

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class NothingWaits(Denied):
    """There is nothing here that this command could move."""

    code = "nothing_waits"


class TestedAgain(NothingWaits):
    """What was approved is being tested with what has come to its base: nothing of it waits meanwhile."""


class NothingToRollBack(Denied):
    """It neither runs nor is going live; `state` is where it stands."""

    code = "nothing_to_roll_back"

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class CannotDeprecate(Denied):
    """It does not run; or the pull request `number`, by which it is said to be taken out, did not do that."""

    code = "cannot_deprecate"

    def __init__(self, state: str, *, number: int | None = None) -> None:
        super().__init__(state, number)
        self.state, self.number = state, number


class BeingDeprecated(Denied):
    """What runs is being taken out, by this pull request if it is open yet: no version follows."""

    code = "being_deprecated"

    def __init__(self, number: int | None) -> None:
        super().__init__(number)
        self.number = number


class CannotRetry(Denied):
    """It cannot be tried again, or not from there; `why` is a code, `possible` are the states it can be.

    `what` is a name or number that belongs to the code.
    """

    code = "cannot_retry"

    def __init__(self, why: str, what: str = "", *, possible: Iterable[str] = ()) -> None:
        super().__init__(why, what)
        self.why, self.what, self.possible = why, what, tuple(possible)


def role_of(github_role: str) -> Role | None:
    """The role that a GitHub permission gives; an unknown one gives none."""
    return GITHUB_ROLES.get(github_role)


def belongs(github_role: str, *, private: bool) -> bool:
    """Whether the permission makes a person one of the repository's own: what is public anybody may read."""
    return role_of(github_role) is not None and (private or github_role != "read")


def holds(role: Role | None, needs: Permission) -> bool:
    """Whether the role has the permission; no role has none."""
    return role is not None and needs in ROLES[role]


def check_may(role: Role | None, needs: Permission) -> None:
    """Raise NotAllowed unless the role holds the permission."""
    if not holds(role, needs):
        raise NotAllowed(role, needs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the operator set: ceilings, and who is served. Amounts in millionths of a US dollar."""

    turns: int = 60
    tokens: int = 2_000_000
    micro_usd: int = 5_000_000
    minutes: int = 120
    monthly_micro_usd: int = 50_000_000
    owners_micro_usd: int | None = None
    repairs: int = 3
    check_rounds: int = 3
    conflict_rounds: int = 2
    base_rounds: int = 5
    questions: int = 3
    under_way: int = 10
    self_approval: bool = False
    owners: frozenset[str] = frozenset()
    model: str = "claude-opus-5-5"
    fast_model: str = "claude-haiku-5-5"
    look_again_seconds: float = 60.0
    sandbox: SandboxLimits = field(default_factory=SandboxLimits)
    setup_hosts: frozenset[str] = frozenset()

    @property
    def checks_settle_seconds(self) -> float:
        """How long all that checks say must have stood before a pass is believed: some begin late."""
        return self.look_again_seconds / 2

    @property
    def checks_grace_seconds(self) -> float:
        """How long the first of a repository's checks may take to begin."""
        return self.look_again_seconds * 5


def check_owner(repository: str, served: Iterable[str]) -> None:
    """Raise OwnerNotAllowed unless the account that owns the repository is served."""
    owner, _, _ = repository.partition("/")
    if owner.lower() not in {each.lower() for each in served}:
        raise OwnerNotAllowed(owner)


def check_owned(repository: Repository, *, by: int) -> None:
    """Raise OwnerNotAllowed unless that account owns the repository; one of unknown owner is nobody's."""
    if repository.owner_id != by:
        raise OwnerNotAllowed(repository.full_name.partition("/")[0])
