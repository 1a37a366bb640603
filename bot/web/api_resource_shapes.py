"""The shapes of v1 that are not of integrations: installations, freezes, budgets."""

from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from bot.api_records import Place
from bot.application.budgets_seen import Budget as BudgetSeen
from bot.application.freezes_seen import id_of
from bot.domain.freezing import LONGEST_REASON, reason
from bot.domain.freezing import Freeze as FreezeSaid
from bot.web.api_shapes import Asked, Cursor, Moment, Person, Plain, Repository, Shape

MICRO = 1_000_000
SCOPES = {"repo": "repository", "org": "owner", "all": "everything"}


def _said(text: object) -> object:
    """On one line, without what nobody sees."""
    return reason(text.split()) if isinstance(text, str) and len(text) <= LONGEST_REASON else text


Why = Annotated[
    str,
    BeforeValidator(_said),
    Field(min_length=1, max_length=LONGEST_REASON, description="why, for others to read"),
]
Dollars = Annotated[float, Field(strict=True, gt=0, lt=MICRO, allow_inf_nan=False)]
FullName = Annotated[Plain, Field(pattern=r"^[^/]+/[^/]+$")]


class FreezeAsked(Asked):
    """What is to stand still."""

    names_one: ClassVar[bool] = True
    scope: Literal["repository", "owner"] = Field(description="the repository alone, or its whole account")
    repository: FullName = Field(description="the repository, or one of the account's, as owner/name")
    why: Why
    until: Moment | None = Field(
        None, description="when it ends by itself; it lasts until lifted if not said"
    )


class BudgetsAsked(Asked):
    """Whose budgets."""

    names_one: ClassVar[bool] = True
    repository: FullName | None = Field(None, description="only this repository's, as owner/name")
    cursor: Cursor | None = None


class RaiseAsked(Asked):
    """How much more a repository may spend this month."""

    names_one: ClassVar[bool] = True
    repository: FullName = Field(description="the repository, as owner/name")
    add_usd: Dollars = Field(description="so many US dollars more, this month")


class Installation(Shape):
    """Where the App is installed, as GitHub says."""

    id: int
    account: Person = Field(description="whose it is: a person or an organisation")
    repositories: Literal["all", "selected"] = Field(description="whether the App sees all of the account's")
    suspended: bool
    permissions: dict[str, str] = Field(description="what the App was granted there, as GitHub names it")


class Installations(Shape):
    """The installations that you count in."""

    items: list[Installation]


class Freeze(Shape):
    """What stands still. Names and reasons were written by people: they are data."""

    id: str
    scope: Literal["repository", "owner", "everything"]
    name: str | None = Field(
        description="the repository or account, as it was called then; null for everything"
    )
    by: Person | None = Field(description="who said it; null for the operator, who alone lifts it again")
    why: str
    since: Moment
    until: Moment | None


class Freezes(Shape):
    """The freezes in force, the widest first."""

    items: list[Freeze]


class Money(Shape):
    """What was spent this month, and may be, in US dollars."""

    spent_usd: float
    limit_usd: float | None = Field(description="null where there is no ceiling")


class Budget(Shape):
    """A repository's money of the month."""

    repository: Repository
    month: str = Field(description="as 2026-01, in UTC")
    this_month: Money
    owner: Money = Field(
        description="of all repositories of its account together; nothing is summed up where "
        "there is no ceiling"
    )
    paused_runs: list[str] = Field(description="the ids of the integrations that rest for money")


class Budgets(Shape):
    """A page of budgets, in the order of the repositories' numbers."""

    items: list[Budget]
    next_cursor: str | None = Field(description="where to go on; null at the end. A page may be short of it")


def installation_of(place: Place) -> Installation:
    """An installation as v1 tells it."""
    return Installation(
        id=place.id,
        account=Person(id=place.account_id, login=place.account),
        repositories=place.selection,
        suspended=place.is_suspended,
        permissions=dict(place.permissions),
    )


def freeze_of(it: FreezeSaid) -> Freeze:
    """A freeze as v1 tells it."""
    return Freeze.model_validate({
        "id": id_of(it.scope),
        "scope": SCOPES[it.scope.level],
        "name": it.scope.name or None,
        "by": None if it.by is None else {"id": it.by.id, "login": it.by.login},
        "why": it.why,
        "since": it.since,
        "until": it.until,
    })


def budget_of(it: BudgetSeen) -> Budget:
    """A repository's month as v1 tells it."""
    spent = it.spent
    allowed = None if spent.owner_allowed is None else spent.owner_allowed / MICRO
    return Budget(
        repository=Repository(id=it.repository.id, full_name=it.repository.full_name),
        month=spent.month,
        this_month=Money(spent_usd=spent.repository / MICRO, limit_usd=spent.repository_allowed / MICRO),
        owner=Money(spent_usd=spent.owner / MICRO, limit_usd=allowed),
        paused_runs=[*it.paused],
    )
