"""Keys over the API: who sees, makes and revokes which, and what is told of it."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import pytest

from bot.domain.key_facts import stream_of
from bot.domain.key_rights import LATELY, MOST_KEYS, MOST_LATELY
from bot.infrastructure.api_keys import ApiKeys
from bot.web.api_door import PREFIX
from tests.doors.api import Opened
from tests.doors.api_places import ADA, EVE, OURS, SHOP, THEIRS
from tests.doors.test_api import code_of
from tests.doors.test_tokens import bearer, granted
from tests.doors.webapp import Client, Connect

KEYS: Final = f"{PREFIX}/keys"
NO_SUCH: Final = "000000000000"
GITHUB: Final = {(SHOP, ADA.id): "write"}


def id_of(opened: Opened, whose: str) -> str:
    return opened.texts[whose].split("_")[1]


async def listed(api: Client, headers: Mapping[str, str], **query: str) -> list[str]:
    answer = await api.get(KEYS, params=query, headers=headers)
    assert answer.status == 200, await answer.text()
    return [it["id"] for it in (await answer.json())["items"]]


async def make(api: Client, headers: Mapping[str, str], **asked: Any) -> Any:
    return await api.post(KEYS, json=asked, headers=headers)


async def facts(opened: Opened, installation: int = OURS) -> list[tuple[str, str, Any]]:
    return [
        (it.type, it.data["key"], it.meta["login"]) for it in await opened.log.read(stream_of(installation))
    ]


async def test_one_sees_the_keys_of_ones_own_and_none_itself(api: Client, opened: Opened) -> None:
    answer = await api.get(KEYS, headers=opened.bearer())
    said = await answer.json()

    own = {
        id_of(opened, whose) for whose in ("reader", "admin", "manager", "scopeless", "expired", "revoked")
    }
    assert {it["id"] for it in said["items"]} == own
    assert {it["person"]["login"] for it in said["items"]} == {"ada"}
    assert [text for text in opened.texts.values() if text.rpartition("_")[2] in await answer.text()] == []
    assert await listed(api, opened.bearer("eve")) == [id_of(opened, "eve")]
    assert await listed(api, opened.bearer("foreign")) == [id_of(opened, "foreign")]


async def test_a_list_of_keys_is_gone_through_page_by_page(api: Client, opened: Opened) -> None:
    whole = await listed(api, opened.bearer())
    found: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = await (await api.get(KEYS, params=query, headers=opened.bearer())).json()
        found += [it["id"] for it in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert found == whole
    other = await api.get(KEYS, params=query | {"whose": "own"}, headers=opened.bearer("admin"))
    assert await code_of(other) == (400, "bad_cursor")


async def test_an_owner_of_the_account_sees_everybodys_of_the_installation(
    api: Client, opened: Opened
) -> None:
    opened.github.owners = {(OURS, ADA.id)}

    found = await listed(api, opened.bearer("manager"), whose="everybodys")

    assert id_of(opened, "eve") in found
    assert id_of(opened, "foreign") not in found


async def test_id_01_everybodys_keys_are_for_owners_with_the_scope_asked_at_that_moment(
    api: Client, opened: Opened
) -> None:
    async def asked(whose: str) -> tuple[int, str]:
        return await code_of(
            await api.get(KEYS, params={"whose": "everybodys"}, headers=opened.bearer(whose))
        )

    assert await asked("manager") == (403, "not_owner")
    opened.github.owners = {(OURS, ADA.id), (THEIRS, ADA.id)}
    assert await asked("reader") == (403, "scope_missing")
    opened.github.owners = {(THEIRS, ADA.id), (OURS, EVE.id)}
    assert await asked("manager") == (403, "not_owner")
    opened.github.is_blind = True
    assert await asked("manager") == (403, "not_owner")
    opened.github.roles = None
    assert await asked("manager") == (503, "github_unreachable")


async def test_a_key_is_made_shown_once_told_of_and_counts(api: Client, opened: Opened) -> None:
    opened.github.roles = GITHUB

    answer = await make(api, opened.bearer("admin"), scopes=["write"], days=7)
    said = await answer.json()

    assert answer.status == 201
    assert said["permissions"] == ["integration:approve", "integration:read", "integration:write"]
    assert said["expires_at"] == "2026-01-08T12:00:00Z"
    assert said["person"] == {"id": ADA.id, "login": "ada"}
    new = {"Authorization": f"Bearer {said['key']}"}
    assert (await (await api.get(f"{PREFIX}/me", headers=new)).json())["key"]["id"] == said["id"]
    assert said["key"].split("_")[1] == said["id"]
    assert await facts(opened) == [("KeyMade", said["id"], "ada")]
    [fact] = await opened.log.read(stream_of(OURS))
    assert fact.data["by_key"] == id_of(opened, "admin")
    assert said["key"].rpartition("_")[2] not in repr(fact)
    assert await opened.log.verify() is None


async def test_without_a_word_it_is_a_reader_for_as_long_as_what_it_was_asked_with(
    api: Client, opened: Opened
) -> None:
    reader = await (await api.get(f"{PREFIX}/me", headers=opened.bearer())).json()

    said = await (await make(api, opened.bearer())).json()

    assert (said["permissions"], said["expires_at"]) == (["integration:read"], reader["expires_at"])


@pytest.mark.parametrize(
    ("whose", "asked", "roles"),
    [
        ("reader", {"scopes": ["write"]}, GITHUB),
        ("reader", {"scopes": ["read", "budget:manage"]}, GITHUB),
        ("reader", {"days": 366}, GITHUB),
        ("admin", {"scopes": ["admin"]}, GITHUB),
        ("admin", {"scopes": ["write"]}, {(SHOP, ADA.id): "read"}),
        ("admin", {"scopes": ["read"]}, {}),
        ("admin", {"scopes": ["key:manage"]}, {(SHOP, ADA.id): "admin"}),
        ("admin", {"scopes": ["user:manage"]}, {(SHOP, ADA.id): "maintain"}),
        ("eve", {}, GITHUB),
        ("scopeless", {}, GITHUB),
    ],
    ids=str,
)
async def test_web_21_nobody_makes_a_key_of_more_than_they_have(
    api: Client, opened: Opened, whose: str, asked: dict[str, Any], roles: dict[tuple[int, int], str]
) -> None:
    opened.github.roles = roles
    before = await listed(api, opened.bearer(whose))

    answer = await make(api, opened.bearer(whose), **asked)

    assert await code_of(answer) == (403, "beyond_own")
    assert await listed(api, opened.bearer(whose)) == before
    assert await facts(opened) == []


async def test_an_owner_may_have_a_key_that_manages(api: Client, opened: Opened) -> None:
    opened.github.roles, opened.github.owners = {}, {(OURS, ADA.id)}

    answer = await make(api, opened.bearer("admin"), scopes=["key:manage", "user:manage"])

    assert (answer.status, (await answer.json())["permissions"]) == (201, ["key:manage", "user:manage"])


async def test_where_github_cannot_be_asked_no_key_is_made(api: Client, opened: Opened) -> None:
    opened.github.roles = None

    answer = await make(api, opened.bearer("admin"))

    assert await code_of(answer) == (503, "github_unreachable")
    assert await facts(opened) == []


async def test_where_github_will_not_say_anything_of_the_repository_no_key_is_made(
    api: Client, opened: Opened
) -> None:
    opened.github.gone = {SHOP}

    assert await code_of(await make(api, opened.bearer("admin"))) == (403, "beyond_own")


@pytest.mark.parametrize(
    "asked",
    [
        {"scopes": []},
        {"scopes": ["root"]},
        {"scopes": "read"},
        {"scopes": [1]},
        {"days": 0},
        {"days": 367},
        {"days": "7"},
        {"days": 1.5},
        {"person": 66},
        {"installation_id": 10},
        {"scopes": ["read"] * 21},
    ],
    ids=str,
)
async def test_web_15_what_cannot_be_a_key_is_refused(
    api: Client, opened: Opened, asked: dict[str, Any]
) -> None:
    assert await code_of(await make(api, opened.bearer("admin"), **asked)) == (400, "bad_field")


async def test_a_key_made_with_a_token_outlasts_neither_it_nor_its_key(api: Client, opened: Opened) -> None:
    said = await granted(api, opened)

    longer = await make(api, bearer(said), days=31)
    as_long = await (await make(api, bearer(said))).json()

    assert await code_of(longer) == (403, "beyond_own")
    assert as_long["expires_at"] == "2026-01-31T10:20:00Z"


async def test_web_11_a_key_of_ones_own_is_revoked_at_once_and_again_without_a_word(
    api: Client, opened: Opened
) -> None:
    path = f"{KEYS}/{id_of(opened, 'manager')}"

    first, again = [await api.delete(path, headers=opened.bearer()) for _ in range(2)]

    assert (first.status, again.status, await first.read()) == (204, 204, b"")
    used = await api.get(f"{PREFIX}/me", headers=opened.bearer("manager"))
    assert await code_of(used) == (401, "key_revoked")
    assert await facts(opened) == [("KeyRevoked", id_of(opened, "manager"), "ada")]


async def test_web_11_with_a_key_goes_what_was_made_with_it_and_with_a_token_of_that(
    api: Client, opened: Opened
) -> None:
    first = await (await make(api, opened.bearer())).json()
    shown = {"Authorization": f"Bearer {first['key']}"}
    form = {"grant_type": "api_key", "api_key": first["key"]}
    token = await (await api.post("/auth/token", data=form)).json()
    second = await (await make(api, bearer(token))).json()
    third = await (await make(api, {"Authorization": f"Bearer {second['key']}"}, days=1)).json()
    listed = (await (await api.get(KEYS, headers=opened.bearer())).json())["items"]

    answer = await api.delete(f"{KEYS}/{first['id']}", headers=opened.bearer())

    makers = {each["id"]: each["made_by"] for each in listed}
    assert answer.status == 204
    assert [makers[each["id"]] for each in (third, second, first)] == [
        *(second["id"], first["id"]),
        id_of(opened, "reader"),
    ]
    for each in (shown, bearer(token), *({"Authorization": f"Bearer {it['key']}"} for it in (second, third))):
        assert (await api.get(f"{PREFIX}/me", headers=each)).status == 401
    assert (await api.get(f"{PREFIX}/me", headers=opened.bearer())).status == 200
    gone = [it for it in await opened.log.read(stream_of(OURS)) if it.type == "KeyRevoked"]
    assert [(it.data["key"], it.data.get("along_with")) for it in gone] == [
        (first["id"], None),
        (second["id"], first["id"]),
        (third["id"], first["id"]),
    ]


@pytest.mark.parametrize("whose", ["reader", "manager", "eve"])
@pytest.mark.parametrize("reaches", [True, False])
async def test_web_13_whether_there_is_a_key_of_anothers_is_not_told(
    api: Client, opened: Opened, whose: str, *, reaches: bool
) -> None:
    opened.github.roles = GITHUB if reaches else None
    others = {"reader": ("eve", "foreign"), "manager": ("eve", "foreign"), "eve": ("reader", "foreign")}
    paths = [*(id_of(opened, each) for each in others[whose]), NO_SUCH]

    answers = [await api.delete(f"{KEYS}/{each}", headers=opened.bearer(whose)) for each in paths]

    said = [{**(await answer.json()), "request_id": ""} for answer in answers]
    assert said[0] == said[1] == said[2]
    assert said[0]["status"] == ((404 if whose != "manager" else 403) if reaches else said[0]["status"])
    assert {answer.status for answer in answers} <= {403, 404, 503}
    assert await facts(opened) == []


async def test_an_owner_revokes_anybodys_of_the_installation_and_nobody_elses(
    api: Client, opened: Opened
) -> None:
    opened.github.owners = {(OURS, ADA.id), (THEIRS, ADA.id)}
    manager = opened.bearer("manager")

    theirs = await api.delete(f"{KEYS}/{id_of(opened, 'eve')}", headers=manager)
    elsewhere = await api.delete(f"{KEYS}/{id_of(opened, 'foreign')}", headers=manager)

    assert theirs.status == 204
    assert await code_of(elsewhere) == (404, "no_such_key")
    assert await code_of(await api.get(f"{PREFIX}/me", headers=opened.bearer("eve"))) == (401, "key_revoked")
    assert await facts(opened) == [("KeyRevoked", id_of(opened, "eve"), "ada")]
    assert await facts(opened, THEIRS) == []


@pytest.mark.parametrize("key", ["short", "x" * 13, "%00" * 12, "ccb_00000000"])
async def test_what_is_no_id_of_a_key_has_no_address(api: Client, opened: Opened, key: str) -> None:
    answer = await api.delete(f"{KEYS}/{key}", headers=opened.bearer())

    assert answer.status in {400, 404}


async def test_web_12_without_a_key_nothing_is_made_or_revoked(api: Client, opened: Opened) -> None:
    answers = [await api.post(KEYS, json={}), await api.delete(f"{KEYS}/{id_of(opened, 'reader')}")]

    assert [await code_of(each) for each in answers] == [(401, "no_key")] * 2
    assert await facts(opened) == []


async def test_web_10_what_a_wide_token_was_answered_is_not_told_to_a_narrow_one_of_the_same_key(
    api: Client, opened: Opened
) -> None:
    opened.github.roles = GITHUB
    once = {"Idempotency-Key": "a-1"}
    wide, narrow = await granted(api, opened, "admin"), await granted(api, opened, "admin", scope="read")

    first = await make(api, {**bearer(wide), **once}, scopes=["write"], days=7)
    other = await make(api, {**bearer(narrow), **once}, scopes=["write"], days=7)
    again = await make(api, {**bearer(wide), **once}, scopes=["write"], days=7)

    assert await code_of(other) == (422, "idempotency_key_reused")
    assert (first.status, await first.read()) == (201, await again.read())


async def test_web_16_nobody_has_more_quotas_by_ever_more_keys(api: Client, opened: Opened) -> None:
    opened.github.roles = GITHUB
    there = await ApiKeys(opened.database, opened.crypto).counting(OURS, ADA.id, opened.clock.now())
    answers = [await make(api, opened.bearer("admin"), days=1) for _ in range(MOST_KEYS - there)]

    full = await make(api, opened.bearer("admin"), days=1)
    by_the_new = {"Authorization": f"Bearer {(await answers[-1].json())['key']}"}
    still_full = await make(api, by_the_new)
    await api.delete(f"{KEYS}/{(await answers[0].json())['id']}", headers=opened.bearer("admin"))
    another = await make(api, opened.bearer("admin"), days=1)

    assert {each.status for each in answers} == {201}
    assert await code_of(full) == await code_of(still_full) == (409, "too_many_keys")
    assert another.status == 201


async def test_web_16_nor_by_asking_for_them_all_at_once(api: Client, opened: Opened) -> None:
    opened.github.roles, keys = GITHUB, ApiKeys(opened.database, opened.crypto)
    there = await keys.counting(OURS, ADA.id, opened.clock.now())

    answers = await asyncio.gather(
        *(make(api, opened.bearer("admin"), days=1) for _ in range(MOST_KEYS + 10))
    )

    assert [each.status for each in answers].count(201) == MOST_KEYS - there
    assert await keys.counting(OURS, ADA.id, opened.clock.now()) == MOST_KEYS


async def test_web_16_nor_by_asking_several_processes_at_once(
    opened: Opened, aiohttp_client: Connect
) -> None:
    opened.github.roles, keys = GITHUB, ApiKeys(opened.database, opened.crypto)
    there = await keys.counting(OURS, ADA.id, opened.clock.now())
    several = [await opened.served(aiohttp_client) for _ in range(4)]

    answers = await asyncio.gather(*(make(each, opened.bearer("admin"), days=1) for each in several * 6))

    refused = [await code_of(each) for each in answers if each.status != 201]
    assert len(answers) - len(refused) == MOST_KEYS - there
    assert {*refused} == {(409, "too_many_keys")}
    assert await keys.counting(OURS, ADA.id, opened.clock.now()) == MOST_KEYS
    facts = Counter(fact.type for fact in await opened.log.read(stream_of(OURS)))
    assert facts["KeyMade"] - facts["KeyRevoked"] == MOST_KEYS - there


async def test_web_16_nor_by_keys_that_are_revoked_once_they_are_used_up(api: Client, opened: Opened) -> None:
    opened.github.roles, by_hand = GITHUB, opened.bearer("admin")
    there = await ApiKeys(opened.database, opened.crypto).counting(OURS, ADA.id, opened.clock.now())

    for _ in range(MOST_LATELY - there):
        made = await (await make(api, by_hand, days=1)).json()
        await api.delete(f"{KEYS}/{made['id']}", headers=by_hand)
    one_more = await make(api, by_hand, days=1)
    opened.clock.time += LATELY
    after_the_hour = await make(api, by_hand, days=1)

    assert await code_of(one_more) == (409, "too_many_keys")
    assert after_the_hour.status == 201
