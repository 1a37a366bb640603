"""GitHub's door over real HTTP: kept before the answer, refused in words, never a 500."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.records import Unavailable
from tests.doors.webapp import NOON, Client, FakeInbox, FakeMetrics, Given, comment, headers_for, sign

DOOR = "/webhooks/github"


async def test_a_signed_delivery_is_kept_and_then_accepted(client: Client, inbox: FakeInbox) -> None:
    body = comment()

    answer = await client.post(DOOR, data=body, headers=headers_for(body, X_GitHub_Delivery="d-1"))

    assert (answer.status, await answer.json()) == (202, {"fresh": True})
    (kept,) = inbox.kept
    assert (kept.key, kept.source, kept.kind, kept.body) == ("d-1", "github", "issue_comment.created", body)
    assert (kept.meaning, kept.received_at) == ("issue_comment.created:7:2026-01-01T00:00:00Z", NOON)


@pytest.mark.parametrize(
    ("named", "installation"),
    [({"id": 5}, 5), (None, None), ({}, None), ({"id": "5"}, None), ("5", None), ([5], None)],
)
async def test_the_installation_that_it_came_through_is_read_at_the_door(
    client: Client, inbox: FakeInbox, named: object, installation: int | None
) -> None:
    body = comment(installation=named)

    await client.post(DOOR, data=body, headers=headers_for(body))

    assert [kept.installation for kept in inbox.kept] == [installation]


async def test_the_second_time_it_is_accepted_and_not_fresh(client: Client, metrics: FakeMetrics) -> None:
    body = comment()
    await client.post(DOOR, data=body, headers=headers_for(body))

    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert (answer.status, await answer.json()) == (202, {"fresh": False})
    assert metrics.kept == [True, False]


async def test_while_the_inbox_is_unavailable_github_is_asked_to_come_again(
    client: Client, inbox: FakeInbox, metrics: FakeMetrics
) -> None:
    inbox.is_down()
    body = comment()

    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert (answer.status, answer.headers["Retry-After"]) == (503, "7")
    assert metrics.refused == ["database_unreachable"]


async def test_sx_12_what_a_driver_says_is_for_the_log_alone(client: Client, inbox: FakeInbox) -> None:
    inbox.failure = Unavailable("database", "connection to db.internal as bot failed")
    body = comment()

    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert (answer.status, "db.internal" in await answer.text()) == (503, False)


async def test_what_nobody_foresaw_is_a_500_without_a_word_about_why(
    client: Client, inbox: FakeInbox
) -> None:
    inbox.failure = ZeroDivisionError("the canary")
    body = comment()

    answer = await client.post(DOOR, data=body, headers=headers_for(body))

    assert answer.status == 500
    assert "canary" not in await answer.text()


async def test_a_refusal_is_a_problem_that_says_what_to_do(client: Client, metrics: FakeMetrics) -> None:
    answer = await client.post(DOOR, data=b"{}")

    problem = await answer.json(content_type="application/problem+json")
    assert answer.status == 401
    assert problem == {
        "type": "urn:problem:bad_signature",
        "title": "Unauthorized",
        "status": 401,
        "detail": "sign the raw body with the webhook secret, as SHA-256",
        "request_id": answer.headers["X-Request-Id"],
    }
    assert metrics.refused == ["bad_signature"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity"])
async def test_an_encoded_body_is_refused_unread(client: Client, inbox: FakeInbox, encoding: str) -> None:
    body = comment()

    answer = await client.post(DOOR, data=body, headers=headers_for(body, Content_Encoding=encoding))

    assert (answer.status, inbox.kept) == (415, [])


async def test_without_github_settings_the_door_keeps_nothing(
    connect: Callable[[], Awaitable[Client]], given: Given
) -> None:
    given.secrets = ()
    client = await connect()
    body = comment()

    answer = await client.post(
        DOOR, data=body, headers=headers_for(body, X_Hub_Signature_256=sign(body, secret=b""))
    )

    problem = await answer.json(content_type="application/problem+json")
    assert (answer.status, problem["type"], given.inbox.kept) == (503, "urn:problem:setup_mode", [])


async def test_wh_14_a_delivery_made_for_another_app_is_refused(
    connect: Callable[[], Awaitable[Client]], given: Given
) -> None:
    given.app_id = "17"
    client = await connect()
    body = comment()
    named = {"X-GitHub-Hook-Installation-Target-Type": "integration"}

    other = await client.post(
        DOOR, data=body, headers=headers_for(body) | named | {"X-GitHub-Hook-Installation-Target-ID": "18"}
    )
    own = await client.post(
        DOOR, data=body, headers=headers_for(body) | named | {"X-GitHub-Hook-Installation-Target-ID": "17"}
    )

    assert (other.status, own.status) == (401, 202)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", DOOR, 405),
        ("PUT", DOOR, 405),
        ("POST", f"{DOOR}/", 404),
        ("POST", "/webhooks//github", 404),
        ("POST", "/Webhooks/github", 404),
        ("POST", "/webhooks/github/../slack", 404),
        ("POST", "/", 404),
    ],
)
async def test_wh_16_only_the_exact_path_and_post_are_a_door(
    client: Client, inbox: FakeInbox, method: str, path: str, status: int
) -> None:
    body = comment()

    answer = await client.request(
        method, path, data=body, headers=headers_for(body, X_HTTP_Method_Override="POST")
    )

    assert (answer.status, answer.content_type, inbox.kept) == (status, "application/problem+json", [])


async def test_a_body_that_stops_half_way_is_not_kept(client: Client, inbox: FakeInbox) -> None:
    body = comment()
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers_for(body).items())
    writer.write(f"POST {DOOR} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode())
    writer.write(body[:-1])
    writer.write_eof()

    await reader.read()
    writer.close()

    assert inbox.kept == []


async def test_an_unknown_expectation_is_no_error_of_ours(client: Client) -> None:
    answer = await client.post(DOOR, data=b"{}", headers={"Expect": "a-miracle"})

    assert answer.status == 417
