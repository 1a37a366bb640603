"""Asking for an integration over the API: the issue that is opened for it, and the one that is named."""

import asyncio
import json
from typing import Any, Final

import pytest

from bot.issue_records import Issue
from bot.web.api_door import PREFIX
from tests.doors.api import Opened
from tests.doors.api_places import ADA, EVE, NAMES, SHOP
from tests.doors.test_api import code_of
from tests.doors.test_api_orders import roles
from tests.doors.webapp import Client
from tests.unit.histories import ADMIN, DEVELOPER, STRANGER, VIEWER

__all__ = ["roles"]
PATH: Final = f"{PREFIX}/integrations"
WISH: Final = {"repository": "acme/shop", "what": "write the ledger\n\nfor @everybody"}


async def asked(api: Client, key: Any, **wish: Any) -> Any:
    return await api.post(PATH, json={**WISH, **wish}, headers=key)


async def test_the_bot_opens_an_issue_in_the_name_of_who_asks(api: Client, opened: Opened) -> None:
    answer = await asked(
        api, await opened.key(DEVELOPER, "write"), base="next", budget_usd=2.5, plan_first=True
    )

    said = await answer.json()
    assert answer.status == 202
    assert answer.headers["Location"] == f"{PATH}/{said['id']}"
    assert (said["state"], said["issue"], said["requested_by"]["login"]) == ("draft", 501, "developer")
    issue = opened.issues.there[501]
    assert issue.title == "write the ledger"
    assert issue.body.startswith(f"<!-- claude-code-bot:asked:{said['id']} -->\n@developer asked for this")
    assert "@everybody" not in issue.body
    [fact] = await opened.facts(said["id"])
    assert fact.type == "IntegrationRequested"
    assert (fact.data["base"], fact.data["micro_usd"], fact.data["plan_first"]) == ("next", 2_500_000, True)
    assert (fact.meta["by"], fact.meta["login"]) == (DEVELOPER.id, "developer")


async def test_what_stands_in_a_named_issue_belongs_to_it_with_who_wrote_it(
    api: Client, opened: Opened
) -> None:
    opened.issues.there[12] = Issue(title="ERP", body="Please.", author=STRANGER)

    answer = await asked(api, await opened.key(DEVELOPER, "write"), issue=12)

    said = await answer.json()
    [fact] = await opened.facts(said["id"])
    kept = json.loads(await opened.world().blobs.get(SHOP, fact.data["request"]))
    assert kept == {
        "request": "write the ledger\n\nfor @everybody",
        "issue_title": "ERP",
        "issue_body": "Please.",
        "issue_author": [STRANGER.id, "stranger"],
    }
    assert (said["issue"], opened.issues.opened) == (12, [])


async def test_an_issue_that_is_not_there_is_told_so(api: Client, opened: Opened) -> None:
    answer = await asked(api, await opened.key(DEVELOPER, "write"), issue=12)

    assert await code_of(answer) == (404, "issue_gone")


@pytest.mark.parametrize("repository", ["acme/hidden", "other/foreign", "acme/nothing", "acme/none.such"])
async def test_web_13_a_repository_that_one_may_not_see_is_not_there(
    api: Client, opened: Opened, repository: str
) -> None:
    for person in (DEVELOPER, EVE):
        answer = await asked(api, await opened.key(person, "admin"), repository=repository)
        assert await code_of(answer) == (404, "no_repository")
    assert opened.issues.opened == []


async def test_id_01_no_issue_is_opened_for_who_may_not_ask(api: Client, opened: Opened) -> None:
    assert set(NAMES) > {SHOP}
    answer = await asked(api, await opened.key(VIEWER, "admin"))

    assert await code_of(answer) == (403, "not_allowed")
    assert opened.issues.opened == []


async def test_what_is_asked_for_already_is_not_opened_again(api: Client, opened: Opened) -> None:
    await asked(api, await opened.key(DEVELOPER, "write"))

    twice = await asked(api, await opened.key(ADMIN, "admin"))
    anyway = await asked(api, await opened.key(ADMIN, "admin"), anyway=True)

    assert await code_of(twice) == (409, "asked_already")
    assert anyway.status == 202
    assert opened.issues.opened == [501, 502]


async def test_f18_who_asks_again_with_the_key_asks_once(api: Client, opened: Opened) -> None:
    key = {**await opened.key(DEVELOPER, "write"), "Idempotency-Key": "a-1"}

    answers = [await asked(api, key) for _ in range(3)]
    many = await asyncio.gather(*(asked(api, {**key, "Idempotency-Key": "a-2"}, anyway=True) for _ in "1234"))

    assert [each.status for each in answers] == [202] * 3
    assert len({await each.text() for each in answers}) == 1
    assert {each.status for each in many} <= {202, 409}
    assert opened.issues.opened == [501, 502]


@pytest.mark.parametrize("is_noted", [True, False], ids=["noted", "not noted"])
async def test_f18_an_issue_that_was_opened_before_it_broke_off_is_taken(
    api: Client, opened: Opened, *, is_noted: bool
) -> None:
    key = {**await opened.key(DEVELOPER, "write"), "Idempotency-Key": "a-1"}
    opened.github.answers = 2  # whether it may be read, and asked for; not once more when it is taken

    first = await asked(api, key)
    opened.github.answers = 99
    if not is_noted:
        await opened.forgets_what_was_made()
    again = await asked(api, key)

    assert await code_of(first) == (503, "github_unreachable")
    assert (again.status, (await again.json())["issue"]) == (202, 501)
    assert opened.issues.opened == [501]


async def test_id_13_who_asked_by_a_key_is_the_requester(api: Client, opened: Opened) -> None:
    said = await (await asked(api, await opened.key(ADA, "write"))).json()

    assert said["requested_by"] == {"id": ADA.id, "login": "ada"}
