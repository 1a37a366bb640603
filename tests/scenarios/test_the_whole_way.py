"""From a comment to running code."""

# ruff: noqa: E501  a sentence is pinned as it is said

from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from standins import stories
from tests.story import Team
from tests.story.places import EACH_ONCE, worded


@pytest.mark.parametrize(("files", "script"), [(stories.REPOSITORY, stories.invoices)])
async def test_a_comment_becomes_running_code(team: Team) -> None:
    """The tests fail once and are repaired; somebody else approves; exactly that is merged and deployed."""
    issue, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.effects() == EACH_ONCE
    assert team.github.merged_heads() == [pull.head]
    assert "export" in (team.github.file("invoicing/erp.py") or "")
    assert await team.bot.facts() == snapshot([
        "IntegrationRequested",
        "ValidationStarted",
        "TestsChosen",
        "TurnTaken",
        "RequestValidated",
        "TurnTaken",
        "ToolsRun",
        "TurnTaken",
        "ToolsRun",
        "TurnTaken",
        "CodeGenerated",
        "TestsRepeated",
        "SandboxNoted",
        "TestsFailed",
        "RepairStarted",
        "TurnTaken",
        "ToolsRun",
        "TurnTaken",
        "ToolsRun",
        "TurnTaken",
        "CodeGenerated",
        "TestsPassed",
        "CommitMade",
        "BranchCreated",
        "PullRequestCreated",
        "ReviewersAsked",
        "CheckOpened",
        "Approved",
        "Released",
        "CheckClosed",
        "PassportCompleted",
        "Merged",
        "DeploymentCreated",
        "DeploymentReported",
        "Activated",
    ])
    assert pull.replies() == snapshot([
        "Approved by @admin for <commit>. I will merge exactly this commit, then deploy it."
    ])
    assert issue.last_words() == snapshot([
        "@requester <id> is **active**: #2 is merged and deployed to production."
    ])
    assert issue.status_comment() == snapshot("""\
### Integration <id>: active

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | <time> | <seconds> |
| Write the code | done | <time> | <seconds> |
| Run the tests | tests failed, repairing | <time> | <seconds> |
| Write the code | done | <time> | <seconds> |
| Run the tests | done | <time> | <seconds> |
| Pull request and approval | done | <time> | <seconds> |
| Merge and deploy | done | <time> | <seconds> |

Pull request #2 (3 files), tested by `python -m pytest -q`: 7 passed, 3 before this change.

Approved by @admin.

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

<sub>Cost so far: <cost> of at most $5.00, 7 of at most 60 model turns; <share> of what the model was given came from its cache.</sub>\
""")


async def test_a_request_is_seen_within_a_second(team: Team) -> None:
    await team.asks("/claude help")
    await team.bot.comes_to_rest()

    issue = await team.asks()

    await team.bot.is_in(State.GENERATING)

    (request, *_) = issue.comments()
    (seen,) = request.reactions
    assert seen.content == "eyes"
    assert (seen.created_at - request.created_at).total_seconds() < 1


async def test_what_waits_for_approval_says_so(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await team.bot.comes_to_rest()

    assert issue.status_comment() == snapshot("""\
### Integration <id>: reviewing

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | <time> | <seconds> |
| Write the code | done | <time> | <seconds> |
| Run the tests | done | <time> | <seconds> |
| Pull request and approval | **waiting** | <time> |  |
| Merge and deploy | to come |  |  |

**Waits for an approval** of <commit> by somebody with write access other than @requester: approve #2 in a review, or comment `/claude approve`, `/claude changes <what>` or `/claude reject <why>` there. An approval by somebody who may deploy releases the deployment as well.

Pull request #2 (1 file), tested by `sh run_tests.sh`: passed by its status alone, not counted.

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
    assert worded(pull.issue.body or "") == snapshot("""\
For #1, asked for by @requester. Tested by `sh run_tests.sh` in a sandbox without network: passed by its status alone, not counted. Integration <id>.

`/claude approve`, `/claude changes <what>` or `/claude reject <why>` here decides; `/claude plan` shows what was to be built.

(passport)

What the model says of its change:

> Every paid invoice is sent once.\
""")
    assert [(each.status, each.output["title"]) for each in team.github.checks()] == snapshot([
        ("in_progress", "Tests passed, not counted; waiting for approval")
    ])


async def test_status_says_where_it_stands(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await team.viewer.comments("/claude status", on=issue)
    await team.viewer.comments("/claude status", on=pull)

    await team.bot.comes_to_rest()
    assert (
        issue.replies()
        == pull.replies()
        == snapshot(["- <id>: **reviewing**, waiting for approval, #2; <cost> so far"])
    )


async def test_help_shows_what_the_asker_may_do(team: Team) -> None:
    issue = await team.viewer.opens_an_issue()

    await team.viewer.comments("/claude help", on=issue)
    await team.bot.comes_to_rest()
    await team.admin.comments("/claude", on=issue)

    await team.bot.comes_to_rest()
    assert issue.replies() == snapshot([
        """\
| say | and I will |
|---|---|
| `/claude help` | say what you may do here |
| `/claude status` | say where it stands, what it waits for and what it cost |
| `/claude list [<which>]` | list this repository's integrations: open (if nothing is said), waiting, mine, all, or a state |
| `/claude plan [<id>]` | show what is to be built, as I understood it |
| `/claude why [<id>]` | say why it stands where it stands, why it waits, and what was refused here |
| `/claude history [<id>] [--at <time>]` | tell everything that happened to it, up to now or to that time |
| `/claude config [<key>: <value>]` | show this repository's configuration, and where each value comes from; with a key and a value, set it for this integration alone (which needs `integration:write`) |\
""",
        """\
| say | and I will |
|---|---|
| `/claude help` | say what you may do here |
| `/claude integrate <what> [--base <branch>] [--budget <dollars>] [--plan-first] [--anyway]` | write it, test it, open the pull request, and after an approval merge and deploy it |
| `/claude status` | say where it stands, what it waits for and what it cost |
| `/claude list [<which>]` | list this repository's integrations: open (if nothing is said), waiting, mine, all, or a state |
| `/claude plan [<id>]` | show what is to be built, as I understood it |
| `/claude why [<id>]` | say why it stands where it stands, why it waits, and what was refused here |
| `/claude history [<id>] [--at <time>]` | tell everything that happened to it, up to now or to that time |
| `/claude answer <text>` | take your answer to what I asked, and look at the request again |
| `/claude approve` | open the gate that is waiting: for the plan, what is to be installed, or the commit you see |
| `/claude changes <what>` | send what waits for approval back to me, to be changed as you say |
| `/claude reject [why]` | close the gate for good and take back what I made |
| `/claude deploy` | let what was merged go out |
| `/claude rollback [<id>] [<why>]` | take what runs out of use again: the deployment, and by a revert the merge |
| `/claude deprecate [<id>] [<why>] [--removed-in <pull request>]` | take what runs out for good, by a pull request that removes what it brought |
| `/claude cancel` | stop at once and take back what I made |
| `/claude retry [<id>] [from <state>]` | try again what failed, from where it is still good: validating, generating or testing |
| `/claude review [full] [focus]` | review this pull request, with an eye on what you say; `full` reads all of it again |
| `/claude describe [apply [title] [description] [labels]]` | offer a title, a description and labels for this pull request; `apply` takes them, or some of them |
| `/claude pause` | have no review of this pull request follow by itself; what you ask for is still done |
| `/claude resume` | let reviews of this pull request follow by themselves again |
| `/claude accept [finding] [why] [until <when>] [--undo]` | live with a finding of a review, until then or for 90 days: no review here says or counts it meanwhile; `--undo` takes that back |
| `/claude dismiss [finding] [why] [--undo]` | say that a finding of a review is none: no review here says or counts it again; `--undo` takes that back |
| `/claude fix [what]` | change this pull request, tested: a finding by its name, `checks` that fail, its `conflict`, or what you say; in a thread at a line, what is said there |
| `/claude ask <question>` | look into the code, and answer here with the files and lines that the answer rests on |
| `/claude budget [month] [+<dollars>]` | show what this run and this month cost and may cost; with an amount, allow so much more |
| `/claude freeze [repo or org] <why> [until <when>]` | stop everything at once, here or in the whole account, until then or until it is lifted |
| `/claude unfreeze [repo or org]` | lift that again, and let what stopped go on |
| `/claude config [<key>: <value>]` | show this repository's configuration, and where each value comes from; with a key and a value, set it for this integration alone (which needs `integration:write`) |\
""",
    ])


@pytest.mark.parametrize("environment", [{"DATA_DIR": "elsewhere"}])
async def test_mirrors_and_copies_are_kept_where_the_operator_says(team: Team, tmp_path: Path) -> None:
    await team.has_a_pull_request()

    kept = {path.name for path in (tmp_path / "elsewhere").iterdir()}
    assert kept == {"mirrors", "copies"}
    assert [path.name for path in (tmp_path / "elsewhere/mirrors").glob("*.git")] == [
        f"{team.github.repository.id}.git"
    ]
    assert not any((tmp_path / "data").glob("mirrors*"))
