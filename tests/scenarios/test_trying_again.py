"""What failed is tried again: a new life of the same integration, from where it is still good."""

# ruff: noqa: E501  a sentence is pinned as it is said

import asyncio
import json

import pytest
from inline_snapshot import snapshot

from bot.application import saga, undoing
from bot.application.ports import World
from bot.application.recording import load
from bot.application.steps import Standing
from bot.application.testing import judge_change
from bot.domain.states import State
from standins.claude_replies import Asked, Raw, Reply
from tests.scenarios.test_deploying import MERGING_REVERTS
from tests.story import Team
from tests.story.places import PullRequest, Thread
from tests.story.scripts import breaks, writes


async def is_cancelled_at_the_gate(team: Team) -> tuple[Thread, PullRequest]:
    issue, pull = await team.has_a_pull_request()
    await team.requester.comments("/claude cancel", on=issue)
    await team.bot.reaches(State.FAILED, because="cancelled")
    await team.bot.comes_to_rest()
    return issue, pull


async def is_up_again(team: Team, issue: Thread, earlier: PullRequest) -> PullRequest:
    await team.bot.has_noted("Retried")
    pull = await team.bot.has_a_pull_request(on=issue)
    assert pull.number != earlier.number
    return pull


async def test_what_was_cancelled_at_the_gate_is_tested_and_asked_for_again(team: Team) -> None:
    issue, earlier = await is_cancelled_at_the_gate(team)

    await team.developer.comments("/claude retry", on=earlier)

    pull = await is_up_again(team, issue, earlier)
    await team.bot.comes_to_rest()
    waiting = issue.status_comment()
    assert not earlier.is_open
    assert earlier.branch not in team.github.repository.branches
    assert pull.branch == f"{earlier.branch}.2"
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert len(team.claude.requests) == 3
    assert team.github.effects() == snapshot({
        "close_pull": 1,
        "create_branch": 2,
        "create_check": 2,
        "create_commit": 2,
        "create_deployment": 1,
        "create_tree": 2,
        "delete_branch": 1,
        "edit_pull": 1,
        "merge": 1,
        "open_pull": 2,
        "update_check": 2,
    })
    assert earlier.replies() == snapshot([
        "Tried again by @developer, from **testing**. Nothing approved before counts for it, and what was spent does; the status comment on #1 says how it goes."
    ])
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Pull request and approval” (`cancelled`). It was cancelled.

What I took back:
- Pull request and approval: undone (pull request closed, #2)
- Run the tests: undone (check run closed)
- Write the code: undone (branch deleted)\
""",
        "@requester <id> is **active**: #3 is merged and deployed to production.",
    ])
    assert waiting == snapshot("""\
### Integration <id>: reviewing

Asked for by @requester. Tried again by @developer, from **testing**: this is its 2nd life.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | <time> | <seconds> |
| Write the code | done | <time> | <seconds> |
| Run the tests | done | <time> | <seconds> |
| Pull request and approval | **failed** | <time> | <seconds> |
| Run the tests | done | <time> | <seconds> |
| Pull request and approval | **waiting** | <time> |  |
| Merge and deploy | to come |  |  |

**Waits for an approval** of <commit> by somebody with write access other than @requester: approve #3 in a review, or comment `/claude approve`, `/claude changes <what>` or `/claude reject <why>` there. An approval by somebody who may deploy releases the deployment as well.

Pull request #3 (1 file), tested by `sh run_tests.sh`: passed by its status alone, not counted.

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


def mends_in_its_second_life(asked: Asked) -> Reply | Raw | None:
    """The tests fail until it is asked once more than it may try by itself."""
    reports = json.dumps(asked.body["messages"]).count("did not pass")
    word = "right again\n" if reports > 3 else f"wrong {asked.turns}\n"
    return writes("word.txt", word)(asked)


@pytest.mark.parametrize("script", [mends_in_its_second_life])
async def test_what_failed_its_tests_is_mended_in_the_same_conversation(team: Team) -> None:
    issue = await team.asks()
    before = await team.bot.reaches(State.FAILED, because="tests")
    await team.bot.comes_to_rest()

    await team.requester.comments("/claude retry from generating", on=issue)

    await team.bot.has_noted("Retried")
    pull = await team.bot.has_a_pull_request(on=issue)
    after = await team.bot.integration()
    assert (pull.number, after.life, after.talk[: len(before.talk)]) == (2, 2, before.talk)
    assert after.micro_usd > before.micro_usd


@pytest.mark.parametrize("files", [MERGING_REVERTS])
async def test_what_was_rolled_back_is_made_again_and_merged_again(team: Team) -> None:
    team.github.world.deployer = "failure"
    issue, earlier = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=earlier)
    await team.bot.reaches(State.FAILED, because="deployment")
    await team.bot.comes_to_rest()
    gone = team.github.file("erp.txt")
    team.github.world.deployer = "success"

    await team.requester.comments("/claude retry", on=issue)

    pull = await is_up_again(team, issue, earlier)
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert (gone, team.github.file("erp.txt")) == (None, "every paid invoice\n")
    assert len(team.github.deployments()) == 2
    await team.admin.comments("/claude rollback", on=issue)
    await team.bot.has_noted("RollBackRequested")
    await team.bot.reaches(State.FAILED, because="rolled_back")
    await team.bot.comes_to_rest()
    assert team.github.file("erp.txt") is None
    assert [words.partition("\n")[0] for words in issue.last_words()] == snapshot([
        "@requester <id> has **failed**.",
        "@requester <id> is **active**: #4 is merged and deployed to production.",
        "@requester <id> has been **rolled back**.",
    ])


async def test_said_by_many_at_once_it_lives_once_more(team: Team) -> None:
    issue, earlier = await is_cancelled_at_the_gate(team)

    people = (team.requester, team.developer, team.admin)
    await asyncio.gather(*(each.comments("/claude retry", on=issue) for each in people))

    await is_up_again(team, issue, earlier)
    await team.bot.comes_to_rest()
    assert (await team.bot.facts()).count("Retried") == 1
    assert team.github.effects()["open_pull"] == 2
    assert sum("Tried again by @" in each for each in issue.replies()) == 3


@pytest.mark.parametrize("script", [breaks])
async def test_a_viewer_may_not_and_a_restart_in_the_middle_loses_nothing(team: Team) -> None:
    issue = await team.asks()
    await team.bot.reaches(State.FAILED, because="tests")
    await team.bot.comes_to_rest()
    await team.viewer.comments("/claude retry", on=issue)
    await team.is_told("This needs `integration:write`", on=issue, times=1)

    await team.developer.comments("/claude retry", on=issue)
    await team.bot.has_noted("Retried")
    await team.bot.restarts()

    await team.bot.reaches(State.FAILED, because="tests")
    await team.bot.comes_to_rest()
    assert (await team.bot.integration()).life == 2
    assert len(issue.last_words()) == 2


async def broken_in_its_first_life(world: World, integration_id: str, *, key: str) -> Standing:
    """The tests, in a bot with an error that only a first life meets."""
    if (await load(world, integration_id)).life == 1:
        raise KeyError("unforeseen")
    return await judge_change(world, integration_id, key=key)


BROKEN = {**saga.NEXT, State.TESTING: saga.Step(work=broken_in_its_first_life, undo=undoing.cancel_checks)}


@pytest.mark.parametrize("bent", [{"sagas": {"integration_saga_v1": BROKEN}}])
async def test_what_broke_in_an_earlier_life_is_not_held_against_a_later_one(team: Team) -> None:
    issue = await team.asks()
    await team.bot.is_in(State.TESTING)
    await team.bot.comes_to_rest()
    await team.bot.looks_for_what_hangs()
    await team.bot.reaches(State.FAILED, because="internal")
    await team.bot.comes_to_rest()
    await team.requester.comments("/claude retry", on=issue)
    await team.bot.has_noted("Retried")
    pull = await team.bot.has_a_pull_request(on=issue)
    await team.bot.comes_to_rest()

    await team.bot.looks_for_what_hangs()

    assert pull.is_open
    assert (await team.bot.integration()).waiting_for == "approval"
