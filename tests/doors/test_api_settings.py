"""What is set for one integration alone over the API: with what was seen, whole or not at all, and told."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.doors.api import Opened
from tests.doors.test_api import code_of
from tests.doors.test_api_orders import ONE, etag, roles
from tests.doors.webapp import Client
from tests.unit.histories import ACTIVE, ADMIN, DEVELOPER, TAKEN_UP, UP_FOR_REVIEW, VIEWER, failed

__all__ = ["roles"]

UNSET: Final = dict.fromkeys((
    *("plan_first", "approvals", "test_remarks", "update", "reviewers", "labels", "reminders"),
))
EVERY: Final = {
    "plan_first": True,
    "approvals": 2,
    "test_remarks": "refuse",
    "update": True,
    "reviewers": ["@ann", "@acme/erp"],
    "labels": ["erp", "a bug"],
    "reminders": False,
}


async def test_settings_are_set_seen_and_kept_as_facts(api: Client, opened: Opened) -> None:
    await opened.holds(TAKEN_UP)
    key = await opened.key(DEVELOPER, "write")
    before = await (await api.get(ONE, headers=key)).json()
    seen = await etag(api, key)

    blind = await api.put(ONE, json={"settings": EVERY}, headers=key)
    taken = await api.put(ONE, json={"settings": EVERY}, headers={**key, "If-Match": seen})
    late = await api.put(ONE, json={"settings": {"labels": []}}, headers={**key, "If-Match": seen})
    as_told = (await taken.json())["settings"]
    same = await api.put(ONE, json={"settings": as_told}, headers={**key, "If-Match": await etag(api, key)})
    after = await (await api.get(ONE, headers=key)).json()
    listed = await (await api.get(ONE.rpartition("/")[0], headers=key)).json()

    assert before["settings"] is None
    assert await code_of(blind) == (428, "precondition_required")
    assert (taken.status, as_told) == (202, EVERY)
    assert await code_of(late) == (412, "changed_since")
    assert (same.status, after["settings"], after["version"]) == (202, EVERY, before["version"] + 1)
    assert EVERY in [each["settings"] for each in listed["items"]]
    [fact] = await opened.facts()
    assert (fact.type, fact.data["own"]) == ("Adjusted", EVERY)


async def test_what_is_set_is_told_with_the_events_and_as_it_was(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = await opened.key(DEVELOPER, "write")
    early = (await (await api.get(f"{ONE}/events", headers=key)).json())["items"][-1]["at"]

    opened.clock.moves(seconds=1)
    set_so = {"approvals": 2, "reviewers": "none"}
    await api.put(ONE, json={"settings": set_so}, headers={**key, "If-Match": "*"})

    last = (await (await api.get(f"{ONE}/events?limit=100", headers=key)).json())["items"][-1]
    then = await api.get(f"{ONE}?at={early}", headers=key)
    now = await api.get(f"{ONE}?at=2999-01-01T00:00:00Z", headers=key)
    settings = {**UNSET, "approvals": 2, "reviewers": "none"}
    assert (last["type"], last["data"]["settings"]) == ("Adjusted", settings)
    assert last["summary"].startswith("@developer set for this integration alone: `approvals` `2`")
    assert (await then.json())["settings"] is None
    assert (await now.json())["settings"] == settings


async def test_whatever_may_be_set_can_be_told(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = await opened.key(DEVELOPER, "write")
    longest = {"reviewers": ["a" * 140], "labels": ["b" * 50]}

    put = await api.put(ONE, json={"settings": longest}, headers={**key, "If-Match": "*"})
    one = await api.get(ONE, headers=key)
    listed = await api.get(ONE.rpartition("/")[0], headers=key)

    assert (put.status, one.status, listed.status) == (202, 200, 200)
    assert (await one.json())["settings"]["reviewers"] == [f"@{'a' * 140}"]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"approvals": 0}, "settings.approvals: Input should be greater than or equal to 1"),
        ({"approvals": True}, "settings.approvals: Input should be a valid integer"),
        ({"tester": "checks"}, "settings.tester: Extra inputs are not permitted"),
        ({"reviewers": ["two words"]}, "settings.reviewers"),
        ({"labels": ["a\nb"]}, "settings.labels"),
        ({"plan_first": "yes"}, "settings.plan_first: Input should be a valid boolean"),
    ],
)
async def test_what_is_no_setting_is_refused(
    api: Client, opened: Opened, settings: Mapping[str, Any], says: str
) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = {**await opened.key(ADMIN, "admin"), "If-Match": "*"}

    answer = await api.put(ONE, json={"settings": settings}, headers=key)

    assert answer.status == 400
    assert (await answer.json())["detail"].startswith(says)
    assert await opened.facts() == []


async def test_what_would_weaken_it_or_comes_too_late_says_why(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    key = {**await opened.key(ADMIN, "admin"), "If-Match": "*"}
    await api.put(ONE, json={"settings": {"approvals": 3}}, headers=key)

    lower = await api.put(ONE, json={"title": "x", "settings": {"approvals": 2}}, headers=key)
    late = await api.put(ONE, json={"settings": {"plan_first": True}}, headers=key)

    assert await code_of(lower) == await code_of(late) == (409, "not_settable")
    assert "`3` holds for this one already" in (await lower.json())["detail"]
    assert "`plan_first` comes too late" in (await late.json())["detail"]
    assert [each.type for each in await opened.facts()] == ["Adjusted"]


async def test_who_may_not_write_sets_nothing(api: Client, opened: Opened) -> None:
    await opened.holds(UP_FOR_REVIEW)
    theirs, narrow = await opened.key(VIEWER, "write"), await opened.key(DEVELOPER, "read")

    answers = [
        await api.put(ONE, json={"settings": {"labels": ["a"]}}, headers={**each, "If-Match": "*"})
        for each in (theirs, narrow)
    ]

    assert [await code_of(each) for each in answers] == [(403, "not_allowed"), (403, "scope_missing")]


@pytest.mark.parametrize("history", [ACTIVE, failed(*UP_FOR_REVIEW), UP_FOR_REVIEW])
async def test_a_budget_that_is_said_again_as_it_is_stands_in_nobodys_way(
    api: Client, opened: Opened, history: Any
) -> None:
    await opened.holds(history)
    key = await opened.key(DEVELOPER, "write")
    budget = (await (await api.get(ONE, headers=key)).json())["budget_usd"]

    both = {"title": "Paid invoices", "budget_usd": budget}
    taken = await api.put(ONE, json=both, headers={**key, "If-Match": await etag(api, key)})
    alone = await api.put(ONE, json={"budget_usd": budget}, headers={**key, "If-Match": "*"})
    stale = await api.put(ONE, json={"budget_usd": budget}, headers={**key, "If-Match": '"other"'})

    assert (taken.status, alone.status) == (202, 202)
    assert await code_of(stale) == (412, "changed_since")
    assert [each.type for each in await opened.facts()] == ["Titled"]


async def test_what_has_ended_is_given_no_other_budget(api: Client, opened: Opened) -> None:
    await opened.holds(ACTIVE)
    key = {**await opened.key(ADMIN, "admin"), "If-Match": "*"}

    more = await api.put(ONE, json={"title": "x", "budget_usd": 9}, headers=key)
    less = await api.put(ONE, json={"title": "x", "budget_usd": 1}, headers=key)

    assert await code_of(more) == (409, "nothing_waits")
    assert await code_of(less) == (409, "budget_not_lowered")
    assert await opened.facts() == []
