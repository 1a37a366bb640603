"""Freezes, budgets and installations by REST: who may, what is not there, and that it is the same act."""

from datetime import timedelta
from typing import Any, Final

import pytest

from bot.application.freezing import note
from bot.domain.freezing import EVERYTHING, Scope, froze
from bot.domain.money import month_raised, stream_of
from bot.infrastructure.event_store import EventStore
from bot.infrastructure.observing import Nobody
from bot.web.api_door import PREFIX
from tests.doors.api import Opened
from tests.doors.api_places import ADA, FOREIGN, HIDDEN, OURS, SHOP, THEIRS
from tests.doors.test_api import code_of
from tests.doors.webapp import NOON, Client, Connect

FREEZES: Final = f"{PREFIX}/freezes"
BUDGETS: Final = f"{PREFIX}/budgets"
WISH: Final = {"scope": "repository", "repository": "acme/shop", "why": "ERP  migration"}
MORE: Final = {"repository": "acme/shop", "add_usd": 2.5}


@pytest.fixture
async def admin(opened: Opened) -> Opened:
    """GitHub says that Ada is the shop's administrator."""
    opened.github.roles = {(SHOP, ADA.id): "admin", (FOREIGN, ADA.id): "admin"}
    return opened


def log_of(opened: Opened) -> EventStore:
    return EventStore(opened.database, opened.clock, lambda *_: None, Nobody())


async def said(opened: Opened, *scopes: Scope) -> None:
    """These were frozen by whoever could."""
    kept = Kept(log_of(opened), opened)
    for number, scope in enumerate(scopes):
        fact = froze(
            scope, by=None if scope.by_operator else ADA, why=f"because of {scope.level}", until=None
        )
        await note(kept, scope, fact, key=f"k{number}", meta={"key": f"k{number}"})


class Kept:
    """What freezing needs of what is kept."""

    def __init__(self, log: EventStore, opened: Opened) -> None:
        self.log, self.clock = log, opened.clock


def repo(number: int, installation: int, *, by_operator: bool = False) -> Scope:
    return Scope(
        level="repo", id=number, name=f"of/{number}", installation=installation, by_operator=by_operator
    )


async def listed(api: Client, opened: Opened, whose: str) -> list[str]:
    answer = await api.get(FREEZES, headers=opened.bearer(whose))
    assert answer.status == 200
    return [it["id"] for it in (await answer.json())["items"]]


async def test_a_freeze_is_said_seen_and_lifted_by_the_facts_of_the_command(
    api: Client, admin: Opened
) -> None:
    answer = await api.post(FREEZES, json=WISH, headers=admin.bearer("admin"))
    told = await answer.json()

    assert answer.status == 201
    assert told == {
        "id": "repository-7",
        "scope": "repository",
        "name": "acme/shop",
        "by": {"id": 1, "login": "ada"},
        "why": "ERP migration",
        "since": "2026-01-01T12:00:00Z",
        "until": None,
    }
    assert (await (await api.get(FREEZES, headers=admin.bearer())).json())["items"] == [told]

    lifted = await api.delete(f"{FREEZES}/repository-7", headers=admin.bearer("admin"))

    assert (lifted.status, await lifted.read()) == (204, b"")
    assert await listed(api, admin, "reader") == []
    facts = await log_of(admin).read("freeze:repo:7")
    assert [(it.type, it.meta["door"], it.meta["login"]) for it in facts] == [
        ("Froze", "api", "ada"),
        ("Unfroze", "api", "ada"),
    ]
    assert [getattr(it, "workflow", "") for it in admin.started] == ["freeze.spread_v1"] * 2
    again = await api.delete(f"{FREEZES}/repository-7", headers=admin.bearer("admin"))
    assert await code_of(again) == (404, "no_freeze")


async def test_an_account_is_its_owners(api: Client, admin: Opened) -> None:
    wish = WISH | {"scope": "owner"}

    assert await code_of(await api.post(FREEZES, json=wish, headers=admin.bearer("admin"))) == (
        403,
        "not_owner",
    )
    admin.github.owners = {(OURS, ADA.id)}
    frozen = await api.post(FREEZES, json=wish, headers=admin.bearer("admin"))
    admin.github.owners = set()
    kept = await api.delete(f"{FREEZES}/owner-20", headers=admin.bearer("admin"))
    admin.github.owners = {(OURS, ADA.id)}
    lifted = await api.delete(f"{FREEZES}/owner-20", headers=admin.bearer("admin"))

    assert (frozen.status, (await frozen.json())["name"]) == (201, "acme")
    assert await code_of(kept) == (403, "not_owner")
    assert lifted.status == 204


async def test_it_ends_when_it_was_said_to_end(api: Client, admin: Opened) -> None:
    until = (NOON + timedelta(hours=1)).isoformat()

    answer = await api.post(FREEZES, json=WISH | {"until": until}, headers=admin.bearer("admin"))

    assert (await answer.json())["until"] == "2026-01-01T13:00:00Z"
    admin.clock.moves(hours=2)
    assert await listed(api, admin, "reader") == []


async def test_id_01_it_takes_githubs_word_of_that_moment_whatever_the_key_allows(
    api: Client, opened: Opened
) -> None:
    answer = await api.post(FREEZES, json=WISH, headers=opened.bearer("admin"))

    assert await code_of(answer) == (403, "not_allowed")
    assert (
        "This needs `freeze:manage`, and you are viewer here. Somebody who is admin could do it."
        in await answer.text()
    )
    opened.github.roles = None
    assert (await api.post(FREEZES, json=WISH, headers=opened.bearer("admin"))).status == 503
    assert await log_of(opened).newest("freeze") == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", FREEZES), ("DELETE", f"{FREEZES}/repository-7"), ("POST", BUDGETS), ("GET", BUDGETS)],
)
async def test_a_key_without_the_scope_does_nothing(
    api: Client, admin: Opened, method: str, path: str
) -> None:
    body: dict[str, Any] = {"json": WISH} if method == "POST" else {}

    answer = await api.request(method, path, headers=admin.bearer("reader"), **body)

    assert await code_of(answer) == (403, "scope_missing")


@pytest.mark.parametrize(
    "change",
    [
        *({"scope": "everything"}, {"scope": "all"}, {"why": ""}, {"why": "  "}, {"why": "x" * 256}),
        *({"repository": "shop"}, {"repository": ""}, {"until": "tomorrow"}, {"until": "2025-12-31"}),
        *({"installation_id": 10}, {"by": 3}, {"why": 7}, {"scope": None}),
    ],
    ids=str,
)
async def test_web_15_what_a_freeze_does_not_know_is_refused(
    api: Client, admin: Opened, change: dict[str, Any]
) -> None:
    answer = await api.post(FREEZES, json=WISH | change, headers=admin.bearer("admin"))

    assert await code_of(answer) == (400, "bad_field")
    assert await log_of(admin).newest("freeze") == []


@pytest.mark.parametrize("name", ["acme/hidden", "other/foreign", "acme/none", "other/shop"])
@pytest.mark.parametrize(("path", "wish"), [(FREEZES, WISH), (BUDGETS, MORE)])
async def test_web_13_what_one_may_not_see_can_be_neither_frozen_nor_given_money(
    api: Client, admin: Opened, path: str, wish: dict[str, Any], name: str
) -> None:
    answer = await api.post(path, json={**wish, "repository": name}, headers=admin.bearer("admin"))

    assert await code_of(answer) == (404, "no_repository")


async def test_web_13_freezes_of_others_are_neither_listed_nor_lifted(api: Client, admin: Opened) -> None:
    theirs = Scope(level="org", id=21, name="other", installation=THEIRS)
    await said(admin, EVERYTHING, theirs, repo(FOREIGN, THEIRS), repo(HIDDEN, OURS), repo(SHOP, OURS))

    assert await listed(api, admin, "reader") == ["everything", "repository-7"]
    assert await listed(api, admin, "foreign") == ["everything", "owner-21", "repository-70"]
    assert await listed(api, admin, "eve") == []
    for freeze_id in ("owner-21", "repository-70", "repository-8", "nothing", "repository-7000"):
        answer = await api.delete(f"{FREEZES}/{freeze_id}", headers=admin.bearer("admin"))
        assert await code_of(answer) == (404, "no_freeze")


async def test_what_the_operator_froze_is_seen_and_lifted_by_nobody_here(api: Client, admin: Opened) -> None:
    await said(admin, EVERYTHING, repo(SHOP, OURS, by_operator=True))
    admin.github.owners = {(OURS, ADA.id)}

    assert await listed(api, admin, "admin") == ["everything", "operator-repository-7"]
    for freeze_id in ("everything", "operator-repository-7"):
        answer = await api.delete(f"{FREEZES}/{freeze_id}", headers=admin.bearer("admin"))
        assert await code_of(answer) == (403, "only_operator")
    assert len(await listed(api, admin, "admin")) == 2


@pytest.mark.parametrize("query", ["?why=x", "?cursor=x"])
async def test_web_15_an_unfreeze_takes_nothing_beside(api: Client, admin: Opened, query: str) -> None:
    answer = await api.delete(f"{FREEZES}/repository-7{query}", headers=admin.bearer("admin"))

    assert await code_of(answer) == (400, "bad_parameter")


async def test_the_month_of_a_repository_is_seen_by_whoever_manages_it(api: Client, admin: Opened) -> None:
    answer = await api.get(BUDGETS, headers=admin.bearer("admin"))
    named = await api.get(f"{BUDGETS}?repository=ACME/shop", headers=admin.bearer("admin"))

    assert await answer.json() == {
        "items": [
            {
                "repository": {"id": SHOP, "full_name": "acme/shop"},
                "month": "2026-01",
                "this_month": {"spent_usd": 0.0, "limit_usd": 50.0},
                "owner": {"spent_usd": 0.0, "limit_usd": None},
                "paused_runs": [],
            }
        ],
        "next_cursor": None,
    }
    assert (await named.json())["items"] == (await answer.json())["items"]


async def test_id_01_a_month_is_shown_to_nobody_whom_github_does_not_let_manage_it(
    api: Client, opened: Opened
) -> None:
    answer = await api.get(BUDGETS, headers=opened.bearer("admin"))
    named = await api.get(f"{BUDGETS}?repository=acme/shop", headers=opened.bearer("admin"))
    raised = await api.post(BUDGETS, json=MORE, headers=opened.bearer("admin"))

    assert (await answer.json())["items"] == []
    assert await code_of(named) == (404, "no_repository")
    assert await code_of(raised) == (403, "not_allowed")
    assert await log_of(opened).read(stream_of(SHOP)) == []


async def test_a_month_is_raised_once_for_one_key_of_the_callers(api: Client, admin: Opened) -> None:
    headers = {**admin.bearer("admin"), "Idempotency-Key": "a-0001"}

    answers = [await api.post(BUDGETS, json=MORE, headers=headers) for _ in range(3)]
    other = await api.post(BUDGETS, json=MORE, headers={**headers, "Idempotency-Key": "a-0002"})
    without = await api.post(BUDGETS, json=MORE, headers=admin.bearer("admin"))

    limits = [(await each.json())["this_month"]["limit_usd"] for each in (*answers, other, without)]
    assert limits == [52.5, 52.5, 52.5, 55.0, 57.5]
    [first, *_] = await log_of(admin).read(stream_of(SHOP))
    assert (first.type, first.data, first.meta["door"]) == (
        "MonthRaised",
        month_raised("2026-01", 2_500_000, by=ADA).data,
        "api",
    )


@pytest.mark.parametrize("key", ["", "é", "a b", "x" * 256])
async def test_web_15_a_key_that_names_no_act_is_refused(api: Client, admin: Opened, key: str) -> None:
    answer = await api.post(BUDGETS, json=MORE, headers={**admin.bearer("admin"), "Idempotency-Key": key})

    assert await code_of(answer) == (400, "bad_idempotency_key")


@pytest.mark.parametrize("amount", [0, -1, "5", True, 1_000_000, None, 1e400])
async def test_web_15_money_is_an_amount(api: Client, admin: Opened, amount: Any) -> None:
    answer = await api.post(BUDGETS, json=MORE | {"add_usd": amount}, headers=admin.bearer("admin"))

    assert answer.status == 400
    assert await log_of(admin).read(stream_of(SHOP)) == []


async def test_budgets_are_gone_through_with_a_cursor_of_their_own(api: Client, admin: Opened) -> None:
    answer = await api.get(f"{BUDGETS}?cursor=bm90aGluZw", headers=admin.bearer("admin"))

    assert await code_of(answer) == (400, "bad_cursor")


async def test_the_installation_that_one_counts_in(api: Client, opened: Opened) -> None:
    answers = {
        whose: (await (await api.get(f"{PREFIX}/installations", headers=opened.bearer(whose))).json())[
            "items"
        ]
        for whose in ("reader", "eve", "foreign")
    }

    assert answers["reader"] == [
        {
            "id": OURS,
            "account": {"id": 20, "login": "acme"},
            "repositories": "selected",
            "suspended": False,
            "permissions": {"contents": "write"},
        }
    ]
    assert answers["eve"] == []
    assert [it["id"] for it in answers["foreign"]] == [THEIRS]


async def test_an_account_that_is_not_served_is_not_acted_in(admin: Opened, aiohttp_client: Connect) -> None:
    admin.owners = frozenset({"other"})
    client = await admin.served(aiohttp_client)

    answer = await client.post(FREEZES, json=WISH, headers=admin.bearer("admin"))

    assert await code_of(answer) == (404, "no_repository")


async def test_health_says_how_what_it_stands_on_is(api: Client, opened: Opened) -> None:
    answer = await api.get(f"{PREFIX}/health", headers=opened.bearer("eve"))

    assert await answer.json() == {
        "status": "ok",
        "database": "ok",
        "sandbox": "sandbox_unavailable",
        "queues": {"ai": 2},
    }
