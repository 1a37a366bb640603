"""Deliveries by REST: whose they are, what is told of them, and that one is handed back once."""

import dataclasses
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, Final

import pytest

from bot.infrastructure.event_store import EventStore
from bot.infrastructure.inbox import Inbox
from bot.infrastructure.observing import Nobody
from bot.records import Delivery, Fact, FollowUp
from bot.web.api_door import PREFIX
from tests.doors.api import Opened
from tests.doors.api_places import ADA, FOREIGN, HIDDEN, NAMES, OURS, SHOP, THEIRS
from tests.doors.test_api import code_of
from tests.doors.webapp import NOON, Client

DELIVERIES: Final = f"{PREFIX}/deliveries"
SECRET_TEXT: Final = "the launch code is 0000"
OF_SHOP: Final = "3f1c:shop_1"
PLACES: Final = {
    OF_SHOP: (OURS, SHOP),
    "of-shop-2": (OURS, SHOP),
    "of-hidden": (OURS, HIDDEN),
    "of-acme": (OURS, None),
    "of-foreign": (THEIRS, FOREIGN),
    "of-nobody": (None, SHOP),
}


def delivery(key: str, installation: int | None, repository: int | None, minutes: int = 0) -> Delivery:
    """A comment with something in it that is nobody's business."""
    body = (
        '{"action":"created","issue":{"number":3},"sender":{"id":1,"login":"ada"},'
        f'"comment":{{"body":"{SECRET_TEXT} {key}"}}}}'
    ).encode()
    return Delivery(
        key=key,
        source="github",
        kind="issue_comment.created",
        meaning=f"issue_comment.created:{key}",
        body=body,
        digest=key.encode(),
        received_at=NOON + timedelta(minutes=minutes),
        installation=installation,
        repository=repository,
        repository_name=NAMES[repository] if repository else None,
    )


@pytest.fixture
async def inbox(opened: Opened) -> AsyncIterator[Inbox]:
    """One of each place, of which all were set aside but the shop's second."""

    def outbox(_connection: Any, follow_ups: Sequence[FollowUp]) -> None:
        opened.started += follow_ups

    inbox = Inbox(opened.database, outbox, lambda _kind: True, Nobody())
    for minutes, (key, place) in enumerate(PLACES.items()):
        await inbox.keep(delivery(key, *place, minutes=minutes))
        await inbox.set_aside(key, why="KeyError") if key != "of-shop-2" else None
    opened.started.clear()
    yield inbox
    await inbox.close()


@pytest.fixture
def admin(opened: Opened, inbox: Inbox) -> Opened:
    opened.github.roles = {(SHOP, ADA.id): "admin", (FOREIGN, ADA.id): "admin"}
    return opened


async def listed(api: Client, opened: Opened, whose: str, **query: str) -> list[str]:
    answer = await api.get(DELIVERIES, params=query, headers=opened.bearer(whose))
    assert answer.status == 200, await answer.text()
    return [it["id"] for it in (await answer.json())["items"]]


async def test_web_13_deliveries_are_their_repositorys_and_installations(
    api: Client, opened: Opened, inbox: Inbox
) -> None:
    assert await listed(api, opened, "reader") == ["of-shop-2", OF_SHOP]
    assert await listed(api, opened, "foreign") == ["of-foreign"]
    assert await listed(api, opened, "eve") == []
    for key in ("of-hidden", "of-acme", "of-foreign", "of-nobody", "none"):
        answers = [
            await api.get(f"{DELIVERIES}/{key}", headers=opened.bearer("admin")),
            await api.post(f"{DELIVERIES}/{key}/redeliver", data=b"", headers=opened.bearer("admin")),
        ]
        assert [await code_of(answer) for answer in answers] == [(404, "no_delivery")] * 2
    assert opened.started == []


async def test_what_is_of_the_account_is_told_to_its_owners(api: Client, admin: Opened) -> None:
    admin.github.owners = {(OURS, ADA.id)}

    assert await listed(api, admin, "admin") == ["of-acme", "of-shop-2", OF_SHOP]
    answer = await api.post(f"{DELIVERIES}/of-acme/redeliver", data=b"", headers=admin.bearer("admin"))
    assert answer.status == 202


async def test_one_is_told_without_its_payload(api: Client, admin: Opened) -> None:
    log = EventStore(admin.database, admin.clock, lambda *_: None, Nobody())
    fact = Fact(type="Refused", data={})
    await log.append("shop:7:3", [fact], after=0, key=OF_SHOP, meta={}, row={}, follow_ups=())

    answer = await api.get(f"{DELIVERIES}/{OF_SHOP}", headers=admin.bearer())

    assert await answer.json() == {
        "id": OF_SHOP,
        "kind": "issue_comment.created",
        "repository": {"id": SHOP, "full_name": "acme/shop"},
        "received_at": "2026-01-01T12:00:00Z",
        "state": "set_aside",
        "why": "KeyError",
        "sender": {"id": 1, "login": "ada"},
        "number": 3,
        "size": len(delivery(OF_SHOP, OURS, SHOP).body),
        "integrations": [],
    }
    assert SECRET_TEXT not in await answer.text()


async def test_one_that_was_set_aside_is_handed_back_once_and_stays_the_same_delivery(
    api: Client, admin: Opened, inbox: Inbox
) -> None:
    path = f"{DELIVERIES}/{OF_SHOP}/redeliver"

    first = await api.post(path, data=b"", headers=admin.bearer("admin"))
    again = await api.post(path, data=b"", headers=admin.bearer("admin"))

    assert (first.status, (await first.json())["state"]) == (202, "kept")
    assert first.headers["Location"] == f"{DELIVERIES}/{OF_SHOP}"
    assert (await api.get(first.headers["Location"], headers=admin.bearer("admin"))).status == 200
    assert await code_of(again) == (409, "not_set_aside")
    assert [(getattr(it, "workflow", ""), getattr(it, "args", ())) for it in admin.started] == [
        ("intake.settle_v1", (OF_SHOP,))
    ]
    # Whatever comes in its name is known, under its own id and under another.
    same = delivery(OF_SHOP, OURS, SHOP)
    assert not await inbox.keep(same)
    assert not await inbox.keep(dataclasses.replace(same, key="another", digest=b"another"))


async def test_id_01_to_hand_one_back_takes_githubs_word_of_that_moment(
    api: Client, opened: Opened, inbox: Inbox
) -> None:
    path = f"{DELIVERIES}/{OF_SHOP}/redeliver"

    assert await code_of(await api.post(path, data=b"", headers=opened.bearer("admin"))) == (
        403,
        "not_allowed",
    )
    assert await code_of(await api.post(path, data=b"", headers=opened.bearer("reader"))) == (
        403,
        "scope_missing",
    )
    opened.github.roles = None
    assert (await api.post(path, data=b"", headers=opened.bearer("admin"))).status == 503
    assert opened.started == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "set_aside"}, [OF_SHOP]),
        ({"state": "kept"}, ["of-shop-2"]),
        ({"state": "settled"}, []),
        ({"kind": "issue_comment.created"}, ["of-shop-2", OF_SHOP]),
        ({"kind": "ping"}, []),
        ({"repository": "ACME/shop"}, ["of-shop-2", OF_SHOP]),
        ({"repository": "acme/hidden"}, []),
        ({"kind": "' OR 1=1 --"}, []),
    ],
    ids=str,
)
async def test_web_17_filters_find_what_they_say(
    api: Client, admin: Opened, query: dict[str, str], found: list[str]
) -> None:
    assert await listed(api, admin, "reader", **query) == found


@pytest.mark.parametrize(
    "query", ["state=done", "limit=0", "kind=", "installation_id=10", "repository=x", "cursor=x"]
)
async def test_web_15_what_the_list_cannot_take_is_refused(api: Client, admin: Opened, query: str) -> None:
    answer = await api.get(f"{DELIVERIES}?{query}", headers=admin.bearer())

    assert answer.status == 400


async def test_they_are_gone_through_page_by_page_and_a_cursor_is_of_one_list(
    api: Client, admin: Opened
) -> None:
    first = await (await api.get(f"{DELIVERIES}?limit=1", headers=admin.bearer())).json()
    cursor = first["next_cursor"]

    assert OF_SHOP not in cursor
    assert await listed(api, admin, "reader", limit="1", cursor=cursor) == [OF_SHOP]
    other = await api.get(f"{DELIVERIES}?state=kept&cursor={cursor}", headers=admin.bearer())
    assert await code_of(other) == (400, "bad_cursor")
