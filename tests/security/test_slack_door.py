"""Slack's door against hostile requests: signatures, times, bodies, copies."""

import asyncio
import json
from typing import Final
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.domain.slack_signatures import is_dated, is_signed
from bot.infrastructure.crypto import Crypto, NotSealedHere
from bot.infrastructure.sealed_bodies import SealedBodies
from tests.doors.slacking import DOOR, command, event, headers_for, pressed, sign, stamp
from tests.doors.webapp import NOON, SECRET, Client, Connect, Given, served
from tests.unit.test_settings import problems

KINDS: Final = [event("Ev1"), command(), pressed(), pressed(type="block_suggestion")]


@pytest.fixture
def world() -> Given:
    return Given()


@pytest.fixture
async def client(world: Given, aiohttp_client: Connect) -> Client:
    return await served(world, aiohttp_client)


@pytest.mark.parametrize("body", KINDS)
async def test_sl_01_what_is_not_signed_is_refused_and_nothing_is_kept(
    client: Client, world: Given, body: bytes
) -> None:
    unsigned = headers_for(body)
    del unsigned["X-Slack-Signature"]
    forged = headers_for(body, X_Slack_Signature=sign(body, stamp(), secret=b"x" * 32))

    statuses = [(await client.post(DOOR, data=body, headers=each)).status for each in (unsigned, forged)]

    assert (statuses, world.inbox.kept) == ([401, 401], [])


def test_sl_01_the_published_example_is_signed() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
        b"channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
        b"response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&"
        b"trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"

    assert is_signed("1531420618", body, signature, secrets=[b"8f742231b10e8888abcd99yyyzzz85a5"])


@pytest.mark.parametrize("secrets", [(), (b"",), (b"", b"")])
def test_sl_01_without_a_secret_no_signature_is_good(secrets: tuple[bytes, ...]) -> None:
    body = event()

    assert not is_signed(stamp(), body, sign(body, stamp(), secret=b""), secrets=secrets)


def test_sl_01_while_the_secret_is_changed_both_are_good() -> None:
    old, new, body = b"o" * 32, b"n" * 32, event()

    good = [is_signed(stamp(), body, sign(body, stamp(), secret=s), secrets=(new, old)) for s in (old, new)]

    assert good == [True, True]
    assert not is_signed(stamp(), body, sign(body, stamp(), secret=old), secrets=(new,))


@pytest.mark.parametrize("place", [0, 1, 40, -1])
def test_sl_01_one_flipped_bit_breaks_the_signature(place: int) -> None:
    body = bytearray(event())
    signature = sign(bytes(body), stamp())
    body[place] ^= 1

    assert not is_signed(stamp(), bytes(body), signature, secrets=[SECRET])


@pytest.mark.parametrize("secret", ["", "   ", "a" * 31, f"{'a' * 32},short", ",".join(["a" * 32] * 3)])
def test_sl_01_an_empty_or_short_signing_secret_stops_the_start(secret: str) -> None:
    found = problems(SLACK_SIGNING_SECRET=secret)

    assert [problem.split(":")[0] for problem in found] == ["SLACK_SIGNING_SECRET"]


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (301, 401), (-299, 200), (299, 200), (0, 200)])
async def test_sl_02_what_was_not_sent_in_these_five_minutes_is_refused(
    client: Client, world: Given, seconds: int, status: int
) -> None:
    body = event()

    answer = await client.post(DOOR, data=body, headers=headers_for(body, stamp(seconds)))

    assert (answer.status, len(world.inbox.kept)) == (status, int(status == 200))


async def test_sl_02_another_time_breaks_the_signature(client: Client) -> None:
    body = event()
    headers = headers_for(body, stamp(-400)) | {"X-Slack-Request-Timestamp": stamp()}

    assert (await client.post(DOOR, data=body, headers=headers)).status == 401


@pytest.mark.parametrize("body", KINDS)
async def test_sl_03_the_same_signed_bytes_ten_times_are_one(
    client: Client, world: Given, body: bytes
) -> None:
    headers = headers_for(body)

    answers = await asyncio.gather(*(client.post(DOOR, data=body, headers=headers) for _ in range(10)))

    assert {answer.status for answer in answers} == {200}
    assert (len(world.inbox.kept), sum(world.metrics.kept)) == (1, 1)


@pytest.mark.parametrize("body", [command(), pressed()])
async def test_sl_03_an_act_that_is_signed_anew_is_the_same_act(
    client: Client, world: Given, body: bytes
) -> None:
    for seconds in (0, 1, 250):
        await client.post(DOOR, data=body, headers=headers_for(body, stamp(seconds)))

    assert world.metrics.kept == [True, False, False]


ODD_STAMPS: Final = ["", "now", "1e9", "-1", "1.5", "٣", "1" * 13, "1" * 5000, " 1", "0x10", "nan"]


@pytest.mark.parametrize("odd", ODD_STAMPS)
def test_sl_04_what_is_no_time_is_none(odd: str) -> None:
    assert not is_dated(odd, NOON)


@pytest.mark.parametrize("odd", ["v0=" + "é" * 64, "\udcff", "v0=", "v1=" + "0" * 64, "a" * 9000])
def test_sl_04_what_is_no_signature_is_none(odd: str) -> None:
    assert not is_signed(stamp(), b"{}", odd, secrets=[SECRET])


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{\xff}", b"command=%2Fclaude&text=\xff"])
async def test_sl_04_what_is_no_text_is_refused_though_it_is_signed(client: Client, body: bytes) -> None:
    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert answer.status == 401


ON_THE_WIRE: Final = st.binary(max_size=40).map(lambda raw: raw.translate(None, b"\r\n"))
NAMES: Final = st.sampled_from([
    "X-Slack-Signature",
    "X-Slack-Request-Timestamp",
    "X-Slack-Retry-Num",
    "Content-Type",
    "Content-Encoding",
])


@given(headers=st.lists(st.tuples(NAMES, ON_THE_WIRE), max_size=5), body=st.binary(max_size=60))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_sl_04_no_header_and_no_body_is_more_than_refused(
    client: Client, headers: list[tuple[str, bytes]], body: bytes
) -> None:
    lines = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers)

    assert await raw_status(client, lines, body) in {400, 401}


async def raw_status(client: Client, lines: bytes, body: bytes) -> int:
    """What the door answers to these header lines, sent as they are."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    fixed = f"POST {DOOR} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n".encode()
    writer.write(fixed + lines + b"\r\n" + body)
    status_line = await reader.readline()
    writer.close()
    return int(status_line.split()[1])


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
MEMBERS: Final = st.sampled_from([
    "type",
    "event",
    "event_id",
    "challenge",
    "team_id",
    "team",
    "trigger_id",
    "user",
    "subtype",
    "enterprise",
])
SIGNED: Final = (
    st.dictionaries(MEMBERS, JSON | st.dictionaries(MEMBERS, JSON, max_size=3), max_size=6).map(
        lambda given: json.dumps(given).encode()
    )
    | st.binary(max_size=80)
    | st.text(max_size=60).map(lambda text: text.encode(errors="replace"))
    | st.dictionaries(
        st.sampled_from(["payload", "command", "trigger_id", "team_id"]), st.text(max_size=30)
    ).map(
        lambda given: urlencode({
            name: text.encode(errors="replace") for name, text in given.items()
        }).encode()
    )
)


@given(body=SIGNED)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_sl_04_nothing_that_is_signed_makes_the_door_answer_500(client: Client, body: bytes) -> None:
    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert answer.status in {200, 400, 401}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"a": NaN}',
        b"[" * 100_000,
        b"[]",
        b"payload=x",
        b"payload=%5B%5D",
        b"a=1&a=2",
        b"a=%ff",
        b"&" * 200,
    ],
)
async def test_sl_04_what_is_signed_and_cannot_be_read_is_refused(client: Client, body: bytes) -> None:
    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert answer.status == 400, await answer.text()


async def test_sl_05_nothing_of_a_body_is_logged(client: Client) -> None:
    body = command(text="canary\n[info] all is well") + b"&response_url=https://canary.example"
    with capture_logs() as unsigned:
        await client.post(
            DOOR, data=body, headers={"X-Slack-Signature": "v0=canary", "X-Slack-Retry-Num": "canary"}
        )
    with capture_logs() as signed:
        await client.post(DOOR, data=body, headers=headers_for(body))

    assert [line["code"] for line in (*unsigned, *signed) if "code" in line] == [
        "bad_timestamp",
        "invalid_form",
    ]
    assert "canary" not in repr(unsigned) + repr(signed)


async def test_sl_05_what_is_kept_is_sealed_under_its_own_name(client: Client, world: Given) -> None:
    body = command()

    await client.post(DOOR, data=body, headers=headers_for(body))

    (kept,) = world.inbox.kept
    assert kept.body == world.seals.seal(body, key=kept.key)
    assert b"canary" not in kept.body


async def test_sl_05_of_what_nobody_hears_the_name_alone_is_kept(client: Client, world: Given) -> None:
    world.unheard = ["slack:event.message"]
    body = event("Ev3", type="message")

    await client.post(DOOR, data=body, headers=headers_for(body))

    assert [(kept.key, kept.body) for kept in world.inbox.kept] == [("slack:Ev3", b"")]


def test_sl_05_a_body_opens_under_its_own_key_and_name_alone() -> None:
    bodies, others = SealedBodies(Crypto(b"k" * 32)), SealedBodies(Crypto(b"o" * 32))
    sealed = bodies.seal(command(), key="slack:1")

    assert b"canary" not in sealed
    assert b"canary" in bodies.open(sealed, key="slack:1")
    for opening, key in ((bodies, "slack:2"), (others, "slack:1")):
        with pytest.raises(NotSealedHere):
            opening.open(sealed, key=key)


@pytest.mark.parametrize("more", [b"", b"&command=%2Fclaude&text=freeze+all+now"])
async def test_sl_06_a_check_of_certificates_does_nothing(client: Client, world: Given, more: bytes) -> None:
    body = b"ssl_check=1&token=canary" + more

    with capture_logs() as logged:
        unsigned = await client.post(DOOR, data=body)
        signed = await client.post(DOOR, data=body, headers=headers_for(body))

    assert (unsigned.status, signed.status, world.inbox.kept) == (401, 200, [])
    assert "canary" not in repr(logged)


async def test_sl_07_what_is_sent_again_and_again_is_one_event(client: Client, world: Given) -> None:
    body = event("Ev9")
    answers = [await client.post(DOOR, data=body, headers=headers_for(body))]
    for number, seconds in ((1, 1), (2, 60), (3, 299)):
        again = headers_for(
            body, stamp(seconds), X_Slack_Retry_Num=str(number), X_Slack_Retry_Reason="http_timeout"
        )
        answers.append(await client.post(DOOR, data=body, headers=again))

    assert {answer.status for answer in answers} == {200}
    assert world.metrics.kept == [True, False, False, False]
    assert [kept.key for kept in world.inbox.kept] == ["slack:Ev9"]


async def test_sl_07_a_header_that_says_it_is_the_third_time_is_not_believed(
    client: Client, world: Given
) -> None:
    body = event()

    await client.post(DOOR, data=body, headers=headers_for(body, X_Slack_Retry_Num="3"))

    assert world.metrics.kept == [True]


async def test_sl_07_what_cannot_be_kept_in_time_is_put_off(aiohttp_client: Connect) -> None:
    world = Given(slack_patience=0.05)
    world.inbox.is_slow = True
    client = await served(world, aiohttp_client)
    body = event()

    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert (answer.status, world.metrics.refused) == (503, ["too_late"])


async def test_a_form_is_none_for_what_a_header_says_of_it(client: Client, world: Given) -> None:
    said = event(text='&payload={"type":"block_actions","trigger_id":"1.1"}&command=%2Fclaude&')

    await client.post(
        DOOR, data=said, headers=headers_for(said, Content_Type="application/x-www-form-urlencoded")
    )

    assert [kept.kind for kept in world.inbox.kept] == ["slack:event.app_mention"]
