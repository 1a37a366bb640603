"""What runs is taken out of use again, on a person's word."""

# ruff: noqa: E501  a sentence is pinned as it is said

import asyncio

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from standins.faults import Fault
from tests.scenarios.test_deploying import MERGING_REVERTS
from tests.story import Team
from tests.story.places import PullRequest, Thread


async def goes_live(team: Team) -> tuple[Thread, PullRequest]:
    issue, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    return issue, pull


async def is_rolled_back(team: Team) -> None:
    await team.bot.has_noted("RollBackRequested")
    await team.bot.reaches(State.FAILED, because="rolled_back")


@pytest.mark.parametrize("files", [MERGING_REVERTS])
async def test_what_runs_is_rolled_back(team: Team) -> None:
    issue, pull = await goes_live(team)

    await team.admin.comments("/claude rollback Prices are wrong.", on=pull)

    await is_rolled_back(team)
    await team.bot.comes_to_rest()
    assert [each.statuses[-1].state for each in team.github.deployments()] == ["inactive"]
    assert team.github.file("erp.txt") is None
    assert team.github.effects() == snapshot({
        "create_branch": 2,
        "create_check": 1,
        "create_commit": 2,
        "create_deployment": 1,
        "create_tree": 2,
        "edit_pull": 1,
        "merge": 2,
        "open_pull": 2,
        "set_deployment_status": 1,
        "update_check": 1,
    })
    assert pull.replies()[-1:] == snapshot([
        "Rolled back by @admin. I am taking it back; what came of that I say on #1."
    ])
    assert issue.last_words() == snapshot([
        "@requester <id> is **active**: #2 is merged and deployed to production.",
        """\
@requester <id> has been **rolled back**.

**Rolled back** by @admin.

> Prices are wrong.

What I took back:
- Merge and deploy: undone (merge reverted, #3)
- Pull request and approval: nothing to undo (merged already; see the roll-back)
- Run the tests: nothing to undo
- Write the code: nothing to undo (merged already; see the roll-back)\
""",
    ])
    assert issue.status_comment() == snapshot("""\
### Integration <id>: failed

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | <time> | <seconds> |
| Write the code | done | <time> | <seconds> |
| Run the tests | done | <time> | <seconds> |
| Pull request and approval | done | <time> | <seconds> |
| Merge and deploy | done | <time> | <seconds> |

Pull request #2 (1 file), tested by `sh run_tests.sh`: passed by its status alone, not counted.

Approved by @admin.

**Rolled back** by @admin.

> Prices are wrong.

What I took back:
- Merge and deploy: undone (merge reverted, #3)
- Pull request and approval: nothing to undo (merged already; see the roll-back)
- Run the tests: nothing to undo
- Write the code: nothing to undo (merged already; see the roll-back)

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


@pytest.mark.parametrize("files", [MERGING_REVERTS])
async def test_said_twice_by_two_at_once_and_later_it_is_done_once(team: Team) -> None:
    issue, pull = await goes_live(team)

    await asyncio.gather(*(team.admin.comments("/claude rollback", on=each) for each in (issue, pull)))
    await is_rolled_back(team)
    await team.admin.comments("/claude rollback", on=issue)

    await team.bot.comes_to_rest()
    assert team.github.effects()["merge"] == 2
    assert team.github.effects()["set_deployment_status"] == 1
    assert len(issue.last_words()) == 2
    assert (await team.bot.facts()).count("RollBackRequested") == 1


async def test_only_who_may_deploy_may_roll_back(team: Team) -> None:
    issue, _ = await goes_live(team)

    await team.viewer.comments("/claude rollback", on=issue)
    await team.developer.comments("/claude rollback", on=issue)

    await team.is_told("This needs `integration:deploy`", on=issue, times=2)
    await team.bot.reaches(State.ACTIVE)
    assert len(team.github.deployments()) == 1


@pytest.mark.parametrize("files", [MERGING_REVERTS])
async def test_what_is_going_live_is_rolled_back_by_its_saga(team: Team) -> None:
    team.github.world.deployer = None
    issue, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude rollback too early", on=issue)
    await team.is_told("There is nothing to roll back: it is **reviewing**.", on=issue, times=1)
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.waits_for("deployment")

    await team.admin.comments("/claude rollback", on=issue)

    await is_rolled_back(team)
    await team.bot.comes_to_rest()
    assert team.github.file("erp.txt") is None
    assert issue.last_words() == snapshot([
        """\
@requester <id> has been **rolled back**.

**Rolled back** by @admin in “Merge and deploy”.

What I took back:
- Merge and deploy: undone (merge reverted, #3)
- Pull request and approval: nothing to undo (merged already; see the roll-back)
- Run the tests: nothing to undo
- Write the code: nothing to undo (merged already; see the roll-back)\
"""
    ])


@pytest.mark.parametrize("files", [MERGING_REVERTS])
async def test_a_restart_in_the_middle_loses_and_doubles_nothing(team: Team) -> None:
    issue, _ = await goes_live(team)
    team.github.world.faults.add(
        Fault(kind="refuse", status=502, method="POST", route="/repos/{owner}/{repo}/pulls", times=2)
    )

    await team.admin.comments("/claude rollback", on=issue)
    await team.github.goes_wrong()
    await team.bot.restarts()

    await is_rolled_back(team)
    await team.bot.comes_to_rest()
    assert team.github.file("erp.txt") is None
    assert team.github.seen_effects() == snapshot({
        "create_branch": 2,
        "create_check": 1,
        "create_deployment": 1,
        "edit_pull": 1,
        "merge": 2,
        "open_pull": 2,
        "set_deployment_status": 1,
        "update_check": 1,
    })
    assert len(issue.last_words()) == 2


@pytest.mark.parametrize("files", [MERGING_REVERTS])
async def test_what_others_changed_since_is_left_to_a_person(team: Team) -> None:
    issue, _ = await goes_live(team)
    await team.developer.pushes({"erp.txt": "somebody's own words\n"})

    await team.admin.comments("/claude rollback", on=issue)

    await is_rolled_back(team)
    await team.bot.comes_to_rest()
    assert team.github.file("erp.txt") == "somebody's own words\n"
    assert "the base branch has changed the same files since; revert by hand" in issue.last_words()[-1]
