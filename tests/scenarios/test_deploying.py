"""After the merge: who lets it go out, and what happens when it does not go well."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import Callable
from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.domain.deploying import PEOPLE
from bot.domain.states import State
from tests.story import PullRequest, Team, Thread
from tests.story.clock import Ahead
from tests.story.places import EACH_ONCE
from tests.story.scripts import REPOSITORY
from tests.story.waiting import until

MERGING_REVERTS = {**REPOSITORY, ".github/claude-bot.yml": 'test: "sh run_tests.sh"\nmerge_reverts: true\n'}


async def test_a_developer_approves_and_an_admin_lets_it_go_out(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.developer.comments("/claude approve", on=pull)
    await team.bot.waits_for("deploy_approval")
    await team.bot.comes_to_rest()
    waiting = issue.status_comment()

    await team.admin.comments("/claude deploy", on=issue)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.effects() == EACH_ONCE
    assert waiting == snapshot("""\
### Integration <id>: deploying

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | <time> | <seconds> |
| Write the code | done | <time> | <seconds> |
| Run the tests | done | <time> | <seconds> |
| Pull request and approval | done | <time> | <seconds> |
| Merge and deploy | **waiting** | <time> |  |

**Merged; waits for somebody who may deploy** (a maintainer or an administrator): `/claude deploy`.

Pull request #2 (1 file), tested by `sh run_tests.sh`: passed by its status alone, not counted.

Approved by @developer.

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
    assert [*pull.replies(), *issue.replies()] == snapshot([
        "Approved by @developer for <commit>. I will merge exactly this commit, then wait for somebody who may deploy (`/claude deploy`).",
        "@admin lets it go out. I am deploying.",
    ])


async def test_an_approval_by_an_admin_after_the_merge_lets_it_go_out(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.developer.comments("/claude approve", on=pull)
    await team.bot.waits_for("deploy_approval")

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    assert len(team.github.deployments()) == 1


async def test_a_developer_may_not_let_it_go_out(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.developer.comments("/claude approve", on=pull)
    await team.bot.waits_for("deploy_approval")

    await team.developer.comments("/claude deploy", on=issue)

    await team.bot.comes_to_rest()
    assert team.github.deployments() == []
    assert issue.replies() == snapshot([
        "This needs `integration:deploy`, and you are developer here. Somebody who is admin could do it."
    ])


async def test_a_failed_deployment_is_reverted_by_a_pull_request_for_a_person(team: Team) -> None:
    team.github.world.deployer = "failure"
    issue, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.FAILED, because="deployment")
    await team.bot.comes_to_rest()
    assert [each.statuses[-1].state for each in team.github.deployments()] == ["inactive"]
    assert team.github.file("erp.txt") is not None
    assert team.github.effects() == snapshot({
        "create_branch": 2,
        "create_check": 1,
        "create_commit": 2,
        "create_deployment": 1,
        "create_tree": 2,
        "edit_pull": 1,
        "merge": 1,
        "open_pull": 2,
        "set_deployment_status": 1,
        "update_check": 1,
    })
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Merge and deploy” (`deployment`). The deployment failed after the merge.

Detail: `failure`.

What I took back:
- Merge and deploy: **needs a person** (revert pull request opened, for a person to merge, #3)
- Pull request and approval: nothing to undo (merged already; see the roll-back)
- Run the tests: nothing to undo
- Write the code: nothing to undo (merged already; see the roll-back)\
"""
    ])


@pytest.mark.parametrize("files", [MERGING_REVERTS])
async def test_a_failed_deployment_is_rolled_back_where_the_repository_says_so(team: Team) -> None:
    team.github.world.deployer = "failure"
    issue, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.FAILED, because="deployment")
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
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Merge and deploy” (`deployment`). The deployment failed after the merge.

Detail: `failure`.

What I took back:
- Merge and deploy: undone (merge reverted, #3)
- Pull request and approval: nothing to undo (merged already; see the roll-back)
- Run the tests: nothing to undo
- Write the code: nothing to undo (merged already; see the roll-back)\
"""
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
| Merge and deploy | **failed** | <time> | <seconds> |

Pull request #2 (1 file), tested by `sh run_tests.sh`: passed by its status alone, not counted.

Approved by @admin.

**Failed** in “Merge and deploy” (`deployment`). The deployment failed after the merge.

Detail: `failure`.

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


async def waits_for_its_environment(team: Team) -> tuple[Thread, PullRequest]:
    """It is merged, and the people of its environment have to let its deployment go on."""
    team.github.world.deployer = None
    issue, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.waits_for("deployment")
    await team.admin.reports(team.github.deployments()[0], "waiting")
    await team.bot.has_noted("DeploymentSeen")
    return issue, pull


async def test_the_people_of_an_environment_have_days_are_reminded_and_then_it_has_its_hour(
    team: Team, clock: Ahead
) -> None:
    issue, _ = await waits_for_its_environment(team)
    await is_so(
        team, lambda: "to report how it went. It **waits for a person** there" in issue.status_comment()
    )

    clock.ahead += timedelta(days=3)
    looks = asked(team)
    await is_so(team, lambda: asked(team) >= looks + 2)
    await team.bot.looks_whom_to_remind()
    assert (await team.bot.integration()).waiting_for == "deployment"
    [reminder] = issue.by_the_bot("reminder")
    (deployment,) = team.github.deployments()
    await team.admin.reports(deployment, "in_progress")
    await is_so(team, lambda: "waits for a person" not in issue.status_comment())
    await team.admin.reports(deployment, "success")

    await team.bot.reaches(State.ACTIVE)
    assert reminder == snapshot("""\
@requester, a reminder of <id>.

**Waits for the deployment** to production to report how it went. It **waits for a person** there: somebody who reviews deployments to its environment has to let it go on, on GitHub, within 30 days. Its own hour begins then.

`/claude cancel`, by whoever may deploy, takes it back instead.\
""")


async def test_what_waits_for_the_people_of_an_environment_is_cancelled_at_any_moment(team: Team) -> None:
    issue, _ = await waits_for_its_environment(team)

    await team.admin.comments("/claude cancel", on=issue)

    await team.bot.reaches(State.FAILED, because="cancelled")
    await team.bot.comes_to_rest()
    assert [each.statuses[-1].state for each in team.github.deployments()] == ["inactive"]


async def test_whom_nobody_lets_go_on_for_thirty_days_is_taken_back(team: Team, clock: Ahead) -> None:
    issue, _ = await waits_for_its_environment(team)

    clock.ahead += PEOPLE + timedelta(minutes=1)

    await team.bot.reaches(State.FAILED, because="deployment_not_let_go_on")
    await team.bot.comes_to_rest()
    assert "waited for the people of its environment for 30 days" in issue.last_words()[0]


async def is_so(team: Team, found: Callable[[], bool]) -> None:
    """Wait until it is: what is said follows what happens, a moment later."""

    async def look() -> bool:
        return found()

    await until(look, otherwise=team.bot.story_so_far)


def asked(team: Team) -> int:
    """How often GitHub was asked how the deployment goes."""
    return sum(call.method == "GET" and call.path.endswith("/statuses") for call in team.github.world.calls)


@pytest.mark.parametrize("files", [MERGING_REVERTS])
async def test_what_somebody_changed_since_is_not_reverted_over_them(team: Team) -> None:
    team.github.world.deployer = None
    issue, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.waits_for("deployment")
    await team.developer.pushes({"erp.txt": "somebody's own words\n"})

    (deployment,) = team.github.deployments()
    await team.admin.reports(deployment, "failure")

    await team.bot.reaches(State.FAILED, because="deployment")
    await team.bot.comes_to_rest()
    assert team.github.file("erp.txt") == "somebody's own words\n"
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Merge and deploy” (`deployment`). The deployment failed after the merge.

Detail: `failure`.

What I took back:
- Merge and deploy: **needs a person** (the base branch has changed the same files since; revert by hand)
- Pull request and approval: nothing to undo (merged already; see the roll-back)
- Run the tests: nothing to undo
- Write the code: nothing to undo (merged already; see the roll-back)\
"""
    ])
