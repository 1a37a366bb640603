"""The API: who gets in, what they see, and what every answer carries."""

import asyncio
import json
import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import pytest
from aiohttp import ClientPayloadError
from structlog.testing import capture_logs

from bot.domain.policy import Permission
from bot.infrastructure.api_keys import ApiKeys
from bot.web.api import ROUTES
from bot.web.api_door import PREFIX
from tests.doors.api import Opened
from tests.doors.api_filled import ask_for
from tests.doors.api_places import HIDDEN, NO_SUCH, OPEN, OURS, OURS_HIDDEN, SECOND, SHOP, THEIR_OWN
from tests.doors.webapp import NOON, Client, Connect

QUESTIONS: Final = [
    route
    for route in ROUTES
    if route.method == "GET" and not route.is_stream and "{delivery}" not in route.path
]
EVERY: Final = [PREFIX + route.path for route in QUESTIONS]
LOCKED: Final = [PREFIX + route.path for route in QUESTIONS if not route.right.is_open]
READS: Final = {
    PREFIX + it.path: it.right.needs for it in QUESTIONS if it.right.needs not in {None, Permission.BUDGET}
}
READERS: Final = [PREFIX + it.path for it in QUESTIONS if it.right.needs in {None, Permission.READ}]
OF_ONE: Final = [path for path in EVERY if "{id}" in path]
REFUSED: Final = {
    "malformed": "key_malformed",
    "mistyped": "key_mistyped",
    "unknown": "key_unknown",
    "forged": "key_unknown",
    "expired": "key_expired",
    "revoked": "key_revoked",
}


def of(path: str, integration_id: str = OPEN) -> str:
    return path.replace("{id}", integration_id)


async def code_of(answer: Any) -> tuple[int, str]:
    """The status, and the stable name of what is wrong."""
    assert answer.content_type == "application/problem+json"
    said = await answer.json()
    assert said["request_id"] == answer.headers["X-Request-Id"]
    assert said["status"] == answer.status
    assert said["detail"]
    return answer.status, said["type"].removeprefix("urn:problem:")


@pytest.mark.parametrize("path", LOCKED)
async def test_without_a_key_nothing_is_answered(api: Client, path: str) -> None:
    answer = await api.get(of(path))

    assert await code_of(answer) == (401, "no_key")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize("whose", REFUSED)
@pytest.mark.parametrize("path", LOCKED)
async def test_web_12_a_key_that_does_not_count_opens_nothing(
    api: Client, opened: Opened, path: str, whose: str
) -> None:
    answer = await api.get(of(path), headers=opened.bearer(whose))

    assert await code_of(answer) == (401, REFUSED[whose])
    assert answer.headers["WWW-Authenticate"].endswith('error="invalid_token"')
    assert opened.texts[whose] not in await answer.text()


@pytest.mark.parametrize(
    "header",
    ["Basic YTpi", "Bearer", "Bearer ", "bearer", "{key}", "Bearer {key} x", "Bearer  {key}", "\xff" * 9],
)
async def test_any_other_header_is_no_key(api: Client, opened: Opened, header: str) -> None:
    shown = header.replace("{key}", opened.texts["reader"])

    answer = await api.get(f"{PREFIX}/me", headers={"Authorization": shown})

    assert await code_of(answer) == (401, "key_malformed")


async def test_two_keys_at_once_are_none(api: Client, opened: Opened) -> None:
    both = [("Authorization", f"Bearer {opened.texts[whose]}") for whose in ("reader", "admin")]

    assert await code_of(await api.get(f"{PREFIX}/me", headers=both)) == (401, "key_malformed")


@pytest.mark.parametrize(("path", "needs"), READS.items())
async def test_a_key_without_the_scope_is_told_so(
    api: Client, opened: Opened, path: str, needs: Permission
) -> None:
    answers = [await api.get(of(path, each), headers=opened.bearer("scopeless")) for each in (OPEN, NO_SUCH)]

    assert [await code_of(answer) for answer in answers] == [(403, "scope_missing")] * 2
    assert f'error="insufficient_scope", scope="{needs}"' in answers[0].headers["WWW-Authenticate"]


@pytest.mark.parametrize("path", READERS)
async def test_a_reader_is_answered(api: Client, opened: Opened, path: str) -> None:
    answer = await api.get(of(path), headers=opened.bearer())

    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["RateLimit-Policy"] == "100;w=60, 1000;w=3600"


@pytest.mark.parametrize("whose", ["reader", "admin", "eve", "foreign"])
@pytest.mark.parametrize("path", OF_ONE)
async def test_web_13_what_one_may_not_see_is_not_there(
    api: Client, opened: Opened, path: str, whose: str
) -> None:
    visible = {"reader": {OPEN, SECOND}, "admin": {OPEN, SECOND}, "eve": set[str](), "foreign": {THEIR_OWN}}
    for integration_id in (OPEN, SECOND, OURS_HIDDEN, THEIR_OWN, NO_SUCH):
        answer = await api.get(of(path, integration_id), headers=opened.bearer(whose))
        if integration_id in visible[whose]:
            assert answer.status == 200
            continue
        assert await code_of(answer) == (404, "no_integration")
        # To the letter what is said of one that does not exist.
        other = await api.get(of(path, NO_SUCH), headers=opened.bearer(whose))
        same = [{**json.loads(await each.text()), "request_id": ""} for each in (answer, other)]
        assert same[0] == same[1]


async def test_web_13_a_list_holds_only_what_one_may_see(api: Client, opened: Opened) -> None:
    seen = {
        whose: [it["id"] for it in (await listed(api, opened, whose=whose))["items"]]
        for whose in ("reader", "eve", "foreign")
    }

    assert seen == {"reader": [SECOND, OPEN], "eve": [], "foreign": [THEIR_OWN]}


@pytest.mark.parametrize("role", ["none", "viewer-plus", "", "READ"])
async def test_id_14_a_role_that_is_not_known_here_sees_nothing(
    api: Client, opened: Opened, role: str
) -> None:
    opened.github.roles = {(SHOP, 1): role}

    answer = await api.get(f"{PREFIX}/integrations/{OPEN}", headers=opened.bearer("admin"))

    assert answer.status == 404
    assert (await listed(api, opened, whose="admin"))["items"] == []


async def test_web_14_who_lost_the_repository_or_the_installation_sees_nothing_of_it(
    api: Client, opened: Opened
) -> None:
    opened.github.gone = {SHOP}

    answer = await api.get(f"{PREFIX}/integrations/{OPEN}", headers=opened.bearer())

    assert await code_of(answer) == (404, "no_integration")


async def test_id_01_where_github_cannot_be_asked_nothing_is_shown(api: Client, opened: Opened) -> None:
    opened.github.roles = None

    for path in (f"{PREFIX}/integrations", f"{PREFIX}/integrations/{OPEN}"):
        answer = await api.get(path, headers=opened.bearer())
        assert await code_of(answer) == (503, "github_unreachable")
        assert int(answer.headers["Retry-After"]) > 0


async def test_an_account_that_is_served_no_more_is_not_shown(
    opened: Opened, aiohttp_client: Connect
) -> None:
    opened.owners = frozenset({"other"})
    client = await opened.served(aiohttp_client)

    assert (await client.get(f"{PREFIX}/integrations/{OPEN}", headers=opened.bearer())).status == 404
    assert (await listed(client, opened))["items"] == []


async def listed(client: Client, opened: Opened, *, whose: str = "reader", **query: str) -> dict[str, Any]:
    answer = await client.get(f"{PREFIX}/integrations", params=query, headers=opened.bearer(whose))
    assert answer.status == 200, await answer.text()
    said: dict[str, Any] = await answer.json()
    return said


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "validating"}, 2),
        ({"state": "active"}, 0),
        ({"repository": "ACME/Shop"}, 2),
        ({"repository": "acme/hidden"}, 0),
        ({"requested_by": "Ada"}, 2),
        ({"requested_by": "eve"}, 0),
        ({"q": "SHOP0000"}, 2),
        ({"q": "shop000002"}, 1),
        ({"q": "%"}, 0),
        ({"q": "_hop"}, 0),
        ({"q": "\\"}, 0),
        ({"q": "' OR 1=1 --"}, 0),
        ({"state": "validating", "q": "shop000001"}, 1),
    ],
    ids=str,
)
async def test_web_17_filters_find_what_they_say_and_search_takes_a_text_as_it_is(
    api: Client, opened: Opened, query: Mapping[str, str], found: int
) -> None:
    assert len((await listed(api, opened, **query))["items"]) == found


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=101", "limit=x", "limit=-1", "limit=1e3", "state=done", "state=", "q=", "q=%00"),
        *(
            "q=" + "x" * 101,
            "unknown=1",
            "limit=1&limit=2",
            "q=a&q=b",
            "requested_by=%0a",
        ),
        *("repository=%E2%80%8B", "sort=id", "installation_id=10", "at=2026-01-01"),
    ],
)
async def test_web_15_what_the_list_does_not_know_or_cannot_take_is_refused(
    api: Client, opened: Opened, query: str
) -> None:
    answer = await api.get(f"{PREFIX}/integrations?{query}", headers=opened.bearer())

    assert await code_of(answer) == (400, "bad_parameter")


async def test_a_list_is_gone_through_page_by_page_without_a_gap(api: Client, opened: Opened) -> None:
    for number in range(25):
        where = HIDDEN if number % 3 == 0 else SHOP
        await ask_for(opened.database, opened.clock, f"more{number:06}", where, OURS, issue=number + 10)
    expected = [f"more{number:06}" for number in reversed(range(25)) if number % 3]

    found: list[str] = []
    cursor: dict[str, str] = {}
    pages = 0
    while True:
        page = await listed(api, opened, limit="4", **cursor)
        found += [it["id"] for it in page["items"]]
        pages += 1
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert found == [*expected, SECOND, OPEN]
    assert pages == 5


async def test_web_17_a_cursor_is_of_one_list_and_nobody_makes_one_up(api: Client, opened: Opened) -> None:
    cursor = (await listed(api, opened, limit="1"))["next_cursor"]

    assert OPEN not in cursor
    for whose, query in (
        ("reader", {"cursor": cursor, "state": "validating"}),
        ("admin", {"cursor": cursor}),
        ("reader", {"cursor": cursor[:-1] + ("A" if cursor[-1] != "A" else "B")}),
        ("reader", {"cursor": cursor[:-4]}),
        ("reader", {"cursor": "bm90aGluZw"}),
        ("reader", {"cursor": "é"}),
        ("reader", {"cursor": "0"}),
    ):
        answer = await api.get(f"{PREFIX}/integrations", params=query, headers=opened.bearer(whose))
        assert await code_of(answer) == (400, "bad_cursor")
    assert len((await listed(api, opened, cursor=cursor))["items"]) == 1


async def test_one_integration_in_the_shape_of_v1(api: Client, opened: Opened) -> None:
    answer = await api.get(f"{PREFIX}/integrations/{OPEN}", headers=opened.bearer())

    assert await answer.json() == {
        "id": OPEN,
        "repository": {"id": SHOP, "full_name": "acme/shop"},
        "issue": 3,
        "title": None,
        "requested_by": {"id": 1, "login": "ada"},
        "state": "validating",
        "waiting_for": None,
        "reason": None,
        "pull_request": None,
        "branch": None,
        "head": None,
        "cost_usd": 0.0,
        "budget_usd": 5.0,
        "settings": None,
        "version": 2,
        "requested_at": "2026-01-01T09:00:00Z",
        "updated_at": "2026-01-01T09:10:00Z",
    }


async def test_what_has_not_changed_is_not_sent_again(api: Client, opened: Opened) -> None:
    path = f"{PREFIX}/integrations/{OPEN}"
    first = await api.get(path, headers=opened.bearer())
    etag = first.headers["ETag"]

    same = await api.get(path, headers={**opened.bearer(), "If-None-Match": f'"other", {etag}'})
    any_of_it = await api.get(path, headers={**opened.bearer(), "If-None-Match": "*"})
    another = await api.get(path, headers={**opened.bearer(), "If-None-Match": '"another"'})
    stranger = await api.get(path, headers={**opened.bearer("eve"), "If-None-Match": etag})

    assert [each.status for each in (same, any_of_it, another, stranger)] == [304, 304, 200, 404]
    assert (await same.read(), same.headers["ETag"]) == (b"", etag)
    assert same.headers["RateLimit-Remaining"] == "98"


async def test_it_is_shown_as_it_was(api: Client, opened: Opened) -> None:
    async def state_at(at: str) -> tuple[int, str | None]:
        answer = await api.get(f"{PREFIX}/integrations/{OPEN}", params={"at": at}, headers=opened.bearer())
        return answer.status, (await answer.json()).get("state")

    assert await state_at("2026-01-01T08:59:59Z") == (404, None)
    assert await state_at("2026-01-01T09:00:00Z") == (200, "draft")
    assert await state_at("2026-01-01T10:00:00+01:00") == (200, "draft")
    assert await state_at("2026-01-01T09:10:00") == (200, "validating")
    assert (await state_at("yesterday"))[0] == 400
    assert (await state_at("0001-01-01T00:00:00+23:00"))[0] == 400
    assert (await state_at("9999-12-31T23:59:59-23:00"))[0] == 400
    assert (await state_at("1735725600"))[0] == 400


async def test_the_events_a_page_at_a_time(api: Client, opened: Opened) -> None:
    path = f"{PREFIX}/integrations/{OPEN}/events"
    first = await (await api.get(path, params={"limit": "1"}, headers=opened.bearer())).json()
    rest = await (
        await api.get(path, params={"cursor": first["next_cursor"]}, headers=opened.bearer())
    ).json()

    [asked], [started] = first["items"], rest["items"]
    assert rest["next_cursor"] is None
    assert (asked["version"], asked["type"], asked["by"]) == (1, "IntegrationRequested", "ada")
    assert asked["summary"] == "@ada asked for it on #3"
    assert asked["data"]["repository"] == "acme/shop"
    assert (started["version"], started["by"], started["at"]) == (2, None, "2026-01-01T09:10:00Z")
    assert len(started["hash"]) == 64
    elsewhere = await api.get(
        f"{PREFIX}/integrations/{SECOND}/events",
        params={"cursor": first["next_cursor"]},
        headers=opened.bearer(),
    )
    assert await code_of(elsewhere) == (400, "bad_cursor")


async def test_the_events_as_lines(api: Client, opened: Opened) -> None:
    path = f"{PREFIX}/integrations/{OPEN}/events"
    page = await (await api.get(path, headers=opened.bearer())).json()

    answer = await api.get(path, headers={**opened.bearer(), "Accept": "application/x-ndjson"})
    unseen = await api.get(path, headers={**opened.bearer("eve"), "Accept": "application/x-ndjson"})

    assert answer.content_type == "application/x-ndjson"
    assert [json.loads(line) for line in (await answer.text()).splitlines()] == page["items"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert await code_of(unseen) == (404, "no_integration")


async def test_lines_that_cannot_go_on_are_cut_off_and_not_taken_for_all(api: Client, opened: Opened) -> None:
    opened.github.answers = 1
    path = f"{PREFIX}/integrations/{OPEN}/events"

    async with asyncio.timeout(5):
        answer = await api.get(path, headers={**opened.bearer(), "Accept": "application/x-ndjson"})
        with pytest.raises(ClientPayloadError):
            await answer.read()

    assert answer.status == 200


async def test_web_01_what_outsiders_wrote_is_never_a_page(opened: Opened, aiohttp_client: Connect) -> None:
    client = await opened.served(aiohttp_client)
    evil = "<script>alert(1)</script>"

    answers = [
        await client.get(f"{PREFIX}/integrations", params={"q": evil}, headers=opened.bearer()),
        await client.get(f"{PREFIX}/integrations", params={evil: "1"}, headers=opened.bearer()),
        await client.get(f"{PREFIX}/{evil}", headers=opened.bearer()),
        await client.get(f"{PREFIX}/me", headers={"Authorization": f"Bearer {evil}"}),
    ]

    for answer in answers:
        assert answer.content_type in {"application/json", "application/problem+json"}
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_whose_key_it_is(api: Client, opened: Opened) -> None:
    opened.clock.moves(hours=1)
    await api.get(f"{PREFIX}/me", headers=opened.bearer())

    said = await (await api.get(f"{PREFIX}/me", headers=opened.bearer())).json()

    assert said["person"] == {"id": 1, "login": "ada"}
    assert said["installation_id"] == OURS
    assert said["key"]["permissions"] == ["integration:read"]
    assert said["key"]["last_used_at"] == "2026-01-01T13:00:00Z"
    assert opened.texts["reader"] not in json.dumps(said)


async def test_web_11_a_key_that_is_revoked_opens_nothing_the_next_moment(
    api: Client, opened: Opened
) -> None:
    said = await (await api.get(f"{PREFIX}/me", headers=opened.bearer())).json()

    await ApiKeys(opened.database, opened.crypto).revoke(said["key"]["id"], opened.clock.now())

    answer = await api.get(f"{PREFIX}/me", headers=opened.bearer())
    assert await code_of(answer) == (401, "key_revoked")


@pytest.mark.parametrize("query", ["api_key={key}", "access_token=x", "TOKEN=x", "q={key}", "key="])
async def test_web_12_a_key_in_an_address_is_refused_and_not_logged(
    api: Client, opened: Opened, query: str
) -> None:
    key = opened.texts["reader"]
    with capture_logs() as lines:
        answer = await api.get(f"{PREFIX}/integrations?{query.format(key=key)}", headers=opened.bearer())

    assert await code_of(answer) == (400, "key_in_address")
    assert key not in json.dumps(lines)


@pytest.mark.parametrize("whose", [None, "reader"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/nowhere",
        "/integrations/",
        "/integrations/UPPER",
        f"/integrations/{OPEN}/",
        "/integrations/%00",
    ],
)
async def test_there_is_nothing_beside_the_routes(
    api: Client, opened: Opened, path: str, whose: str | None
) -> None:
    answer = await api.get(PREFIX + path, headers=opened.bearer(whose) if whose else {})

    expected = (404, "not_found") if whose else (401, "no_key")
    assert await code_of(answer) == expected


METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
TAKEN: Final = {
    path: sorted(route.method for route in ROUTES if PREFIX + route.path == path) for path in EVERY
}


@pytest.mark.parametrize(
    ("method", "path"), [(each, path) for path in EVERY for each in METHODS if each not in TAKEN[path]]
)
async def test_an_address_takes_the_methods_of_the_table_and_no_other(
    api: Client, opened: Opened, method: str, path: str
) -> None:
    answer = await api.request(method, of(path), headers=opened.bearer())

    assert answer.status == 405
    assert sorted(answer.headers["Allow"].split(",")) == TAKEN[path]
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("body", [b"x", b"x" * 1_000_000])
async def test_a_body_is_refused_unread(api: Client, opened: Opened, body: bytes) -> None:
    answer = await api.get(f"{PREFIX}/me", data=body, headers=opened.bearer())

    assert await code_of(answer) == (413, "unwanted_body")


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("trace-1234", True),
        ("a" * 36, True),
        ("a" * 37, False),
        ("short", False),
        ("a b c d e f", False),
        ("", False),
    ],
)
async def test_web_22_a_sane_request_id_is_taken_and_any_other_replaced(
    api: Client, opened: Opened, given: str, *, is_taken: bool
) -> None:
    answer = await api.get(f"{PREFIX}/me", headers={**opened.bearer(), "X-Request-Id": given})

    assert (answer.headers["X-Request-Id"] == given) is is_taken
    assert len(answer.headers["X-Request-Id"]) >= 10


async def test_the_log_says_which_key_asked_and_the_figures_which_route(api: Client, opened: Opened) -> None:
    with capture_logs() as lines:
        await api.get(f"{PREFIX}/integrations/{OPEN}?at=2026-01-02T00:00:00Z", headers=opened.bearer())
        await api.get(f"{PREFIX}/integrations/{NO_SUCH}/nothing", headers=opened.bearer())

    [answered] = [line for line in lines if line.get("status") == 200]
    assert answered["path"] == f"{PREFIX}/integrations/{OPEN}"
    assert answered["caller"] in opened.texts["reader"]
    assert len(answered["caller"]) == 12
    assert opened.metrics.answered == [(f"{PREFIX}/integrations/{{id}}", 200), ("unmatched", 404)]


async def test_ab_03_a_key_has_its_quota_and_no_more(opened: Opened, aiohttp_client: Connect) -> None:
    opened.rates = {60: 3, 3600: 5}
    client = await opened.served(aiohttp_client)
    path = f"{PREFIX}/me"

    answers = [await client.get(path, headers=opened.bearer()) for _ in range(4)]

    assert [each.status for each in answers] == [200, 200, 200, 429]
    assert [each.headers["RateLimit-Remaining"] for each in answers] == ["2", "1", "0", "0"]
    assert answers[0].headers["RateLimit-Policy"] == "3;w=60, 5;w=3600"
    assert await code_of(answers[3]) == (429, "too_many_requests")
    assert answers[3].headers["Retry-After"] == answers[3].headers["RateLimit-Reset"] == "60"
    assert (await client.get(path, headers=opened.bearer("admin"))).status == 200

    opened.clock.moves(seconds=60)
    later = [await client.get(path, headers=opened.bearer()) for _ in range(3)]
    assert [each.status for each in later] == [200, 200, 429]
    assert later[2].headers["Retry-After"] == str(3600 - 60)


async def test_ab_03_who_shows_no_good_key_is_counted_by_address_and_nobody_else(
    opened: Opened, aiohttp_client: Connect
) -> None:
    opened.rates = {60: 3, 3600: 100}
    client = await opened.served(aiohttp_client)

    for _ in range(5):
        assert (await client.get(f"{PREFIX}/me", headers=opened.bearer())).status in {200, 429}
    bad = [await client.get(f"{PREFIX}/me", headers=opened.bearer("unknown")) for _ in range(4)]

    assert [each.status for each in bad] == [401, 401, 401, 429]
    opened.clock.moves(seconds=60)
    assert (await client.get(f"{PREFIX}/me", headers=opened.bearer())).status == 200


@pytest.mark.parametrize(("proxies", "last"), [(0, 429), (1, 401)])
async def test_web_16_another_address_is_believed_of_trusted_proxies_alone(
    opened: Opened, aiohttp_client: Connect, proxies: int, last: int
) -> None:
    opened.rates, opened.trusted_proxies = {60: 2, 3600: 100}, proxies
    client = await opened.served(aiohttp_client)

    statuses = [
        (await client.get(f"{PREFIX}/me", headers={"X-Forwarded-For": f"192.0.2.{n}"})).status
        for n in range(3)
    ]
    made_up = [
        (await client.get(f"{PREFIX}/me", headers={"X-Forwarded-For": f"192.0.2.{n}, 2001:db8::{n}"})).status
        for n in range(100, 103)
    ]

    assert statuses[-1] == last
    assert made_up[-1] == 429  # of one network, whatever was written before it


async def test_web_16_an_address_of_ipv4_that_is_written_as_ipv6_is_no_network(
    opened: Opened, aiohttp_client: Connect
) -> None:
    opened.rates, opened.trusted_proxies = {60: 1, 3600: 100}, 1
    client = await opened.served(aiohttp_client)

    statuses = [
        (await client.get(f"{PREFIX}/me", headers={"X-Forwarded-For": hop})).status
        for hop in ("::ffff:192.0.2.1", "::ffff:192.0.2.2", "192.0.2.1")
    ]

    assert statuses == [401, 401, 429]


async def test_wh_05_no_request_makes_the_api_answer_500(opened: Opened, aiohttp_client: Connect) -> None:
    opened.rates = {60: 10**6, 3600: 10**6}
    client = await opened.served(aiohttp_client)
    dice = random.Random(4)  # noqa: S311  the same each time
    parts = (
        *(
            "integrations",
            "approve",
            "me",
            "health",
            OPEN,
            "events",
            "openapi.json",
            "%00",
            "..",
            "%2e%2e",
            "\udcff",
            "é",
        ),
        *(
            "?",
            "&",
            "limit=",
            "cursor=",
            "at=",
            "q=",
            "=",
            "%",
            "%ff",
            "0" * 40,
            "/",
            "'",
            "<x>",
            "ccb_",
            "-1",
        ),
    )
    keys = [*opened.texts.values(), "", "é" * 40, "\x80\xff", "ccb_" + "0" * 62, "a" * 4000]
    seen: dict[int, int] = {}
    for _ in range(2_000):
        path = "/".join(dice.choices(parts, k=dice.randint(0, 5)))
        headers = {"Authorization": f"Bearer {dice.choice([k for k in keys if k not in good(opened)])}"}
        if dice.random() < 0.3:
            headers["If-None-Match"] = dice.choice(['"', 'W/"x', "*", '"' * 50, "a, b"])
        if dice.random() < 0.3:
            headers["Accept"] = dice.choice(["application/x-ndjson", "*/*;q=x", ",,,", "é"])
        method = dice.choice(["GET", "GET", "GET", "POST", "PUT", "DELETE", "OPTIONS"])
        answer = await client.request(
            method, f"{PREFIX}/{path.encode(errors='replace').decode()}", headers=headers
        )
        seen[answer.status] = seen.get(answer.status, 0) + 1
        assert answer.status < 500, (path, headers)
        assert "acme" not in await answer.text()

    assert sum(seen.values()) == 2_000
    assert set(seen) <= {200, 400, 401, 404, 405}


def good(opened: Opened) -> set[str]:
    """The keys that count."""
    return {opened.texts[whose] for whose in ("reader", "admin", "manager", "eve", "foreign", "scopeless")}


async def test_the_documents_of_the_doors_beside_it_are_as_they_were(api: Client) -> None:
    answer = await api.get("/healthz", headers={"X-Request-Id": "trace-1234"})

    assert answer.status == 200
    assert answer.headers["X-Request-Id"] != "trace-1234"
    assert "RateLimit-Policy" not in answer.headers
    assert NOON - timedelta(hours=3) < NOON
