"""Cancelling: wherever it stands it stops within five seconds, and what was made is taken back."""

# ruff: noqa: E501  a sentence is pinned as it is said

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from bot.infrastructure.shares import PLACES
from standins.faults import rate_limited
from tests.story import Person, Team, Thread
from tests.story.scripts import REPOSITORY

SLOW_TESTS = {**REPOSITORY, "run_tests.sh": "test ! -e erp.txt || sleep 60\n"}
EXAMINING = "You examine a request"
CODING = "You are the engineer"


async def cancels(team: Team, issue: Thread, *, by: Person | None = None) -> None:
    """Cancelled, by the requester if not said, and taken back."""
    await (by or team.requester).comments("/claude cancel", on=issue)
    await stops(team, issue)
    await team.bot.comes_to_rest()


async def stops(team: Team, issue: Thread, *, because: str = "cancelled") -> None:
    """It comes to nothing within five seconds of being told to."""
    await team.bot.reaches(State.FAILED, because=because, on=issue)
    assert await team.bot.seconds_between("CancelRequested", "IntegrationFailed", on=issue) < 5


def left_behind(team: Team) -> dict[str, list[str]]:
    """What of the bot's work is still open."""
    place = team.github.repository
    return {
        "branches": [name for name in place.branches if name != "main"],
        "pull requests": [each.title for each in place.pulls() if each.state == "open"],
        "checks": [each.status for each in team.github.checks() if each.status != "completed"],
    }


NOTHING: dict[str, list[str]] = {"branches": [], "pull requests": [], "checks": []}


async def test_while_claude_examines_the_request(team: Team) -> None:
    team.claude.fail("stall", where=EXAMINING)
    issue = await team.asks()
    await team.claude_is_asked(times=1)

    await cancels(team, issue)

    assert team.github.effects() == {}
    assert issue.replies() == snapshot([
        "Stopped by @requester. Nothing new will happen; I am taking back what I made."
    ])
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Validate the request” (`cancelled`). It was cancelled.

There was nothing to take back.\
"""
    ])


async def test_while_claude_writes(team: Team) -> None:
    team.claude.fail("stall", where=CODING)
    issue = await team.asks()
    await team.claude_is_asked(times=2)

    await cancels(team, issue)

    assert team.github.effects() == {}
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Write the code” (`cancelled`). It was cancelled.

What I took back:
- Write the code: nothing to undo\
"""
    ])


@pytest.mark.parametrize("files", [SLOW_TESTS])
async def test_while_the_tests_run(team: Team) -> None:
    issue = await team.asks()
    await team.bot.is_in(State.TESTING)

    await cancels(team, issue)

    assert team.github.effects() == {}
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Run the tests” (`cancelled`). It was cancelled.

What I took back:
- Run the tests: nothing to undo
- Write the code: nothing to undo\
"""
    ])


@pytest.mark.parametrize(
    ("method", "route"),
    [
        ("POST", "/repos/{owner}/{repo}/git/commits"),
        ("POST", "/repos/{owner}/{repo}/git/refs"),
        ("POST", "/repos/{owner}/{repo}/pulls"),
        ("POST", "/repos/{owner}/{repo}/check-runs"),
    ],
)
async def test_while_the_pull_request_is_made(team: Team, method: str, route: str) -> None:
    team.github.delays(method, route)
    issue = await team.asks()
    await team.bot.is_in(State.REVIEWING)

    await cancels(team, issue)

    assert left_behind(team) == NOTHING


async def test_at_the_gate(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await cancels(team, issue)

    assert left_behind(team) == NOTHING
    assert [each.conclusion for each in team.github.checks()] == ["cancelled"]
    assert pull.last_words() == snapshot(["Closed by the bot. It was cancelled."])
    assert issue.status_comment() == snapshot("""\
### Integration <id>: failed

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | <time> | <seconds> |
| Write the code | done | <time> | <seconds> |
| Run the tests | done | <time> | <seconds> |
| Pull request and approval | **failed** | <time> | <seconds> |

Pull request #2 (1 file), tested by `sh run_tests.sh`: passed by its status alone, not counted.

**Failed** in “Pull request and approval” (`cancelled`). It was cancelled.

What I took back:
- Pull request and approval: undone (pull request closed, #2)
- Run the tests: undone (check run closed)
- Write the code: undone (branch deleted)

<details><summary>What is to be built</summary>

> **Send paid invoices to the ERP**
> \n\
> Every paid invoice reaches the ERP once; open ones are not sent.
> \n\
> Systems:
> - ERP
> \n\
> Secrets it needs, by name:
> - ERP_TOKEN
> \n\
> Files it will probably touch:
> - invoicing/erp.py
> - tests/test_erp.py
> - README.md
> \n\
> How one will know that it works:
> - A paid invoice is posted with its number, its amount as text and its day of payment.
> - An open invoice is not posted.
> - An invoice that the ERP already has (status 409) counts as sent.
> - Any other failure stops the export and names the invoice.
> \n\
> Risks:
> - An invoice sent twice: the ERP refuses a number it knows, and that counts as sent.
> \n\
> Not part of it:
> - Credit notes
> - Invoices that change after they were paid

</details>

<sub>Cost so far: <cost> of at most $5.00, 3 of at most 60 model turns; <share> of what the model was given came from its cache.</sub>\
""")


async def test_after_the_approval_and_before_the_merge(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    team.github.delays("PATCH", "/repos/{owner}/{repo}/check-runs/{check_run_id}")
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.is_in(State.DEPLOYING)

    await cancels(team, issue)

    assert team.github.merged_heads() == []
    assert left_behind(team) == NOTHING


async def test_after_the_merge_a_revert_is_left_to_a_person(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.developer.comments("/claude approve", on=pull)
    await team.bot.waits_for("deploy_approval")

    await cancels(team, issue, by=team.admin)

    assert team.github.deployments() == []
    assert left_behind(team)["pull requests"] == snapshot(["Revert #2"])
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Merge and deploy” (`cancelled`). It was cancelled.

What I took back:
- Merge and deploy: **needs a person** (revert pull request opened, for a person to merge, #3)
- Pull request and approval: nothing to undo (merged already; see the roll-back)
- Run the tests: nothing to undo
- Write the code: nothing to undo (merged already; see the roll-back)\
"""
    ])


async def test_sm_10_after_the_merge_it_takes_the_right_to_deploy(team: Team) -> None:
    """To stop it then is to roll it back, which changes what runs as much as a deployment does."""
    issue, pull = await team.has_a_pull_request()
    await team.developer.comments("/claude approve", on=pull)
    await team.bot.waits_for("deploy_approval")

    for person in (team.requester, team.developer, team.viewer, team.stranger):
        await person.comments("/claude cancel", on=issue)

    await team.bot.comes_to_rest()
    assert sorted(issue.replies()) == snapshot([
        "It is merged. To stop it now is to roll it back, which needs `integration:deploy`, and you are developer here. Somebody who is admin could do it.",
        "It is merged. To stop it now is to roll it back, which needs `integration:deploy`, and you are developer here. Somebody who is admin could do it.",
        "This needs `integration:write`, and you are viewer here. Somebody who is developer or admin could do it.",
        "This needs `integration:write`, and you have no role here. Somebody who is developer or admin could do it.",
    ])
    assert (await team.bot.integration()).waiting_for == "deploy_approval"
    assert left_behind(team)["pull requests"] == []
    await team.admin.comments("/claude deploy", on=issue)
    await team.bot.reaches(State.ACTIVE)


async def test_while_the_deployment_is_under_way(team: Team) -> None:
    team.github.world.deployer = None
    issue, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.waits_for("deployment")

    await cancels(team, issue, by=team.admin)

    assert [each.statuses[-1].state for each in team.github.deployments()] == ["inactive"]
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Merge and deploy” (`cancelled`). It was cancelled.

What I took back:
- Merge and deploy: **needs a person** (revert pull request opened, for a person to merge, #3)
- Pull request and approval: nothing to undo (merged already; see the roll-back)
- Run the tests: nothing to undo
- Write the code: nothing to undo (merged already; see the roll-back)\
"""
    ])


async def test_what_runs_is_not_cancelled_any_more(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)

    await team.requester.comments("/claude cancel", on=issue)

    await team.bot.comes_to_rest()
    assert issue.replies() == snapshot([
        "Nothing here waits for that now. `/claude status` shows where it stands."
    ])
    assert (await team.bot.integration()).state is State.ACTIVE


async def test_cancelling_twice_is_cancelling_once(team: Team) -> None:
    issue, _ = await team.has_a_pull_request()

    await team.requester.comments("/claude cancel", on=issue)
    await cancels(team, issue)

    assert (await team.bot.facts()).count("CancelRequested") == 1
    assert len(issue.last_words()) == 1


async def test_while_claude_lets_it_wait(team: Team) -> None:
    team.claude.fail("rate_limited", where=CODING, retry_after=30)
    issue = await team.asks()
    await team.claude_is_asked(times=2)

    await cancels(team, issue)
    assert "CodeGenerated" not in await team.bot.facts()


@pytest.mark.long
async def test_while_it_waits_before_it_asks_claude_once_more(team: Team) -> None:
    team.claude.fail("overloaded", where=CODING, times=100)
    issue = await team.asks()
    await team.claude_is_asked(times=6)  # the next pause is one of eight seconds

    await cancels(team, issue)
    assert "CodeGenerated" not in await team.bot.facts()


@pytest.mark.long
async def test_while_github_lets_it_wait(team: Team) -> None:
    limit = rate_limited(retry_after=15, method="POST", route="/repos/{owner}/{repo}/check-runs")
    team.github.world.faults.add(limit)
    issue = await team.asks()
    pull = await team.bot.has_opened_one(on=issue)
    await team.github.goes_wrong()

    await team.requester.closes(pull)

    await stops(team, issue, because="pull_request_closed")


async def test_while_it_waits_in_the_queue_behind_others_of_its_repository(team: Team) -> None:
    team.claude.fail("stall", where=EXAMINING, times=2)
    others = [await team.asks(f"/claude integrate number {number}") for number in (1, 2)]
    await team.claude_is_asked(times=2)
    issue = await team.asks("/claude integrate number 3")
    await team.bot.is_in(State.VALIDATING, on=issue)

    await team.requester.comments("/claude cancel", on=issue)

    await stops(team, issue)
    assert [(await team.bot.integration(each)).state for each in others] == [State.VALIDATING] * 2
    assert len(team.claude.requests) == 2
    await all_end(team, others)
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Validate the request” (`cancelled`). It was cancelled.

There was nothing to take back.\
"""
    ])


@pytest.mark.long
async def test_while_it_waits_for_a_place_of_its_account(team: Team) -> None:
    team.claude.fail("stall", where=EXAMINING, times=PLACES["ai"].each)
    for name in ("acme/office", "acme/desk", "acme/cellar"):
        team.github.also_has(name, REPOSITORY)
    others = [await team.asks(repository=name) for name in ("acme/shop", "acme/office", "acme/desk") * 2]
    await team.claude_is_asked(times=PLACES["ai"].each)
    issue = await team.asks(repository="acme/cellar")
    await team.bot.is_in(State.VALIDATING, on=issue)

    await team.requester.comments("/claude cancel", on=issue)

    await stops(team, issue)
    assert len(team.claude.requests) == PLACES["ai"].each
    await all_end(team, others)


async def all_end(team: Team, issues: list[Thread]) -> None:
    """They are cancelled as well, for a story that is not theirs."""
    for issue in issues:
        await team.requester.comments("/claude cancel", on=issue)
    for issue in issues:
        await team.bot.reaches(State.FAILED, because="cancelled", on=issue)
