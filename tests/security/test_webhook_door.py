"""The GitHub door against hostile requests: signatures, headers, bodies, names."""

import asyncio
import string
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.signatures import is_signed
from bot.records import Delivery, Refused
from bot.web.webhooks import read_github
from tests.doors.webapp import NOON, SECRET, Client, Connect, Given, comment, headers_for, served, sign

DOOR: Final = "/webhooks/github"
RECORDED: Final = sorted((Path(__file__).parents[1] / "contracts/data/webhooks").glob("*/*.json"))
HANDLED: Final = (
    "check_run",
    "check_suite",
    "deployment_status",
    "installation",
    "installation_repositories",
    "issue_comment",
    "issues",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "push",
    "workflow_run",
)


@pytest.fixture
def world() -> Given:
    return Given()


@pytest.fixture
async def client(world: Given, aiohttp_client: Connect) -> Client:
    return await served(world, aiohttp_client)


def read(body: bytes, secrets: tuple[bytes, ...] = (SECRET,), /, **more: str) -> Delivery:
    return read_github(headers_for(body, **more), body, secrets=secrets, now=NOON)


def refusal(body: bytes, secrets: tuple[bytes, ...] = (SECRET,), /, **more: str) -> tuple[int, str]:
    with pytest.raises(Refused) as refused:
        read(body, secrets, **more)
    return refused.value.status, refused.value.code


async def test_wh_01_an_unsigned_delivery_is_refused_and_nothing_is_kept(
    client: Client, world: Given
) -> None:
    body = comment()
    headers = headers_for(body)
    del headers["X-Hub-Signature-256"]

    answer = await client.post(DOOR, data=body, headers=headers)

    assert (answer.status, world.inbox.kept) == (401, [])


@pytest.mark.parametrize("secrets", [(), (b"",), (b"", b"")])
def test_wh_02_without_a_secret_no_signature_is_good(secrets: tuple[bytes, ...]) -> None:
    body = comment()

    assert refusal(body, secrets, X_Hub_Signature_256=sign(body, secret=b"")) == (
        401,
        "bad_signature",
    )


def test_wh_03_a_sha1_signature_is_refused_in_either_header() -> None:
    body = comment()
    sha1 = sign(body, algorithm="sha1")

    in_the_new_header = refusal(body, X_Hub_Signature_256=sha1)
    in_its_own_header = refusal(body, X_Hub_Signature_256="", X_Hub_Signature=sha1)

    assert in_the_new_header == in_its_own_header == (401, "bad_signature")


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=zz",
        "\udcff\udcfe",
        "\ud800",
        "sha256=" + "é" * 64,
        "sha512=" + "0" * 64,
        " " * 9000,
    ],
)
def test_wh_05_an_odd_signature_is_a_plain_401(signature: str) -> None:
    assert refusal(comment(), X_Hub_Signature_256=signature) == (401, "bad_signature")


NAMES = st.sampled_from([
    "X-Hub-Signature-256",
    "X-GitHub-Event",
    "X-GitHub-Delivery",
    "Content-Type",
    "Content-Encoding",
    "X-GitHub-Hook-Installation-Target-Type",
])
VALUES = st.one_of(
    st.text(max_size=60),
    st.text(string.printable, max_size=60),
    st.sampled_from([
        "application/json; charset=klingon",
        "issue_comment",
        "gzip",
        "integration",
        sign(b"{}"),
    ]),
)


@given(st.dictionaries(NAMES, VALUES), st.binary(max_size=40) | st.just(b"{}") | st.just(comment()))
@settings(max_examples=300, deadline=None)
def test_wh_05_no_header_and_no_body_is_more_than_refused(headers: dict[str, str], body: bytes) -> None:
    signed = {"X-Hub-Signature-256": sign(body)} | headers

    status = status_of(signed, body)

    assert status in {202, 400, 401, 413, 415}


def status_of(headers: dict[str, str], body: bytes) -> int:
    try:
        read_github(headers, body, secrets=(SECRET,), now=NOON)
    except Refused as no:
        return no.status
    return 202


ON_THE_WIRE = st.binary(max_size=40).map(lambda raw: raw.translate(None, b"\r\n"))


@given(headers=st.lists(st.tuples(NAMES, ON_THE_WIRE), max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_wh_05_no_raw_header_bytes_make_the_door_answer_500(
    client: Client, headers: list[tuple[str, bytes]]
) -> None:
    lines = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers)

    status = await raw_status(client, lines, b"{}")

    assert status in {400, 401, 413, 415}


async def raw_status(client: Client, lines: bytes, body: bytes) -> int:
    """What the door answers to these header lines, sent as they are."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    fixed = f"POST {DOOR} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n".encode()
    writer.write(fixed + lines + b"\r\n" + body)
    status_line = await reader.readline()
    writer.close()
    return int(status_line.split()[1])


def test_wh_06_the_published_example_is_signed() -> None:
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    assert is_signed(b"Hello, World!", signature, secrets=[b"It's a Secret to Everybody"])


ODD_TEXTS: Final = [
    '"\\u00e9"', '"é"', '"\\ud83d\\ude80"', '"🚀"', '"\\u0000"', '"\\/"', '"/"', "1.0", "1e2", "-0", "[]",
    '"\\ud800"', '"\\u2028"', "12345678901234567890123", "null", '{"a":1,"a":2}', '"\\t"', "true", '"<!--"',
]  # fmt: skip


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_wh_06_the_bytes_as_they_came_are_what_is_signed_and_kept(text: str) -> None:
    body = comment().replace(b'"/claude help"', text.encode())

    assert read(body).body == body


@pytest.mark.parametrize("place", [0, 1, 40, -1])
def test_wh_06_one_flipped_bit_breaks_the_signature(place: int) -> None:
    body = bytearray(comment())
    signature = sign(bytes(body))
    body[place] ^= 1

    assert refusal(bytes(body), X_Hub_Signature_256=signature) == (401, "bad_signature")


def test_wh_06_a_byte_order_mark_is_no_json() -> None:
    assert refusal(b"\xef\xbb\xbf" + comment()) == (400, "invalid_json")


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_recorded_payload_is_accepted_under_its_own_name(recorded: Path) -> None:
    delivery = read(recorded.read_bytes(), X_GitHub_Event=recorded.parent.name)

    assert delivery.kind.split(".")[0] == recorded.parent.name


def test_all_recorded_payloads_are_there() -> None:
    assert len(RECORDED) == 190


@pytest.mark.parametrize(
    "claimed", ["installation", "pull_request", "check_run", "push", "issues", "repository"]
)
def test_wh_07_a_comment_under_another_name_is_refused(claimed: str) -> None:
    assert refusal(comment(installation={"id": 5}), X_GitHub_Event=claimed) == (400, "family_mismatch")


@pytest.mark.parametrize("claimed", HANDLED)
def test_wh_07_no_recorded_payload_passes_under_the_name_of_a_family_we_act_on(claimed: str) -> None:
    others = [path for path in RECORDED if path.parent.name != claimed]

    passing = {path.parent.name for path in others if accepts(path.read_bytes(), claimed)}

    # A deployment names the run that made it; all that a workflow_run says to us is "look again".
    assert passing == ({"deployment"} if claimed == "workflow_run" else set())


def accepts(body: bytes, family: str) -> bool:
    return status_of(headers_for(body, X_GitHub_Event=family), body) == 202


@pytest.mark.parametrize(
    ("event", "action", "kind"),
    [
        ("sub_issues", "added", "sub_issues.added"),
        ("issue_comment", "pinned", "issue_comment.pinned"),
        ("x", None, "x"),
    ],
)
def test_wh_10_what_github_adds_tomorrow_is_accepted(event: str, action: str | None, kind: str) -> None:
    assert read(comment(action=action), X_GitHub_Event=event).kind == kind


@pytest.mark.parametrize("action", ["", 7, [], "a\0b", "a\nb", "x" * 101, "\ud800"])
def test_wh_10_an_action_that_is_no_name_is_refused(action: object) -> None:
    assert refusal(comment(action=action)) == (400, "invalid_action")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X_GitHub_Event", ""),
        ("X_GitHub_Event", "issue comment"),
        ("X_GitHub_Event", "issues\n"),
        ("X_GitHub_Event", "é"),
        ("X_GitHub_Delivery", ""),
        ("X_GitHub_Delivery", "a/../b"),
        ("X_GitHub_Delivery", "x" * 129),
    ],
)
def test_a_header_that_is_missing_or_odd_is_refused_with_its_name(name: str, value: str) -> None:
    with pytest.raises(Refused, match=name.replace("_", "-")) as refused:
        read(comment(), **{name: value})

    assert (refused.value.status, refused.value.code) == (400, "invalid_header")


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data"],
)
def test_only_json_is_read(content_type: str) -> None:
    assert refusal(comment(), Content_Type=content_type) == (415, "not_json")


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON ; charset=klingon"])
def test_json_is_read_whatever_charset_is_claimed(content_type: str) -> None:
    assert read(comment(), Content_Type=content_type).kind == "issue_comment.created"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a": NaN}', b"[" * 100_000 + b"]" * 100_000])
def test_wh_12_what_is_no_json_or_nested_too_deeply_is_refused(body: bytes) -> None:
    assert refusal(body) == (400, "invalid_json")


@pytest.mark.parametrize("body", [b"[]", b"1", b'"x"', b"null"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    assert refusal(body) == (400, "not_an_object")


def test_wh_15_while_the_secret_is_changed_both_are_good_and_then_the_old_one_is_not() -> None:
    old, new = b"the-old-secret-of-thirty-two-byte", b"the-new-secret-of-thirty-two-byte"
    body = comment()

    during = [read(body, (new, old), X_Hub_Signature_256=sign(body, secret=s)).kind for s in (old, new)]
    after = refusal(body, (new,), X_Hub_Signature_256=sign(body, secret=old))

    assert during == ["issue_comment.created"] * 2
    assert after == (401, "bad_signature")
