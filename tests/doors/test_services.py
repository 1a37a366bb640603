"""A process has the routes of the services that it was started for, and no others."""

from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from typing import Final

import aiohttp
import pytest
from inline_snapshot import snapshot

from bot.doors import count, open_bot
from bot.infrastructure.aside import Aside
from bot.infrastructure.database import Database
from bot.infrastructure.metrics import Metrics
from bot.instruments import Instruments
from bot.services import chosen
from bot.settings import Settings
from tests.doors.running import running
from tests.story.running import Bot, figures_at

ASKED: Final = (
    ("GET", "/healthz"),
    ("POST", "/readyz"),  # it is there; whether all is well in time does not matter here
    ("GET", "/metrics"),
    ("POST", "/webhooks/github"),
    ("POST", "/slack/events"),
    ("GET", "/setup"),
    ("GET", "/schemas/claude-bot.json"),
    ("POST", "/auth/token"),
    ("GET", "/.well-known/jwks.json"),
)
WORKERS: Final = (["workflow"], ["ai"], ["notifications"], ["workflow", "ai", "notifications"])


HERE: Final = {"/auth/token": 400, "/.well-known/jwks.json": 200}
NOT_HERE: Final = dict.fromkeys(HERE, 404)


async def answers(port: int) -> dict[str, int]:
    """What the process at this port answers to each."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        return {path: await status(session, method, path) for method, path in ASKED}


async def status(session: aiohttp.ClientSession, method: str, path: str) -> int:
    async with session.request(method, path, data=b"{}" if method == "POST" else None) as answer:
        return answer.status


async def answers_of(environment: Mapping[str, str], names: list[str]) -> dict[str, int]:
    settings = Settings.read({**environment, "PORT": "0"})
    opened = open_bot(settings, chosen(names), instruments=Instruments())
    async with opened as (_, port):
        return await answers(port)


@pytest.mark.parametrize("names", [[], ["integrations"], ["integrations", "ai"]])
async def test_the_doors_are_where_integrations_is(bot: Bot, names: list[str]) -> None:
    assert await answers_of(bot.environment, names) == snapshot({
        "/healthz": 200,
        "/readyz": 405,
        "/metrics": 200,
        "/webhooks/github": 401,
        "/slack/events": 404,
        "/setup": 404,
        "/schemas/claude-bot.json": 200,
        **(HERE if not names else NOT_HERE),
    })


@pytest.mark.parametrize(("names", "told"), [(["integrations"], 401), (["auth"], 404)])
async def test_slacks_door_is_where_integrations_is_once_its_secret_is_set(
    bot: Bot, names: list[str], told: int
) -> None:
    environment = {**bot.environment, "SLACK_SIGNING_SECRET": "s" * 32}

    assert (await answers_of(environment, names))["/slack/events"] == told


@pytest.mark.parametrize(
    ("given", "names", "told"),
    [
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "c" * 32}, ["integrations"], 303),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "c" * 32}, ["auth"], 404),
        ({"SLACK_BOT_TOKEN": "xoxb-1234-abcdefgh"}, ["integrations"], 503),
    ],
    ids=["many workspaces", "another service", "one workspace"],
)
async def test_workspaces_install_it_where_integrations_is(
    bot: Bot, given: dict[str, str], names: list[str], told: int
) -> None:
    settings = Settings.read({**bot.environment, "SLACK_SIGNING_SECRET": "s" * 32, **given, "PORT": "0"})
    async with (
        open_bot(settings, chosen(names), instruments=Instruments()) as (_, port),
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
        session.get("/slack/install", allow_redirects=False) as answer,
    ):
        assert answer.status == told


async def test_tokens_are_had_where_auth_is_and_nothing_else(bot: Bot) -> None:
    assert await answers_of(bot.environment, ["auth"]) == snapshot({
        "/healthz": 200,
        "/readyz": 405,
        "/metrics": 200,
        "/webhooks/github": 404,
        "/slack/events": 404,
        "/setup": 404,
        "/schemas/claude-bot.json": 404,
        "/auth/token": 400,
        "/.well-known/jwks.json": 200,
    })


@pytest.mark.parametrize(("names", "told"), [(["auth"], 503), (["integrations"], 404)])
async def test_people_sign_in_where_auth_is(bot: Bot, names: list[str], told: int) -> None:
    settings = Settings.read({**bot.environment, "PORT": "0"})
    async with (
        open_bot(settings, chosen(names), instruments=Instruments()) as (_, port),
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
    ):
        assert await status(session, "GET", "/auth/login") == told


@pytest.mark.parametrize("names", WORKERS)
async def test_a_process_without_integrations_has_health_and_figures_alone(
    bot: Bot, names: list[str]
) -> None:
    assert await answers_of(bot.environment, names) == snapshot({
        "/healthz": 200,
        "/readyz": 405,
        "/metrics": 200,
        "/webhooks/github": 404,
        "/slack/events": 404,
        "/setup": 404,
        "/schemas/claude-bot.json": 404,
        **NOT_HERE,
    })


async def test_the_set_up_page_is_where_integrations_is_too(tmp_path: Path) -> None:
    with chdir(tmp_path):
        here = await answers_of({}, ["integrations"])
        elsewhere = await answers_of({}, ["ai"])

    assert (here["/setup"], here["/webhooks/github"]) == (403, 503)
    assert (elsewhere["/setup"], elsewhere["/webhooks/github"]) == (404, 404)


async def test_what_nobody_here_works_on_waits_in_its_queue_and_is_counted(bot: Bot) -> None:
    settings = Settings.read({**bot.environment, "PORT": "0"})
    hub = bot.hub.world
    opened = open_bot(settings, chosen(["integrations"]), instruments=Instruments())
    async with opened as (_, port):
        hub.webhook_url = f"http://127.0.0.1:{port}/webhooks/github"
        issue = await hub.open_issue("requester", "acme/shop", "Invoices")
        await hub.comment("requester", "acme/shop", issue, "/claude help")
        await hub.settle()
        lengths = (await figures_at(port))["bot_queue_length"]

    assert (lengths['queue="intake"'], lengths['queue="saga"']) == (1, 0)


async def test_without_a_database_what_it_counts_is_left_out_and_the_rest_is_told() -> None:
    metrics, nowhere = Metrics(), Database("postgresql://nobody@127.0.0.1:9/none")
    metrics.queues_are({"intake": 7})
    metrics.aside_are(7)
    metrics.delivery_kept(fresh=True)

    await count(metrics, nowhere, Aside(nowhere, lambda *_: None))

    await nowhere.close()
    told = metrics.exposition().decode()
    assert 'bot_deliveries_kept_total{fresh="true"} 1.0' in told
    assert "bot_queue_length{" not in told
    assert "bot_deliveries_set_aside NaN" in told


async def test_what_is_named_on_the_command_line_is_what_is_mounted(tmp_path: Path) -> None:
    elsewhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "SECRET_KEY": "k" * 32}

    async with running(elsewhere, "notifications", cwd=tmp_path) as port:
        answered = await answers(port)

    assert (answered["/healthz"], answered["/webhooks/github"], answered["/setup"]) == (200, 404, 404)
