"""Health, figures, set-up, and what every answer carries."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from bot.application.callers import NotRecognised
from bot.application.configuration_schema import schema_text
from bot.records import Refused, Unavailable
from bot.web import health
from bot.web.gateway import tried
from tests.doors.webapp import Client, Connect, FakeMetrics, Given, app_of, comment, headers_for, served

Open = Callable[[], Awaitable[Client]]


def answering(word: str) -> health.Probe:
    async def probe() -> str:
        return word

    return probe


ROUTES = sorted({resource.canonical for resource in app_of(Given()).router.resources()})


@pytest.mark.parametrize("path", [*ROUTES, "/nowhere", "/webhooks/github?x=%00"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_every_answer_carries_the_security_headers_and_no_server_version(
    client: Client, method: str, path: str
) -> None:
    answer = await client.request(method, path)

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "object-src 'none'; frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Server" not in answer.headers
    assert len(answer.headers["X-Request-Id"]) == 16


@pytest.mark.parametrize(
    ("error", "is_logged"),
    [
        (RuntimeError("unforeseen"), True),
        (Unavailable("database"), False),
        (Refused(403, "no", "no"), False),
        (NotRecognised("key_unknown"), False),
    ],
)
async def test_what_fails_before_the_application_is_the_applications_to_answer(
    error: Exception,
    is_logged: bool,  # noqa: FBT001
) -> None:
    async def telling() -> None:
        raise error

    with capture_logs() as logs:
        assert await tried(telling()) is None

    assert [line["event"] for line in logs] == ["answer_not_told_again"] * is_logged


async def test_it_is_alive(client: Client) -> None:
    answer = await client.get("/healthz")

    assert (answer.status, await answer.json()) == (200, {"status": "ok"})


async def test_it_is_ready_when_all_it_needs_is(connect: Open, given: Given) -> None:
    given.needs = {"database": answering("ok"), "engine": answering("ok")}
    client = await connect()

    answer = await client.get("/readyz")

    assert answer.status == 200
    assert await answer.json() == {
        "ready": True,
        "database": "ok",
        "engine": "ok",
        "breakers": {"github": "closed"},
    }


async def test_what_is_only_told_beside_does_not_decide(connect: Open, given: Given) -> None:
    given.needs, given.beside = {"database": answering("ok")}, {"cache": answering("away")}
    client = await connect()

    answer = await client.get("/readyz")

    assert answer.status == 200
    assert (await answer.json())["cache"] == "away"


async def test_it_is_not_ready_while_anything_is_missing(connect: Open, given: Given) -> None:
    given.needs = {"database": answering("unreachable"), "engine": answering("ok")}
    client = await connect()

    answer = await client.get("/readyz")

    assert answer.status == 503
    assert (await answer.json())["database"] == "unreachable"


async def test_a_probe_that_hangs_is_told_as_such() -> None:
    async def hang() -> str:
        await asyncio.get_running_loop().create_future()
        return "ok"

    assert await health.asked(hang, seconds=0.01) == "timeout"


async def test_sx_12_figures_are_for_this_machine_alone(client: Client) -> None:
    near = await client.get("/metrics")
    relayed = await client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
    by_another_name = await client.get("/metrics", headers={"Host": "bot.example.org"})

    assert (near.status, relayed.status, by_another_name.status) == (200, 403, 403)
    assert (await near.read()).startswith(b"deliveries_kept_total")


async def test_sx_12_behind_a_proxy_that_does_not_say_so_figures_are_for_nobody(
    connect: Open, given: Given
) -> None:
    given.is_public = True
    client = await connect()

    as_nginx_sends_it = await client.get("/metrics", headers={"Connection": "close"})

    assert as_nginx_sends_it.status == 403
    assert (await as_nginx_sends_it.json())["type"] == "urn:problem:no_token"


async def test_sx_12_or_for_the_bearer_of_the_token(connect: Open, given: Given) -> None:
    given.metrics_token, given.is_public = "a-token", True
    client = await connect()

    without = await client.get("/metrics")
    wrong = await client.get("/metrics", headers={"Authorization": "Bearer another"})
    right = await client.get("/metrics", headers={"Authorization": "Bearer a-token"})

    assert (without.status, wrong.status, right.status) == (401, 401, 200)


@pytest.mark.parametrize(
    "path", ["/debug", "/.git/config", "/.env", "/metrics/", "/console", "/setup/", "/%2e%2e/"]
)
async def test_sx_12_there_is_nothing_to_find_beside_the_routes(client: Client, path: str) -> None:
    answer = await client.get(path)

    assert (answer.status, answer.content_type) == (404, "application/problem+json")


async def test_the_schema_of_a_configuration_is_for_every_editor(client: Client) -> None:
    answer = await client.get("/schemas/claude-bot.json", headers={"X-Forwarded-For": "203.0.113.7"})
    elsewhere = await client.get("/schemas/claude-bot.yml")

    assert (answer.status, answer.content_type) == (200, "application/schema+json")
    assert await answer.text() == schema_text()
    assert elsewhere.status == 404


async def test_web_20_a_fresh_instance_is_locked_without_the_token_from_its_console(
    connect: Open, given: Given
) -> None:
    given.setup_token = "from-the-console"
    client = await connect()

    stranger = await client.get("/setup")
    guess = await client.get("/setup?token=guess")
    relayed = await client.get("/setup?token=from-the-console", headers={"Forwarded": "for=203.0.113.7"})
    operator = await client.get("/setup?token=from-the-console")

    assert [answer.status for answer in (stranger, guess, relayed, operator)] == [403, 403, 403, 200]
    assert await operator.text() == "1. Make the GitHub App.\n"


async def test_web_20_the_token_from_the_console_is_good_once_and_its_browser_stays(
    connect: Open, given: Given
) -> None:
    given.setup_token = "from-the-console"
    client = await connect()
    await client.get("/setup?token=guess")
    operator = await client.get("/setup?token=from-the-console")
    cookie = operator.cookies["setup"]

    again = await client.get("/setup", headers={"Cookie": f"setup={cookie.value}"})
    client.session.cookie_jar.clear()
    another = await client.get("/setup?token=from-the-console")
    forged = await client.get("/setup", headers={"Cookie": "setup=from-the-console"})

    assert [answer.status for answer in (operator, again, another, forged)] == [200, 200, 403, 403]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/setup", True, "Strict")
    assert (await another.json())["type"] == "urn:problem:spent"


async def test_web_20_once_set_up_there_is_no_set_up_page(client: Client) -> None:
    answer = await client.get("/setup?token=")

    assert answer.status == 404


async def test_answers_are_counted_by_route_and_never_by_the_path_somebody_invents(
    client: Client, metrics: FakeMetrics
) -> None:
    await client.get("/healthz")
    await client.get("/invented")
    await client.post("/healthz")

    assert metrics.answered == [("/healthz", 200), ("unmatched", 404), ("unmatched", 405)]


async def test_a_refusal_is_one_log_line_with_its_code_and_without_the_query(client: Client) -> None:
    with capture_logs() as lines:
        await client.post("/webhooks/github?token=canary", data=b"{}")

    assert lines == [
        {
            "event": "request_refused",
            "log_level": "info",
            "path": "/webhooks/github",
            "status": 401,
            "code": "bad_signature",
        }
    ]


async def test_the_log_line_of_an_unforeseen_error_carries_the_request_id(
    given: Given, aiohttp_client: Connect
) -> None:
    given.inbox.failure = ZeroDivisionError()
    client = await served(given, aiohttp_client)
    body = comment()

    with capture_logs() as lines:
        await client.post("/webhooks/github", data=body, headers=headers_for(body))

    (line,) = lines
    assert (line["event"], line["log_level"]) == ("request_failed", "error")
