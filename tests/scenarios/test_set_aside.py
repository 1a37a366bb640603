"""What could not be handled waits for the operator, who hands it back."""

import asyncio
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from inline_snapshot import snapshot

from standins.faults import Fault
from tests.story import Team, Thread

ROOT: Final = Path(__file__).parents[2]
REACTIONS: Final = "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions"
COMMENTS: Final = "/repos/{owner}/{repo}/issues/{issue_number}/comments"
FORBIDDEN: Final = "Resource not accessible by integration"


async def operator(environment: Mapping[str, str], *verb: str) -> tuple[int, str]:
    """`python -m bot` with these settings, beside the bot at work: its status, and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *verb),
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode().strip()


def refuses_once(team: Team, route: str) -> None:
    team.github.world.faults.add(
        Fault(kind="refuse", status=403, method="POST", route=route, message=FORBIDDEN)
    )


async def has_one_set_aside(team: Team) -> tuple[Thread, str]:
    """GitHub refuses once the answer that it should not: the issue, and the delivery's id."""
    refuses_once(team, COMMENTS)
    issue = await team.asks("/claude help")
    await team.bot.comes_to_rest()
    (row,) = await team.bot.stored.aside.listed()
    return issue, str(row["key"])


@pytest.mark.long
async def test_what_was_set_aside_is_listed_and_handed_back_once(team: Team) -> None:
    issue, key = await has_one_set_aside(team)
    (said,) = issue.by_the_bot("apology")

    listed = await operator(team.bot.environment, "deliveries")
    handed_back = await operator(team.bot.environment, "deliveries", "--again", key)
    await team.bot.comes_to_rest()

    assert f"in the log under `{key}`" in said
    assert (listed[0], re.sub(r"^\S+ \S+", "<time>", listed[1]).replace(key, "<id>")) == snapshot((
        0,
        "<time> <id> issue_comment.created: github_forbidden",
    ))
    assert handed_back == (0, f"{key} is handed back")
    assert await operator(team.bot.environment, "deliveries") == (0, "none is set aside")
    assert len(issue.by_the_bot("apology")) == len(issue.replies()) == 1


@pytest.mark.long
async def test_what_is_not_set_aside_is_not_handed_back(team: Team) -> None:
    issue, key = await has_one_set_aside(team)
    await operator(team.bot.environment, "deliveries", "--again", key)
    await team.bot.comes_to_rest()

    status, said = await operator(team.bot.environment, "deliveries", "--again", key)

    assert (status, said.replace(key, "<id>")) == snapshot((
        1,
        "no delivery <id> is set aside; `python -m bot deliveries` lists those that are",
    ))
    assert len(issue.replies()) == 1


async def test_what_was_asked_is_done_though_it_may_not_be_marked_as_seen(team: Team) -> None:
    refuses_once(team, REACTIONS)

    issue = await team.asks("/claude help")

    await team.bot.comes_to_rest()
    assert (len(issue.replies()), issue.by_the_bot("apology")) == (1, [])


@pytest.mark.long
async def test_the_doctor_and_the_figures_tell_how_many_wait(team: Team) -> None:
    _, key = await has_one_set_aside(team)

    _, found = await operator(team.bot.environment, "doctor")
    figures = await team.bot.figures()
    await operator(team.bot.environment, "deliveries", "--again", key)
    await team.bot.comes_to_rest()
    after = await team.bot.figures()

    assert "WRONG deliveries   1 was set aside" in found
    assert (figures["bot_deliveries_set_aside"], after["bot_deliveries_set_aside"]) == ({"": 1}, {"": 0})
