"""Killed between a merge and the fact of it: whoever wants changes by then is told that it is too late."""

import asyncio
import os
from typing import Final

import pytest

from tests.faults import crash, stories
from tests.faults.ended import wrong_in

SERVER: Final = os.environ.get("TEST_POSTGRES_URL")  # noqa: TID251  of the tests
DEADLY: Final = ("after github.merge_pull_request 1",)


async def comes_to_its_merge(it: crash.Life) -> tuple[int, int]:
    """Its issue and its pull request: it was approved, and the bot is dead since GitHub has merged it."""
    it.start()
    issue = await it.github.open_issue("requester", "acme/shop", "Invoices", "")
    await crash.until(it, "ready", lambda: crash.is_listening(it))
    await it.github.comment("requester", "acme/shop", issue, stories.REQUEST)
    await crash.until(it, "a gate", lambda: "**Waits for an approval**" in crash.status(it, issue))
    pull = crash.pull_of(it)
    await it.github.comment("admin", "acme/shop", pull, "/claude approve")
    while not it.is_dead():  # noqa: ASYNC110  what is waited for happens in another process
        await asyncio.sleep(crash.POLL_SECONDS)
    return issue, pull


@pytest.mark.timeout(300)
@pytest.mark.parametrize("server", [None, SERVER] if SERVER else [None])
async def test_f01_f21_changes_that_come_first_after_it_find_that_it_is_merged(server: str | None) -> None:
    async with crash.tables_in(server) as template, crash.life(stories.STORIES[0], template, DEADLY) as it:
        it.github.deployer = None
        issue, pull = await comes_to_its_merge(it)

        await it.github.comment("admin", "acme/shop", pull, "/claude changes send the credit notes, too")
        await crash.until(it, "an answer", lambda: "merged before you asked" in crash.comments(it, pull))
        deployments = it.github.repository("acme/shop").deployments
        await crash.until(it, "a deployment", lambda: bool(deployments))
        await it.github.set_deployment_status("admin", "acme/shop", min(deployments), "success")
        await crash.until(it, "its end", lambda: "is **active**" in crash.last_word(it, issue))

        assert [each.name for each in it.github.effects].count("merge") == 1
        await it.stop()
        assert await wrong_in(it.environ["DATABASE_URL"]) == []
