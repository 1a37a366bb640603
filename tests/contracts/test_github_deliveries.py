"""What GitHub sent and nobody took: found, and asked for again."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.infrastructure.clock import UtcClock
from bot.infrastructure.github_deliveries import MOST_ATTEMPTS, GitHubDeliveries
from tests.contracts.github_side import ERP, Side, github_side

NOW = UtcClock().now()
LONG_AGO = NOW - timedelta(days=3)
NOBODY_LISTENS = "http://127.0.0.1:9/webhooks/github"


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


async def test_what_arrived_is_not_lost(side: Side) -> None:
    await side.github.open_issue("dev", ERP, "Heard by nobody, as there is no hook")

    assert await GitHubDeliveries(side.app).lost(since=LONG_AGO) == []


async def test_f43_what_nobody_took_is_lost_and_sent_again(side: Side) -> None:
    side.github.webhook_url = NOBODY_LISTENS
    issue = await side.github.open_issue("dev", ERP, "Invoices")
    await side.github.comment("dev", ERP, issue, "/claude help")
    deliveries = GitHubDeliveries(side.app)

    lost = await deliveries.lost(since=LONG_AGO)
    await deliveries.send_again(lost[-1])
    await side.github.settle()

    attempts = [len(each.attempts) for each in side.github.deliveries_of("issue_comment")]
    assert attempts == [2]


async def test_what_fails_again_and_again_is_left(side: Side) -> None:
    side.github.webhook_url = NOBODY_LISTENS
    await side.github.comment(
        "dev", ERP, await side.github.open_issue("dev", ERP, "Invoices"), "/claude help"
    )
    deliveries = GitHubDeliveries(side.app)

    for _ in range(MOST_ATTEMPTS - 1):
        for lost in await deliveries.lost(since=LONG_AGO):
            await deliveries.send_again(lost)
        await side.github.settle()

    assert await deliveries.lost(since=LONG_AGO) == []


async def test_what_is_too_old_is_left(side: Side) -> None:
    side.github.webhook_url = NOBODY_LISTENS
    issue = await side.github.open_issue("dev", ERP, "Invoices")
    await side.github.comment("dev", ERP, issue, "/claude help")

    assert await GitHubDeliveries(side.app).lost(since=NOW + timedelta(hours=1)) == []
