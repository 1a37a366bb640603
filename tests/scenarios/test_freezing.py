"""Freezing: within five seconds all that runs there stands still, on every door, and goes on where it stopped."""

# ruff: noqa: E501  a sentence is pinned as it is said

import asyncio
import sys
from asyncio.subprocess import PIPE
from datetime import timedelta

import aiohttp
import pytest
from inline_snapshot import snapshot

from bot import freezing_by_hand
from bot.domain.states import State
from bot.infrastructure.clock import UtcClock
from bot.settings import Settings
from tests.doors.running import ROOT
from tests.scenarios.test_checks import MENDED, comes_again, lint
from tests.story import Team
from tests.story.places import EACH_SEEN_ONCE
from tests.story.scripts import REPOSITORY
from tests.story.waiting import until

SLOW_TESTS = {**REPOSITORY, "run_tests.sh": "test ! -e erp.txt || test -e fast || sleep 60\n"}
CODING = "You are the engineer"
TURNS_OF_THE_STORY = 3


async def by_hand(team: Team, *words: str) -> str:
    """What the operator types while the bot runs, and is told."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        env={"PYTHONPATH": str(ROOT), **team.bot.environment},
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def ready(team: Team) -> dict[str, object]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{team.bot.port}/readyz") as answer,
    ):
        told: dict[str, object] = await answer.json()
        return told


def titles(team: Team) -> list[str]:
    """What the bot's own check runs say."""
    return [each.output["title"] for each in team.github.checks() if each.app is None]


async def since_the_freeze(team: Team) -> float:
    """Seconds from the newest freeze to when the run rested for it."""
    [froze] = await team.bot.stored.log.newest("freeze")
    row = await team.bot.row()
    assert row is not None
    rested = [each.at for each in await team.bot.stored.log.read(row["id"]) if each.type == "Paused"]
    return (rested[-1] - froze.at).total_seconds()


async def test_while_claude_writes_it_stops_at_once_and_goes_on_where_it_stopped(team: Team) -> None:
    team.claude.fail("stall", where=CODING)
    issue = await team.asks()
    await team.claude_is_asked(times=2)

    await team.admin.comments("/claude freeze ERP migration, see @everyone", on=issue)
    await team.bot.waits_for("frozen")

    assert await since_the_freeze(team) < 5
    await team.developer.comments("/claude freeze for fun", on=issue)
    await team.requester.comments("/claude integrate more of it", on=issue)
    await team.bot.comes_to_rest()
    await team.viewer.comments("/claude status", on=issue)
    await team.viewer.comments("/claude list", on=issue)
    await team.bot.comes_to_rest()
    assert sorted(issue.replies()) == snapshot([
        """\
**Frozen: this repository**, since <time> UTC, by admin: `ERP migration, see @\u200beveryone`. It has no end of its own. Somebody who is admin here lifts it: `/claude unfreeze`.

- <id>: **generating**, frozen; <cost> so far\
""",
        """\
**Frozen: this repository**, since <time> UTC, by admin: `ERP migration, see @\u200beveryone`. It has no end of its own. Somebody who is admin here lifts it: `/claude unfreeze`.

While that lasts nothing is begun or moved on here; say it again afterwards. `/claude cancel` and `/claude reject` still work, and so does whatever only looks.\
""",
        """\
**Frozen: this repository**, since <time> UTC, by admin: `ERP migration, see @\u200beveryone`. It has no end of its own. Somebody who is admin here lifts it: `/claude unfreeze`.

| id | asked for by | on | stands | pull request | cost |
|---|---|---|---|---|--:|
| <id> | requester | #1 | **generating**, frozen |  | <cost> |\
""",
        """\
@admin, done. **Frozen: this repository**, since <time> UTC, by admin: `ERP migration, see @\u200beveryone`. It has no end of its own. Somebody who is admin here lifts it: `/claude unfreeze`.

Whatever runs there stops within five seconds and begins nothing new; what is being taken back is taken back to its end, and a deployment that was asked for is still listened to. `/claude cancel` and `/claude reject` still work, and so does whatever only looks. What had begun goes on by itself, where it stopped.\
""",
        "This needs `freeze:manage`, and you are developer here. Somebody who is admin could do it.",
    ])
    assert issue.status_comment().partition("\n\n<details>")[0] == snapshot("""\
### Integration <id>: generating

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | <time> | <seconds> |
| Write the code | **waiting** | <time> |  |
| Run the tests | to come |  |  |
| Pull request and approval | to come |  |  |
| Merge and deploy | to come |  |  |

**Frozen: this repository**, since <time> UTC, by admin: `ERP migration, see @\u200beveryone`. It has no end of its own. Somebody who is admin here lifts it: `/claude unfreeze`.

**Paused: frozen.** Nothing is lost, and it goes on by itself, where it stopped, once no freeze is left. `/claude cancel` ends it.

Its tests are run by `sh run_tests.sh`, as configured.\
""")
    assert len(team.claude.requests) == 2

    await team.admin.comments("/claude unfreeze", on=issue)

    await team.bot.has_a_pull_request()
    # The answer that was broken off is asked for again.
    assert len(team.claude.requests) == 1 + TURNS_OF_THE_STORY
    assert issue.replies()[-1] == snapshot(
        "@admin, it is lifted. What had begun goes on by itself, where it stopped."
    )


@pytest.mark.parametrize("files", [SLOW_TESTS])
async def test_sm_06_frozen_twice_and_started_anew_it_stands_still_until_both_are_lifted(team: Team) -> None:
    team.github.world.join("admin", "acme")
    issue = await team.asks()
    await team.bot.is_in(State.TESTING)
    await team.admin.comments("/claude freeze the tests", on=issue)
    await team.bot.waits_for("frozen")
    assert await since_the_freeze(team) < 5
    await team.admin.comments("/claude freeze org everything of ours", on=issue)
    await team.is_told("everything in the account `acme`", on=issue, times=2)

    await team.bot.restarts()
    await team.admin.comments("/claude unfreeze", on=issue)
    await team.is_told("but this is still in force", on=issue, times=1)
    await team.bot.comes_to_rest()
    assert (await team.bot.integration()).waiting_for == "frozen"
    assert "this repository" not in issue.status_comment()
    await team.admin.comments("/claude unfreeze org", on=issue)

    await team.bot.is_in(State.TESTING)
    await team.bot.has_noted("Resumed")
    assert len(team.claude.requests) == TURNS_OF_THE_STORY
    await team.requester.comments("/claude cancel", on=issue)
    await team.bot.reaches(State.FAILED, because="cancelled")


@MENDED
async def test_at_the_gate_nothing_moves_but_what_stops_it_until_the_end_is_reached(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    before = pull.head
    end = UtcClock().now() + timedelta(seconds=20)

    await team.admin.comments(f"/claude freeze audit until {end.isoformat()}", on=issue)
    await team.bot.waits_for("frozen")
    await team.developer.comments("/claude approve", on=pull)
    await team.developer.reviews(pull)
    await lint(team, pull.head)
    await team.is_told("nothing is begun or moved on here", on=pull, times=2)

    async def check_says_so() -> bool:
        return titles(team) == ["Frozen: this repository"]

    await until(check_says_so, otherwise=team.bot.story_so_far)
    facts = await team.bot.facts()
    assert {"Approved", "ChecksFailed"}.isdisjoint(facts)
    assert UtcClock().now() < end

    # The end is reached: it goes on by itself, and what others' checks said meanwhile is heard.
    await comes_again(team, pull, after=before)
    await team.bot.comes_to_rest()
    assert "Frozen" not in issue.status_comment()
    assert not any("Frozen" in title for title in titles(team))


async def test_what_is_frozen_at_the_gate_can_be_rejected(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude freeze audit", on=issue)
    await team.bot.waits_for("frozen")

    await team.developer.comments("/claude reject not now", on=pull)

    await team.bot.reaches(State.FAILED, because="rejected")
    await team.bot.comes_to_rest()
    assert not pull.is_open


async def test_the_operator_freezes_everything_beside_the_running_bot(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude freeze all it burns", on=issue)

    told = await by_hand(team, "freeze", "all", "it", "burns")

    await team.bot.waits_for("frozen")
    await team.admin.comments("/claude unfreeze", on=issue)
    await team.bot.comes_to_rest()
    assert issue.replies() == snapshot([
        "Everything at once is for this bot's operator alone, on the machine: `python -m bot freeze all <why>`. From here, `/claude freeze org` is of this account, `/claude freeze repo` of this repository.",
        """\
There is no such freeze to lift of this repository.

**Frozen: everything this bot does**, since <time> UTC, by this bot's operator: `it burns`. It has no end of its own. Only this bot's operator lifts it.\
""",
    ])
    assert told.partition(":")[0] == "all"
    assert (await ready(team))["freezes"] == "everything"
    settings = Settings.read(team.bot.environment)
    assert await freezing_by_hand.listed(settings) == told.strip()
    assert await freezing_by_hand.unfreeze(settings, ["all"]) == "lifted. In force:\nnothing is frozen"
    await team.bot.waits_for("approval")
    await team.bot.comes_to_rest()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    assert team.github.seen_effects() == {**EACH_SEEN_ONCE, "update_check": 3}
