"""What is told again is what would be told anew: nobody is told by it what they would not be told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Final

import pytest

from bot.application.keys import create
from bot.application.projections import row_of
from bot.domain import events as e
from bot.domain.access import access_changed, stream_of
from bot.domain.api_keys import read_key
from bot.domain.integration import fold
from bot.infrastructure.api_keys import ApiKeys
from bot.infrastructure.database import Database
from bot.session_records import Session
from bot.web.api_door import PREFIX
from tests.contracts.by_hand import run
from tests.contracts.conftest import REDIS
from tests.contracts.retelling import (
    Both,
    Retold,
    another,
    answered,
    header_of,
    status_of,
    without_own,
)
from tests.doors.api_filled import ask_for, filled
from tests.doors.api_places import ADA, OPEN, OURS, SECOND, SHOP, GitHubsWord, Watch
from tests.doors.webapp import FakeMetrics

ONE: Final = f"/integrations/{OPEN}"
SESSION: Final = "s" * 43
LASTING: Final = (
    "/integrations",
    "/integrations?state=failed",
    "/integrations?state=validating&limit=2",
    "/integrations?limit=2&state=validating",
    "/integrations?q=shop",
    "/integrations?q=nowhere",
    "/integration-counts",
    "/integration-counts?repository=acme/shop",
    ONE,
    f"/integrations/{SECOND}",
    f"{ONE}/events",
    f"{ONE}/events?limit=100",
)
NEVER: Final = ("/me", "/keys", "/health", "/openapi.json", f"{ONE}?at=2026-01-01T12:00:00Z")
REFUSED: Final = (
    *("/integrations/hidden0001", "/integrations/foreign001", "/integrations/nothing001"),
    *("/integrations?state=odd", "/integrations?cursor=x", "/integrations?token=x", "/nowhere"),
)


@pytest.fixture
async def both(empty_url: str) -> AsyncIterator[Both]:
    texts = await filled(empty_url)
    async with AsyncExitStack() as stack:
        databases = [await Database.open(empty_url) for _ in range(2)]
        for each in databases:
            stack.push_async_callback(each.close)
        front = Retold(
            database=databases[0],
            clock=Watch(),
            github=GitHubsWord(),
            metrics=FakeMetrics(),
            texts=texts,
            rates={60: 1_000, 3_600: 10_000},
        )
        twin = await another(databases[1], front, retells=False)
        for process in (front, twin):
            await stack.enter_async_context(process.listening())
        yield Both(front=front, twin=twin)


def key(both: Both, whose: str = "reader") -> str:
    return f"Authorization: Bearer {both.front.texts[whose]}"


async def test_what_is_told_again_is_to_the_byte_what_is_told_anew(both: Both) -> None:
    for path in LASTING:
        for more in ((), ("Accept: application/json",), ("X-Forwarded-For: 192.0.2.1",)):
            again = await both.front.warmed(path, key(both), *more)
            anew = await both.twin.asked(path, key(both), *more)
            assert without_own(again) == without_own(anew)
            assert status_of(again) == 200


async def test_what_depends_on_more_than_the_log_and_every_refusal_is_told_anew(both: Both) -> None:
    for path in (*NEVER, *REFUSED):
        for _ in range(3):
            await both.front.asked(path, key(both))
    anew = [await both.front.asked(path, key(both)) for path in REFUSED]

    assert both.front.told_again == 0
    assert [status_of(each) for each in anew] == [404, 404, 404, 400, 400, 400, 404]


async def test_a_request_with_anything_else_in_it_is_another_question(both: Both) -> None:
    await both.front.warmed(ONE, key(both))
    told = both.front.told_again

    lines = await both.front.asked(f"{ONE}/events", key(both), "Accept: application/x-ndjson, */*;q=0")
    head = await both.alike(ONE, key(both), method="HEAD")
    twice = await both.alike(ONE, key(both), key(both))
    body = await both.alike(ONE, key(both), "Content-Length: 2", body=b"{}")
    expecting = await both.alike(ONE, key(both), "Expect: a-miracle")
    nobody = await both.alike(ONE)
    posted = await both.alike(ONE, key(both), "Content-Length: 0", method="POST")

    assert lines.startswith(b"HTTP/1.1 200")
    assert b"application/x-ndjson" in lines
    assert [*map(status_of, (head, twice, body, expecting, nobody, posted))] == [405, 401, 413, 417, 401, 405]
    assert both.front.told_again == told


async def test_one_key_is_never_told_what_another_was(both: Both) -> None:
    await both.front.warmed(ONE, key(both))
    await both.front.warmed("/integrations", key(both))
    told = both.front.told_again

    strangers = [await both.alike(ONE, key(both, whose)) for whose in ("foreign", "eve", "scopeless")]
    unknown = [await both.alike(ONE, key(both, whose)) for whose in ("unknown", "forged", "revoked")]
    lists = [await both.alike("/integrations", key(both, whose)) for whose in ("foreign", "eve")]

    assert [*map(status_of, strangers)] == [404, 404, 403]
    assert [*map(status_of, unknown)] == [401] * 3
    assert OPEN.encode() not in b"".join(lists)
    assert both.front.told_again == told


async def test_a_key_that_another_process_revokes_opens_nothing_from_then_on(both: Both) -> None:
    await both.front.warmed(ONE, key(both))
    keys = ApiKeys(both.twin.database, both.twin.crypto)

    await keys.revoke(read_key(both.front.texts["reader"]).id, both.front.clock.now())

    assert status_of(await both.alike(ONE, key(both))) == 401


async def test_a_key_that_ends_opens_nothing_from_then_on(both: Both) -> None:
    keys = ApiKeys(both.twin.database, both.twin.crypto)
    both.front.clock.moves(seconds=5)
    now = both.front.clock.now()
    _, text = await create(keys, person=ADA, installation_id=OURS, scopes=["read"], days=1, now=now)
    mine = f"Authorization: Bearer {text}"
    both.front.clock.moves(days=1, seconds=-4)  # a quarter of a minute has just begun
    await both.front.warmed(ONE, mine)

    both.front.clock.moves(seconds=3)
    assert status_of(await both.alike(ONE, mine)) == 200
    both.front.clock.moves(seconds=1)
    assert status_of(await both.alike(ONE, mine)) == 401


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("UPDATE api_keys SET permissions = 'budget:manage'", 403),
        ("UPDATE api_keys SET installation_id = 10", 404),
    ],
)
async def test_a_key_that_is_changed_by_hand_elsewhere_is_what_it_is_now(
    both: Both, change: str, status: int
) -> None:
    await both.front.warmed(ONE, key(both))

    await run(both.twin.database, change)

    assert status_of(await both.alike(ONE, key(both))) == status


async def test_the_last_use_of_a_key_is_noted_as_it_always_is(both: Both) -> None:
    keys, its = ApiKeys(both.twin.database, both.twin.crypto), read_key(both.front.texts["reader"]).id
    both.front.clock.moves(seconds=7)
    await both.front.warmed(ONE, key(both))
    both.front.clock.moves(seconds=54)
    await both.front.warmed(ONE, key(both))

    both.front.clock.moves(seconds=6)
    await both.front.asked(ONE, key(both))
    noted = await keys.get(its)

    assert noted is not None
    assert noted.used_at == both.front.clock.now()


async def test_what_another_process_appends_is_told_from_then_on(both: Both) -> None:
    paths = (ONE, "/integrations", "/integration-counts", f"{ONE}/events")
    before = [await both.front.warmed(path, key(both)) for path in paths]
    other = await both.front.warmed(f"/integrations/{SECOND}", key(both))

    await appends(both.twin, OPEN)
    await ask_for(both.twin.database, Watch(), "shop000003", SHOP, OURS)
    after = [await both.alike(path, key(both)) for path in paths]
    told = both.front.told_again
    again = await both.front.asked(f"/integrations/{SECOND}", key(both))

    assert all(without_own(one) != without_own(two) for one, two in zip(before, after, strict=True))
    assert b"shop000003" in after[1]
    assert without_own(again) == without_own(other)
    assert both.front.told_again == told + 1


async def test_while_another_process_appends_each_append_is_told_at_once(both: Both) -> None:
    for version in range(2, 12):
        await appends(both.twin, OPEN)
        for _ in range(3):
            assert f'"version":{version + 1}'.encode() in await both.front.asked(ONE, key(both))

    assert both.front.told_again > 0


async def test_what_github_says_no_more_is_told_for_a_minute_at_most(both: Both) -> None:
    await both.front.warmed(ONE, key(both))
    await both.front.warmed("/integrations", key(both))
    both.front.github.roles = {}
    asked = [await both.front.asked(ONE, key(both))]

    for _ in range(12):
        both.front.clock.moves(seconds=5)
        asked.append(await both.front.asked(ONE, key(both)))
    gone = [await both.alike(path, key(both)) for path in (ONE, "/integrations")]

    assert status_of(asked[0]) == 200
    assert [*map(status_of, gone)] == [404, 200]
    assert gone[1].endswith(b'{"items":[],"next_cursor":null}')
    assert [*map(status_of, asked)] == sorted(map(status_of, asked))


@pytest.mark.parametrize("path", [ONE, "/integrations"])
async def test_once_github_says_that_access_changed_nobody_is_told_what_they_may_not_see(
    both: Both, path: str
) -> None:
    before = await both.front.warmed(path, key(both))
    both.front.github.roles = {}

    await changes_access(both.twin)
    after = await both.front.asked(path, key(both))

    assert OPEN.encode() in before
    assert OPEN.encode() not in after


async def test_what_was_told_late_in_the_minute_is_not_told_beyond_it(both: Both) -> None:
    both.front.clock.moves(seconds=7)  # the key's use, noted now, is to be noted again only after that minute
    await both.front.warmed(ONE, key(both))
    both.front.clock.moves(seconds=43)
    await both.front.warmed(ONE, key(both))
    both.front.github.roles = {}

    both.front.clock.moves(seconds=9)
    late = await both.front.asked(ONE, key(both))
    both.front.clock.moves(seconds=1)

    assert (status_of(late), status_of(await both.alike(ONE, key(both)))) == (200, 404)


async def test_a_session_that_is_ended_elsewhere_is_over_at_once(both: Both) -> None:
    cookie, now = f"Cookie: session={SESSION}", both.front.clock.now()
    session = Session(person=ADA, installation_id=OURS, created_at=now, seen_at=now)
    await both.twin.sessions.begin(SESSION, session, instead_of=None)
    again = await both.front.warmed(ONE, cookie)
    anew = await both.twin.asked(ONE, cookie)

    await both.twin.sessions.end(SESSION)

    assert without_own(again) == without_own(anew)
    assert status_of(await both.alike(ONE, cookie)) == 401


async def test_a_token_that_ends_opens_nothing_from_then_on(both: Both) -> None:
    token = await granted(both)
    again = await both.front.warmed(ONE, token)
    anew = await both.twin.asked(ONE, token)

    both.front.clock.moves(hours=1, seconds=29)
    late = await both.alike(ONE, token)
    both.front.clock.moves(seconds=1)
    ended = await both.alike(ONE, token)

    assert without_own(again) == without_own(anew)
    assert (status_of(late), status_of(ended)) == (200, 401)


async def test_a_token_whose_key_is_revoked_opens_nothing_from_then_on(both: Both) -> None:
    token, keys = await granted(both), ApiKeys(both.twin.database, both.twin.crypto)
    await both.front.warmed(ONE, token)

    await keys.revoke(read_key(both.front.texts["reader"]).id, both.front.clock.now())

    assert status_of(await both.alike(ONE, token)) == 401


@pytest.mark.parametrize("path", [ONE, "/integrations"])
async def test_a_quota_is_taken_and_told_and_ends_with_the_very_last(both: Both, path: str) -> None:
    front = await another(both.front.database, both.front, rates={60: 6, 3_600: 10_000})
    async with front.listening():
        answers = [await front.asked(path, key(both)) for _ in range(8)]

    assert [*map(status_of, answers)] == [200] * 6 + [429] * 2
    left = [header_of(each, "RateLimit-Remaining") for each in answers]
    assert left == ["5", "4", "3", "2", "1", "0", "0", "0"]
    assert {header_of(each, "RateLimit-Limit") for each in answers} == {"6"}
    assert front.told_again >= 3


@pytest.mark.skipif(not REDIS, reason="TEST_REDIS_URL names no server")
async def test_of_a_quota_in_redis_all_processes_have_one(both: Both) -> None:
    processes = [
        await another(both.front.database, both.front, rates={60: 9, 3_600: 10_000}, redis_url=REDIS)
        for _ in range(2)
    ]
    _, text = await create(
        ApiKeys(both.twin.database, both.twin.crypto),
        person=ADA,
        installation_id=OURS,
        scopes=["read"],
        days=1,
        now=both.front.clock.now(),
    )
    async with AsyncExitStack() as stack:
        for each in processes:
            await stack.enter_async_context(each.listening())
        answers = [
            await processes[number % 2].asked(ONE, f"Authorization: Bearer {text}") for number in range(12)
        ]

    assert [*map(status_of, answers)] == [200] * 9 + [429] * 3
    left = [header_of(each, "RateLimit-Remaining") for each in answers]
    assert left == [*map(str, range(8, -1, -1)), "0", "0", "0"]
    assert all(each.told_again for each in processes)


async def test_strangers_without_a_quota_left_are_looked_at_no_more(both: Both) -> None:
    front = await another(both.front.database, both.front, rates={60: 20, 3_600: 10_000})
    async with front.listening():
        await front.warmed(ONE, key(both))
        for _ in range(21):
            await front.asked(ONE)
        told, answer = front.told_again, await front.asked(ONE, key(both))

    assert (status_of(answer), front.told_again) == (429, told)


async def test_whoever_has_the_content_already_is_told_only_that(both: Both) -> None:
    etag = header_of(await both.front.asked(ONE, key(both)), "ETag")
    known = f"If-None-Match: {etag}"

    again = await both.front.warmed(ONE, key(both), known)
    anew = await both.twin.asked(ONE, key(both), known)
    await appends(both.twin, OPEN)
    after = await both.alike(ONE, key(both), known)

    assert without_own(again) == without_own(anew)
    assert (status_of(again), status_of(after)) == (304, 200)
    assert again.endswith(b"\r\n\r\n")


async def test_each_answer_has_an_id_of_its_own_or_the_one_that_was_given(both: Both) -> None:
    answers = [await both.front.warmed(ONE, key(both)) for _ in range(3)]
    given = await both.front.warmed(ONE, key(both), "X-Request-Id: trace-0001")
    odd = await both.front.warmed(ONE, key(both), "X-Request-Id: x y")

    own = {header_of(each, "X-Request-Id") for each in (*answers, odd)}
    assert (len(own), {*map(len, own)}) == (4, {16})
    assert header_of(given, "X-Request-Id") == "trace-0001"


async def test_a_process_that_leaves_keeps_no_connection(both: Both) -> None:
    before = await both.front.warmed(ONE, key(both))
    told = both.front.told_again

    both.front.leaving.begin()
    both.twin.leaving.begin()
    after = await both.alike(ONE, key(both))

    assert (header_of(before, "Connection"), header_of(after, "Connection")) == ("", "close")
    assert both.front.told_again == told


async def test_questions_in_one_go_are_answered_in_their_order(both: Both) -> None:
    paths = (ONE, "/integration-counts", f"/integrations/{SECOND}")
    singly = [await both.front.warmed(path, key(both)) for path in paths]
    one_go = "".join(f"GET {PREFIX}{path} HTTP/1.1\r\nHost: x\r\n{key(both)}\r\n\r\n" for path in paths)

    reader, writer = await asyncio.open_connection("127.0.0.1", both.front.port)
    writer.write(one_go.encode())
    whole = await reader.readexactly(sum(map(len, singly)))
    writer.close()

    assert without_own(whole) == b"".join(map(without_own, singly))


async def test_only_so_much_is_remembered(both: Both) -> None:
    front = await another(both.front.database, both.front, room=12_000)
    async with front.listening():
        for path in LASTING * 2:
            await front.warmed(path, key(both))
        first = front.told_again
        await front.asked(LASTING[0], key(both))

    assert front.told_again == first


async def test_each_is_counted_as_every_answer_is(both: Both) -> None:
    before = len(both.front.metrics.answered)

    for _ in range(6):
        await both.front.asked(ONE, key(both))

    counted = both.front.metrics.answered[before:]
    assert counted == [(f"{PREFIX}/integrations/{{id}}", 200)] * 6


async def changes_access(process: Retold) -> None:
    """GitHub says that somebody may do otherwise, to that process."""
    stream = stream_of(OURS)
    past = await process.log.read(stream)
    await process.log.append(
        stream,
        [access_changed("member.edited")],
        after=len(past),
        key=f"access-{len(past)}",
        meta={},
        row={},
        follow_ups=(),
    )


async def appends(process: Retold, integration_id: str) -> None:
    """One more fact of it, in that process."""
    past = await process.log.read(integration_id)
    history = [*e.decode(past), e.Titled(by=ADA, title=f"the title after {len(past)}")]
    await process.log.append(
        integration_id,
        e.encode(history[-1:]),
        after=len(past),
        key=f"{integration_id}-{len(past)}",
        meta={},
        row=row_of(fold(integration_id, history)),
        follow_ups=(),
    )


async def granted(both: Both) -> str:
    """The header of an access token that the reader's key was exchanged for."""
    form = f"grant_type=api_key&api_key={both.front.texts['reader']}".encode()
    head = "POST /auth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    answer = await answered(both.front.port, f"{head}Content-Length: {len(form)}\r\n\r\n".encode() + form)
    text = answer.partition(b'"access_token": "')[2].partition(b'"')[0]
    return f"Authorization: Bearer {text.decode()}"
