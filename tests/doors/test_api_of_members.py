"""Members over the API: who was seen in an installation, for those who own its account."""

from typing import Any, Final

import pytest

from bot.application.slack_linking import link, offered
from bot.infrastructure.api_keys import ApiKeys
from bot.slack_link_records import SlackUser
from bot.web.api_door import PREFIX
from tests.doors.api import Kept, Opened
from tests.doors.api_places import ADA, EVE, HIDDEN, OURS, SHOP, THEIRS
from tests.doors.test_api import code_of
from tests.doors.webapp import Client

MEMBERS: Final = f"{PREFIX}/members"


async def listed(api: Client, opened: Opened, **query: str) -> Any:
    answer = await api.get(MEMBERS, params=query, headers=opened.bearer("manager"))
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def test_an_owner_sees_who_was_seen_in_the_installation_and_what_they_are(
    api: Client, opened: Opened
) -> None:
    opened.github.owners = {(OURS, ADA.id)}
    opened.github.roles = {(SHOP, ADA.id): "maintain", (HIDDEN, ADA.id): "custom", (SHOP, EVE.id): "triage"}

    said = await listed(api, opened)

    def roles(person: int) -> dict[str, str | None]:
        [member] = [it for it in said["items"] if it["person"]["id"] == person]
        return {it["repository"]["full_name"]: it["role"] for it in member["roles"]}

    assert [(it["person"]["login"], it["keys"]) for it in said["items"]] == [("ada", 4), ("eve", 1)]
    assert roles(ADA.id) == {"acme/shop": "admin", "acme/hidden": None}
    assert roles(EVE.id) == {"acme/shop": "viewer", "acme/hidden": None}
    assert said["next_cursor"] is None


class Anything:
    """Everything is new."""

    async def use_up(self, text: str, at: object) -> bool:
        return True


async def test_sl_10_an_owner_sees_which_slack_accounts_act_as_whom(api: Client, opened: Opened) -> None:
    opened.github.owners = {(OURS, ADA.id)}
    user = SlackUser(team="T1", id="U1", enterprise="E1")
    ticket = offered(user, name="alice", workspace="acme", at=opened.clock.now())
    await link(ticket, ADA, kept=Kept(log=opened.log, clock=opened.clock), used=Anything())

    said = await listed(api, opened)

    accounts = {it["person"]["login"]: it["slack"] for it in said["items"]}
    assert accounts == {
        "ada": [
            {
                "enterprise": "E1",
                "team": "T1",
                "user": "U1",
                "name": "alice",
                "workspace": "acme",
                "linked_at": accounts["ada"][0]["linked_at"],
            }
        ],
        "eve": [],
    }


async def test_members_are_gone_through_page_by_page(api: Client, opened: Opened) -> None:
    opened.github.owners = {(OURS, ADA.id)}

    first = await listed(api, opened, limit="1")
    rest = await listed(api, opened, limit="1", cursor=first["next_cursor"])

    assert [it["person"]["login"] for it in (*first["items"], *rest["items"])] == ["ada", "eve"]
    assert rest["next_cursor"] is None


async def test_a_key_that_is_revoked_is_counted_no_more_and_its_person_is_still_known(
    api: Client, opened: Opened
) -> None:
    opened.github.owners = {(OURS, ADA.id)}
    await ApiKeys(opened.database, opened.crypto).revoke(
        opened.texts["eve"].split("_")[1], opened.clock.now()
    )

    said = await listed(api, opened)

    assert [(it["person"]["login"], it["keys"]) for it in said["items"]] == [("ada", 4), ("eve", 0)]


async def test_what_github_will_not_say_is_nothing(api: Client, opened: Opened) -> None:
    opened.github.owners, opened.github.gone = {(OURS, ADA.id)}, {SHOP}

    said = await listed(api, opened)

    assert {it["role"] for member in said["items"] for it in member["roles"]} == {None}


async def test_id_01_members_are_shown_to_owners_with_the_scope_asked_at_that_moment(
    api: Client, opened: Opened
) -> None:
    async def asked(whose: str) -> tuple[int, str]:
        return await code_of(await api.get(MEMBERS, headers=opened.bearer(whose)))

    opened.github.owners = {(OURS, ADA.id), (OURS, EVE.id)}
    assert [await asked(whose) for whose in ("reader", "eve", "scopeless")] == [(403, "scope_missing")] * 3
    opened.github.owners = {(THEIRS, ADA.id)}
    assert await asked("manager") == (403, "not_owner")
    opened.github.roles = None
    assert await asked("manager") == (503, "github_unreachable")


@pytest.mark.parametrize("query", ["limit=0", "limit=11", "installation_id=10", "cursor=x"])
async def test_web_15_what_the_list_of_members_cannot_take_is_refused(
    api: Client, opened: Opened, query: str
) -> None:
    opened.github.owners = {(OURS, ADA.id)}

    answer = await api.get(f"{MEMBERS}?{query}", headers=opened.bearer("manager"))

    assert answer.status == 400
