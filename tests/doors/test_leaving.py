"""A process that is told to stop: ready no more, it answers on for a while, and streams end with a word."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.web.api_live_shapes import Ended
from bot.web.api_stream import end_of
from bot.web.gateway import build_app
from bot.web.health import HealthDoor
from bot.web.leaving import Leaving
from tests.doors.running import ROOT, free_port, listens
from tests.doors.webapp import Connect, FakeMetrics
from tests.story.running import Bot
from tests.story.waiting import until

SECONDS = 60


async def test_it_is_not_ready_and_leaves_no_connection_open(aiohttp_client: Connect) -> None:
    leaving, metrics = Leaving(), FakeMetrics()
    health = HealthDoor(
        needs={}, states={}, metrics=metrics, metrics_token=None, is_public=False, leaving=leaving
    )
    client = await aiohttp_client(build_app(health=health, metrics=metrics))

    before = [await client.get(path) for path in ("/readyz", "/healthz", "/nothing")]
    leaving.begin()
    after = [await client.get(path) for path in ("/readyz", "/healthz", "/nothing")]

    assert [each.status for each in before] == [200, 200, 404]
    assert [each.status for each in after] == [503, 200, 404]
    assert (await after[0].json())["ready"] is False
    assert {each.headers.get("Connection") for each in before} == {None}
    assert {each.headers.get("Connection") for each in after} == {"close"}


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, ["begin"]), (10**6, ["begin", "begin"]), (10**6, ["begin_at_once"])]
)
async def test_it_answers_on_until_its_time_is_over_or_it_is_told_again(
    seconds: int, told: list[str]
) -> None:
    leaving = Leaving(seconds)
    for each in told:
        getattr(leaving, each)()

    async with asyncio.timeout(SECONDS):
        await leaving.begins()
        await leaving.ends()

    assert leaving.is_begun


async def test_it_does_not_end_before_its_time() -> None:
    leaving = Leaving(10**6)
    leaving.begin()
    waiting = asyncio.ensure_future(leaving.ends())

    for _ in range(10):
        await asyncio.sleep(0)

    assert not waiting.done()
    leaving.begin()
    await waiting


@pytest.mark.parametrize(
    ("why", "again"), [("stopping", True), ("unavailable", True), ("over", False), ("not_allowed", False)]
)
def test_who_may_come_again_is_told_when_and_not_all_the_same(why: Ended, again: bool) -> None:  # noqa: FBT001
    said = {end_of(why).decode().partition("event: end")[0] for _ in range(50)}

    assert (len(said) > 1, said == {""}) == (again, not again)


@asynccontextmanager
async def begun(environment: Mapping[str, str], cwd: Path) -> AsyncIterator[tuple[Any, str]]:
    """`python -m bot run` with these settings, and where it answers."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(ROOT), "PORT": str(port)},
    )
    try:
        async with asyncio.timeout(SECONDS):
            await listens(process, port)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("last", [signal.SIGTERM, signal.SIGINT])
async def test_f03_readiness_goes_first_and_the_process_answers_on(
    bot: Bot, tmp_path: Path, last: signal.Signals
) -> None:
    environment = {**bot.environment, "DRAIN_SECONDS": "600"}
    async with begun(environment, tmp_path) as (process, url), aiohttp.ClientSession(url) as session:
        process.terminate()

        async def stopping() -> bool:
            async with session.get("/readyz") as answer:
                return answer.status == 503 and (await answer.json())["mode"] == "stopping"

        async def otherwise() -> str:
            return "it is ready for ever"

        await until(stopping, otherwise=otherwise)
        async with session.get("/healthz") as alive:
            assert alive.status == 200
        process.send_signal(last)
        async with asyncio.timeout(SECONDS):
            assert await process.wait() == 0
