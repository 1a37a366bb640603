"""The orders of the API: who may give them, what comes of them, and that each is done once."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import pytest

from bot.domain.freezing import Scope, froze
from bot.domain.policy import Denied
from bot.infrastructure.api_answers import HELD, ApiAnswers
from bot.web.api_door import PREFIX
from bot.web.api_orders import ROUTES
from bot.web.api_refusals import STATUSES
from bot.web.api_repeats import AGAIN
from tests.doors.api import Opened
from tests.doors.api_places import ADA, AT_HAND, EVE, NO_SUCH, OPEN, OURS_HIDDEN, SHOP, THEIR_OWN
from tests.doors.test_api import code_of
from tests.doors.webapp import Client
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    BRANCH,
    COMMIT,
    DEPLOYING,
    DEVELOPER,
    PLAN,
    PLANNING,
    PULL,
    UP_FOR_REVIEW,
    VIEWER,
    failed,
)

ONE: Final = f"{PREFIX}/integrations/{AT_HAND}"
OF_ONE: Final = [route for route in ROUTES if "{id}" in route.path]
BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "/integrations": {"repository": "acme/shop", "what": "send paid invoices"},
    "/integrations/{id}/answer": {"text": "the one in Berlin"},
    "/integrations/{id}/approve": {"head": COMMIT},
    "/integrations/{id}/changes": {"text": "smaller"},
}


@pytest.fixture(autouse=True)
def roles(opened: Opened) -> None:
    """Who may do what in the shop; only Ada and Eve have keys of the database."""
    opened.github.roles = {
        (SHOP, ADA.id): "write",
        (SHOP, DEVELOPER.id): "write",
        (SHOP, ADMIN.id): "admin",
        (SHOP, VIEWER.id): "read",
    }
    opened.pulls.has(PULL, BRANCH, COMMIT)


def of(path: str, integration_id: str = AT_HAND) -> str:
    return f"{PREFIX}{path}".replace("{id}", integration_id)


def body_of(route: Any) -> dict[str, Any]:
    """A right body, and no condition that stands in the way."""
    if route.method == "DELETE":
        return {}
    body = {"title": "Paid invoices"} if route.method == "PUT" else BODIES.get(route.path, {})
    return {"json": body}


def named(route: Any) -> str:
    return f"{route.method} {route.path}"


EACH: Final = pytest.mark.parametrize("route", ROUTES, ids=named)
EACH_OF_ONE: Final = pytest.mark.parametrize("route", OF_ONE, ids=named)


@EACH
async def test_an_order_takes_a_key(api: Client, opened: Opened, route: Any) -> None:
    answer = await api.request(route.method, of(route.path, OPEN), **body_of(route))

    assert await code_of(answer) == (401, "no_key")


@EACH
async def test_an_order_takes_the_scope_of_its_command(api: Client, opened: Opened, route: Any) -> None:
    answer = await api.request(
        route.method, of(route.path, OPEN), headers=opened.bearer("reader"), **body_of(route)
    )

    assert await code_of(answer) == (403, "scope_missing")
    assert f'scope="{route.right.needs}"' in answer.headers["WWW-Authenticate"]


@EACH_OF_ONE
@pytest.mark.parametrize("whose", ["admin", "foreign", "eve"])
async def test_web_13_nothing_is_ordered_of_what_one_may_not_see(
    api: Client, opened: Opened, route: Any, whose: str
) -> None:
    key = await opened.key(EVE, "admin") if whose == "eve" else opened.bearer(whose)
    hidden = [OURS_HIDDEN, NO_SUCH, OPEN if whose != "admin" else THEIR_OWN]
    for integration_id in hidden:
        answer = await api.request(
            route.method, of(route.path, integration_id), headers={**key, "If-Match": "*"}, **body_of(route)
        )
        assert await code_of(answer) == (404, "no_integration")
        assert await opened.facts(integration_id) == []


@EACH_OF_ONE
async def test_id_01_what_the_key_allows_and_github_does_not_is_refused(
    api: Client, opened: Opened, route: Any
) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = await opened.key(VIEWER, "admin")

    answer = await api.request(
        route.method, of(route.path), headers={**key, "If-Match": "*"}, **body_of(route)
    )

    assert await code_of(answer) == (403, "not_allowed")
    assert "you are viewer here" in (await answer.json())["detail"]
    assert await opened.facts() == []


BAD: Final = (
    b"[]",
    b"{",
    b'{"unknown": 1}',
    b'{"text": 1}',
    b'{"text": "\\ud800"}',
    b'{"text": "a\\u0000b"}',
    b'{"head": "c0de"}',
    b'{"head": 1}',
    b'{"why": ["x"]}',
    b'{"from": "done"}',
    b'{"budget_usd": "9"}',
    b'{"budget_usd": true}',
    b'{"budget_usd": 0}',
    b'{"budget_usd": -1}',
    b'{"budget_usd": 1e99}',
    b'{"title": null}',
    b'{"title": ""}',
    b'{"title": " a"}',
    b'{"title": "a\\nb"}',
    b'{"title": "a\\u202eb"}',
    b'{"title": "a\\u0000b"}',
    b'{"title": 1, "budget_usd": 9}',
    b'{"repository": "acme", "what": "x"}',
    b'{"repository": "acme/shop", "what": " \\n "}',
    b'{"repository": "acme/shop", "what": "x", "issue": "3"}',
    b'{"repository": "acme/shop", "what": "x", "issue": 0}',
    b'{"repository": "acme/shop", "what": "x", "base": "--upload-pack=x"}',
    b'{"repository": "acme/shop", "what": "x", "base": "a..b"}',
    b'{"repository": "acme/shop", "what": "x", "plan_first": "yes"}',
    b'{"repository": "acme/shop", "what": "x", "installation_id": 10}',
)


@EACH
async def test_web_15_a_body_that_cannot_be_taken_is_refused(api: Client, opened: Opened, route: Any) -> None:
    headers = {**await opened.key(ADMIN, "admin"), "If-Match": "*", "Content-Type": "application/json"}
    for body in BAD:
        answer = await api.request(route.method, of(route.path, OPEN), headers=headers, data=body)

        status, code = await code_of(answer)
        expected = {400: {"bad_field", "not_json"}, 413: {"unwanted_body"}}
        assert code in expected[status], body
    assert await opened.facts(OPEN) == []


@pytest.mark.parametrize("path", ["answer", "changes", "reject", "rollback"])
async def test_words_are_no_longer_than_a_comment_may_be(api: Client, opened: Opened, path: str) -> None:
    field = "text" if path in {"answer", "changes"} else "why"
    answer = await api.post(
        f"{PREFIX}/integrations/{OPEN}/{path}",
        json={field: "x" * 65_537},
        headers=await opened.key(ADMIN, "admin"),
    )

    assert await code_of(answer) == (400, "bad_field")


async def test_a_second_person_approves_what_they_saw(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)

    answer = await api.post(
        f"{ONE}/approve", json={"head": COMMIT}, headers=await opened.key(DEVELOPER, "write")
    )

    assert answer.status == 202
    assert answer.headers["Location"] == ONE
    assert (await answer.json())["id"] == AT_HAND
    [fact] = await opened.facts()
    assert (fact.type, fact.data["head"]) == ("Approved", COMMIT)
    assert (fact.meta["by"], fact.meta["login"]) == (DEVELOPER.id, "developer")


async def test_id_13_nobody_approves_by_a_key_what_they_asked_for(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)

    answer = await api.post(f"{ONE}/approve", json={"head": COMMIT}, headers=await opened.key(ADA, "write"))

    assert await code_of(answer) == (403, "self_approval")
    assert (await answer.json())["detail"].startswith("You asked for it, so somebody else")
    assert await opened.facts() == []


async def test_an_approval_is_of_the_commit_that_was_seen(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = await opened.key(DEVELOPER, "write")

    unbound = await api.post(f"{ONE}/approve", json={}, headers=key)
    other = await api.post(f"{ONE}/approve", json={"head": "a" * 40}, headers=key)

    assert await code_of(unbound) == (400, "bad_field")
    assert await code_of(other) == (409, "stale_approval")
    assert (await other.json())["possible"] == ["approve", "changes", "reject", "cancel", "budget"]
    assert await opened.facts() == []


@pytest.mark.parametrize(
    ("history", "seen", "expected"),
    [
        (PLANNING, {"plan": PLAN}, (202, "PlanApproved")),
        (PLANNING, {"plan": "a" * 64}, (409, "plan_not_seen")),
        (PLANNING, {"head": COMMIT}, (409, "nothing_waits")),
        (PLANNING, {"installs": []}, (409, "nothing_waits")),
        (UP_FOR_REVIEW, {"plan": PLAN}, (409, "nothing_waits")),
        (UP_FOR_REVIEW, {"installs": ["x"]}, (409, "nothing_waits")),
        (PLANNING, {"plan": PLAN, "head": COMMIT}, (400, "bad_field")),
    ],
    ids=str,
)
async def test_an_approval_opens_the_gate_that_it_names_and_no_other(
    api: Client, opened: Opened, history: Any, seen: Any, expected: tuple[int, str]
) -> None:
    await opened.holds(history)

    answer = await api.post(f"{ONE}/approve", json=seen, headers=await opened.key(DEVELOPER, "write"))

    facts = [each.type for each in await opened.facts()]
    assert (answer.status, facts or [(await code_of(answer))[1]]) == (expected[0], [expected[1]])


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("answer", "nothing_waits"),
        ("deploy", "nothing_waits"),
        ("retry", "cannot_retry"),
        ("rollback", "nothing_to_roll_back"),
    ],
)
async def test_what_moves_nothing_now_says_what_would(
    api: Client, opened: Opened, path: str, code: str
) -> None:
    await opened.holds(UP_FOR_REVIEW)
    body = {"text": "x"} if path == "answer" else {}

    answer = await api.post(f"{ONE}/{path}", json=body, headers=await opened.key(ADMIN, "admin"))

    assert await code_of(answer) == (409, code)
    assert (await answer.json())["possible"] == ["approve", "changes", "reject", "cancel", "budget"]


async def test_a_refusal_is_a_fact_of_the_conversation(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)

    await api.post(f"{ONE}/deploy", headers=await opened.key(ADMIN, "admin"))

    [fact] = await opened.log.read(f"conversation:{SHOP}:3")
    assert (fact.data["command"], fact.data["code"], fact.meta["door"]) == ("deploy", "nothing_waits", "api")


async def test_what_is_frozen_is_locked_and_can_be_stopped(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    scope = Scope(level="repo", id=SHOP, name="acme/shop", installation=9)
    fact = froze(scope, by=ADMIN, why="an audit", until=None)
    await opened.log.append(scope.stream, [fact], after=0, key="f", meta={}, row={}, follow_ups=())
    key = await opened.key(DEVELOPER, "write")

    approved = await api.post(f"{ONE}/approve", json={"head": COMMIT}, headers=key)
    cancelled = await api.post(f"{ONE}/cancel", headers=key)

    assert await code_of(approved) == (423, "frozen")
    assert "an audit" in (await approved.json())["detail"]
    assert cancelled.status == 202


def every(kind: type[Denied]) -> set[type[Denied]]:
    return {kind, *(each for one in kind.__subclasses__() for each in every(one))}


def test_every_refusal_has_its_status() -> None:
    ours = [each for each in every(Denied) if not each.__module__.startswith("bot.domain.slack_")]
    codes = {each.code for each in ours} - {Denied.code}

    assert len(codes) > 20
    assert codes - set(STATUSES) == set()
    assert set(STATUSES) - codes == {"invalid_state_transition", "issue_gone"}


async def test_an_order_that_is_given_again_is_answered_as_it_was(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = {**await opened.key(DEVELOPER, "write"), "Idempotency-Key": '"a-1"'}

    first, again = [await api.post(f"{ONE}/cancel", headers=key) for _ in range(2)]
    bare = await api.post(f"{ONE}/cancel", headers={**key, "Idempotency-Key": "a-1"})

    assert [each.status for each in (first, again, bare)] == [202] * 3
    assert await first.read() == await again.read() == await bare.read()
    assert first.headers["Location"] == again.headers["Location"]
    assert [each.headers.get(AGAIN) for each in (first, again, bare)] == [None, "true", "true"]
    assert [each.type for each in await opened.facts()] == ["CancelRequested"]


async def test_a_refusal_too_is_answered_as_it_was(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = {**await opened.key(ADMIN, "admin"), "Idempotency-Key": "a-1"}

    first = await api.post(f"{ONE}/deploy", headers=key)
    await api.post(f"{ONE}/cancel", headers=await opened.key(ADMIN, "admin"))
    again = await api.post(f"{ONE}/deploy", headers=key)

    assert await code_of(again) == (409, "nothing_waits")
    same = [{**json.loads(await each.text()), "request_id": ""} for each in (first, again)]
    assert same[0] == same[1]


async def test_a_key_names_one_order_of_one_caller(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    mine = {**await opened.key(DEVELOPER, "write"), "Idempotency-Key": "a-1"}
    theirs = {**await opened.key(ADMIN, "admin"), "Idempotency-Key": "a-1"}

    await api.post(f"{ONE}/reject", json={"why": "no"}, headers=mine)
    others = [
        await api.post(f"{ONE}/reject", json={"why": "no, no"}, headers=mine),
        await api.post(f"{ONE}/cancel", headers=mine),
        await api.post(f"{PREFIX}/integrations/{OPEN}/reject", json={"why": "no"}, headers=mine),
    ]
    stranger = await api.post(f"{ONE}/cancel", headers=theirs)

    for each in others:
        assert await code_of(each) == (422, "idempotency_key_reused")
    assert (stranger.status, stranger.headers.get(AGAIN)) == (202, None)


@pytest.mark.parametrize("given", ["", '""', "a b", "x" * 256, "é"])
async def test_a_key_is_one_that_a_header_can_hold(api: Client, opened: Opened, given: str) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = {**await opened.key(DEVELOPER, "write"), "Idempotency-Key": given}

    answer = await api.post(f"{ONE}/cancel", headers=key)

    assert await code_of(answer) == (400, "bad_idempotency_key")


async def test_orders_that_are_given_at_once_are_one(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = {**await opened.key(DEVELOPER, "write"), "Idempotency-Key": "a-1"}

    answers = await asyncio.gather(*(api.post(f"{ONE}/cancel", headers=key) for _ in range(12)))

    statuses = Counter(each.status for each in answers)
    assert set(statuses) <= {202, 409}
    assert sum(each.status == 202 and AGAIN not in each.headers for each in answers) == 1
    waiting = [each for each in answers if each.status == 409]
    assert all([await code_of(each) == (409, "order_under_way") for each in waiting])
    assert all(int(each.headers["Retry-After"]) > 0 for each in waiting)
    assert [each.type for each in await opened.facts()] == ["CancelRequested"]


async def test_who_lost_the_repository_is_not_told_again_what_they_were_told(
    api: Client, opened: Opened
) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = {**await opened.key(DEVELOPER, "write"), "Idempotency-Key": "a-1"}
    await api.post(f"{ONE}/cancel", headers=key)

    opened.github.roles = {}

    assert await code_of(await api.post(f"{ONE}/cancel", headers=key)) == (404, "no_integration")


async def test_what_cannot_be_done_now_is_done_when_it_is_given_again(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = {**await opened.key(DEVELOPER, "write"), "Idempotency-Key": "a-1"}
    opened.github.answers = 1  # whether it may be seen, and no more

    first = await api.post(f"{ONE}/cancel", headers=key)
    opened.github.answers = 99
    again = await api.post(f"{ONE}/cancel", headers=key)

    assert await code_of(first) == (503, "github_unreachable")
    assert (again.status, again.headers.get(AGAIN)) == (202, None)


async def test_a_day_later_the_same_key_names_another_order(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = {**await opened.key(ADMIN, "admin"), "Idempotency-Key": "a-1"}
    await api.post(f"{ONE}/deploy", headers=key)

    opened.clock.moves(hours=23, minutes=59)
    last = await api.post(f"{ONE}/deploy", headers=key)
    opened.clock.moves(minutes=1)
    fresh = {**await opened.key(ADMIN, "admin"), "Idempotency-Key": "a-1"}
    other = await api.post(f"{ONE}/cancel", headers=fresh)

    assert last.headers[AGAIN] == "true"
    assert other.status == 202


async def etag(api: Client, key: Mapping[str, str]) -> str:
    return (await api.get(ONE, headers=key)).headers["ETag"]


async def test_a_budget_is_set_by_whoever_says_what_they_saw(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = await opened.key(ADMIN, "admin")
    seen = await etag(api, key)

    blind = await api.put(ONE, json={"budget_usd": 7.5}, headers=key)
    wrong = await api.put(ONE, json={"budget_usd": 7.5}, headers={**key, "If-Match": '"other"'})
    weak = await api.put(ONE, json={"budget_usd": 7.5}, headers={**key, "If-Match": f"W/{seen}"})
    right = await api.put(ONE, json={"budget_usd": 7.5}, headers={**key, "If-Match": f'"x", {seen}'})
    late = await api.put(ONE, json={"budget_usd": 8}, headers={**key, "If-Match": seen})
    lower = await api.put(ONE, json={"budget_usd": 7.25}, headers={**key, "If-Match": "*"})
    same = await api.put(ONE, json={"budget_usd": 7.5}, headers={**key, "If-Match": "*"})

    assert await code_of(blind) == (428, "precondition_required")
    for each in (wrong, weak, late):
        assert await code_of(each) == (412, "changed_since")
    assert await code_of(lower) == (409, "budget_not_lowered")
    assert (right.status, same.status) == (202, 202)
    [fact] = await opened.facts()
    assert (fact.type, fact.data["micro_usd"]) == ("BudgetRaised", 2_500_000)


async def test_a_title_is_set_seen_and_found(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = await opened.key(DEVELOPER, "write")
    before = await (await api.get(ONE, headers=key)).json()
    seen = await etag(api, key)

    set_to = await api.put(ONE, json={"title": "**Paid** invoices"}, headers={**key, "If-Match": seen})
    late = await api.put(ONE, json={"title": "Other"}, headers={**key, "If-Match": seen})
    same = await api.put(ONE, json={"title": "**Paid** invoices"}, headers={**key, "If-Match": "*"})
    after = await (await api.get(ONE, headers=key)).json()
    found = await api.get(f"{PREFIX}/integrations?q=PAID**%20inv", headers=key)

    assert (before["title"], before["budget_usd"]) == (None, 5.0)
    assert (set_to.status, (await set_to.json())["title"], same.status) == (202, "**Paid** invoices", 202)
    assert await code_of(late) == (412, "changed_since")
    assert (after["title"], after["version"]) == ("**Paid** invoices", before["version"] + 1)
    assert [each["title"] for each in (await found.json())["items"]] == ["**Paid** invoices"]
    [fact] = await opened.facts()
    assert (fact.type, fact.data["title"]) == ("Titled", "**Paid** invoices")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "give `title`, `budget_usd`, `settings`, or several of them"),
        ({"title": "a\u200bb"}, "title: give one line, without what is not seen and without space around it"),
    ],
)
async def test_what_is_no_title_is_told_in_words(
    api: Client, opened: Opened, body: dict[str, str], says: str
) -> None:
    await opened.holds(UP_FOR_REVIEW)

    answer = await api.put(ONE, json=body, headers={**await opened.key(DEVELOPER, "write"), "If-Match": "*"})

    assert (answer.status, (await answer.json())["detail"]) == (400, says)


async def test_money_takes_another_right_than_a_name(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    both, anyhow = {"title": "Paid invoices", "budget_usd": 7.5}, {"If-Match": "*"}
    narrow, wide = await opened.key(ADMIN, "write"), await opened.key(ADMIN, "admin")
    not_theirs = await opened.key(DEVELOPER, "admin")

    refused = [await api.put(ONE, json=both, headers={**each, **anyhow}) for each in (narrow, not_theirs)]
    taken = await api.put(ONE, json=both, headers={**wide, **anyhow})

    assert [await code_of(each) for each in refused] == [(403, "scope_missing"), (403, "not_allowed")]
    shown = await taken.json()
    assert (taken.status, shown["title"], shown["budget_usd"]) == (202, "Paid invoices", 7.5)
    assert [each.type for each in await opened.facts()] == ["BudgetRaised", "Titled"]


async def test_of_two_who_saw_the_same_one_sets_it(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = await opened.key(ADMIN, "admin")
    condition = {**key, "If-Match": await etag(api, key)}

    answers = await asyncio.gather(
        *(api.put(ONE, json={"budget_usd": 6 + n}, headers=condition) for n in range(4))
    )

    assert Counter(each.status for each in answers) == {202: 1, 412: 3}
    assert {(await code_of(each))[1] for each in answers if each.status != 202} == {"changed_since"}
    assert len(await opened.facts()) == 1


async def test_a_condition_that_was_met_is_met_when_the_order_is_given_again(
    api: Client, opened: Opened
) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = await opened.key(ADMIN, "admin")
    condition = {**key, "If-Match": await etag(api, key), "Idempotency-Key": "a-1"}

    first, again = [await api.put(ONE, json={"budget_usd": 9}, headers=condition) for _ in range(2)]

    assert (first.status, again.status) == (202, 202)
    assert await first.read() == await again.read()


@pytest.mark.parametrize(
    ("history", "fact"),
    [(UP_FOR_REVIEW, "CancelRequested"), (ACTIVE, "DeprecationRequested")],
    ids=["at work", "active"],
)
async def test_it_ends_as_its_state_demands(api: Client, opened: Opened, history: Any, fact: str) -> None:
    await opened.holds(history)

    answer = await api.delete(ONE, headers=await opened.key(ADMIN, "admin"))

    assert answer.status == 202
    assert [each.type for each in await opened.facts()] == [fact]


async def test_what_has_ended_does_not_end_again(api: Client, opened: Opened) -> None:
    await opened.holds(failed(*UP_FOR_REVIEW))

    answer = await api.delete(ONE, headers=await opened.key(ADMIN, "admin"))

    assert await code_of(answer) == (409, "nothing_waits")


async def test_an_order_of_a_killed_process_is_held_for_half_a_minute(opened: Opened) -> None:
    answers = ApiAnswers(opened.database, opened.crypto, opened.clock)
    first = await answers.begin("n", "r", holder="killed")

    meanwhile = await answers.begin("n", "r", holder="next")
    opened.clock.moves(seconds=HELD.total_seconds())
    after = await answers.begin("n", "r", holder="next")

    assert (meanwhile.state, meanwhile.wait_seconds) == ("under_way", 30)
    assert (after.state, after.since) == ("new", first.since)
    assert timedelta(seconds=30) == HELD


@pytest.mark.parametrize("path", ["rollback", "deploy"])
async def test_a_developer_does_not_deploy_by_a_key_of_an_administrator(
    api: Client, opened: Opened, path: str
) -> None:
    await opened.holds(ACTIVE if path == "rollback" else DEPLOYING)

    answer = await api.post(f"{ONE}/{path}", headers=await opened.key(DEVELOPER, "admin"))

    assert await code_of(answer) == (403, "not_allowed")


async def test_whoever_means_whatever_there_is_sets_it_also_beside_others(
    api: Client, opened: Opened
) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = {**await opened.key(ADMIN, "admin"), "If-Match": "*"}

    asked = (api.put(ONE, json={"title": f"the title {number}"}, headers=key) for number in range(4))
    answers = await asyncio.gather(*asked)

    assert [each.status for each in answers] == [202] * 4
    assert [each.type for each in await opened.facts()] == ["Titled"] * 4
