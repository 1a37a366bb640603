"""A comment on GitHub and an order of the API come to the same facts, but for the door."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import pytest

from bot.api_records import Caller
from bot.application import asked, wanting
from bot.application.ordering import NotDone, Order, Orders
from bot.application.reading import Reading, Row
from bot.domain.integration import fold
from bot.domain.possible import possible
from bot.issue_records import Issue
from bot.records import Actor, Recorded
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import comment
from tests.unit.fakes import FakeIntegrations, Stage
from tests.unit.histories import (
    ADMIN,
    BRANCH,
    COMMIT,
    DEVELOPER,
    ID,
    ISSUE,
    PULL,
    REMOVAL,
    REQUESTER,
    SECOND_PULL,
    SHOP,
    STRANGER,
    UP_FOR_REVIEW,
    VIEWER,
    History,
)
from tests.unit.test_possible import EVERY

KEY: Final = "same"
# A comment is of what there was when it was written; an order names the commit itself, as a review does.
SAID_BY_THE_HEAD: Final = ("not_seen", "stale_approval")
EVERYBODY: Final = (REQUESTER, DEVELOPER, ADMIN, VIEWER, STRANGER)
# One of each way in which it may stand: what was said of it before, and what waits, is the same then.
STANDING: Final[dict[str, History]] = {
    name: EVERY[name]
    for name in {
        (possible(it), it.state, it.cancelled, it.rejected_by): name
        for name, it in reversed([(name, fold(ID, history)) for name, history in EVERY.items()])
    }.values()
}


@dataclass
class NoPages:
    """Lists are not asked for here."""

    asked: list[str] = field(default_factory=list)

    async def integrations(self, *_: Any, **_wanted: Any) -> list[Row]:
        return []

    async def counts(self, _wanted: Any) -> list[Row]:
        return []

    async def facts(self, *_: Any, **_wanted: Any) -> list[Recorded]:
        return []


def staged(history: History) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    for number in (PULL, SECOND_PULL, REMOVAL):
        stage.pulls.has(number, BRANCH, COMMIT)
    stage.issues.there[ISSUE] = Issue(title="ERP", body="Please.", author=author())
    return stage


def author() -> Actor:
    """Who wrote the issue of GitHub's own example."""
    user = comment("")["issue"]["user"]
    return Actor(id=user["id"], login=user["login"])


def orders_of(stage: Stage) -> Orders:
    async def may_look(*_: object) -> str:
        return "read"  # what is read is another test's business

    integrations = FakeIntegrations(stage.log.rows)
    reading = Reading(
        pages=NoPages(),
        integrations=integrations,
        log=stage.log,
        role_name=may_look,
        owners=stage.rules.owners,
    )
    return Orders(world=stage.world, reading=reading)


def order(by: Actor, name: str) -> Order:
    caller = Caller(
        id="k",
        means="key",
        person=by,
        installation_id=SHOP.installation_id,
        permissions=frozenset(),
        expires_at=datetime(2030, 1, 1, tzinfo=UTC),
    )
    return Order(caller=caller, key=KEY, name=name)


COMMANDS: Final[Mapping[str, Callable[..., asked.OfOne]]] = {
    "answer the one in Berlin": partial(asked.AnswerQuestions, text="the one in Berlin"),
    "approve": partial(asked.Approve, head=COMMIT),
    "changes smaller": partial(asked.RequestChanges, parts=("smaller",)),
    "reject not now": partial(asked.Reject, why="not now"),
    "cancel": partial(asked.Cancel, cause="cancelled"),
    "deploy": asked.Deploy,
    "retry": partial(asked.Retry, wanted=None),
    "rollback too slow": partial(asked.RollBack, why="too slow"),
    "deprecate": partial(asked.Deprecate, why="", removed_in=None),
    "budget +2": partial(asked.RaiseBudget, micro_usd=2_000_000),
}


def facts_of(stage: Stage, before: int) -> list[tuple[Any, ...]]:
    """What came of it, in every stream, without the door and the key."""
    beside = {"door", "key"}
    return sorted(
        (
            stream,
            record.type,
            str(record.data),
            *(str(it) for it in record.meta.items() if it[0] not in beside),
        )
        for stream, past in stage.log.streams.items()
        for record in past[before if stream == ID else 0 :]
    )


async def refusal_of(giving: Awaitable[object]) -> str:
    """What is said to an order that is refused; nothing where it is taken."""
    try:
        await giving
    except NotDone as no:
        return no.said
    return ""


def code_of(stage: Stage) -> str | None:
    """As what the comment was refused."""
    refused = stage.log.streams.get(f"conversation:{SHOP.id}:{ISSUE}", [])
    return str(refused[0].data["code"]) if refused else None


async def on_github(words: str, by: Actor, history: History) -> Stage:
    stage = staged(history)
    payload = comment(f"/claude {words}", by=by)
    payload["issue"]["user"] |= {"id": author().id, "login": author().login}
    await GITHUB["issue_comment.created"](payload, Context(world=stage.world, key=KEY))
    return stage


@pytest.mark.parametrize("by", EVERYBODY, ids=lambda by: by.login)
@pytest.mark.parametrize("words", COMMANDS)
async def test_a_comment_and_an_order_come_to_the_same(words: str, by: Actor) -> None:
    for name, history in STANDING.items():
        if words == "approve" and "PLAN" in name:
            continue  # an order says of which plan
        commented, ordered = await on_github(words, by, history), staged(history)
        if words == "approve" and code_of(commented) in SAID_BY_THE_HEAD:
            continue
        name_of_it = words.partition(" ")[0]
        giving = orders_of(ordered).give(order(by, name_of_it), ID, COMMANDS[words])

        assert await refusal_of(giving) in "".join(commented.comments.on(ISSUE))
        assert facts_of(ordered, len(history)) == facts_of(commented, len(history)), name


@pytest.mark.parametrize("by", EVERYBODY, ids=lambda by: by.login)
async def test_what_is_asked_for_on_an_issue_is_the_same(by: Actor) -> None:
    wanted = "write the ledger"
    commented, ordered = await on_github(f"integrate {wanted}", by, UP_FOR_REVIEW), staged(UP_FOR_REVIEW)
    wish = wanting.Wish(repository=SHOP, what=wanted, issue=ISSUE)

    wanted_too = wanting.want(orders_of(ordered), order(by, "integrate"), wish)

    assert await refusal_of(wanted_too) in "".join(commented.comments.on(ISSUE))
    assert facts_of(ordered, len(UP_FOR_REVIEW)) == facts_of(commented, len(UP_FOR_REVIEW))
