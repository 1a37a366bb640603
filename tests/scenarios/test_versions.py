"""Asked for again where it runs: another version of it, and what runs meanwhile."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from standins.claude_replies import Asked, Raw, Reply
from tests.scenarios.test_deploying import MERGING_REVERTS
from tests.scenarios.test_rolling_back import goes_live
from tests.story import Team
from tests.story.places import PullRequest, Thread
from tests.story.scripts import CHANGE, wants_a_spec, writes

SECOND = f"{CHANGE}every refund\n"


def by_request(asked: Asked) -> Reply | Raw | None:
    """Invoices first, then refunds as well; what is asked for in vain breaks the tests."""
    said = json.dumps(asked.body["messages"][0])
    if wants_a_spec(asked) or "the request" not in said:
        return writes()(asked)
    if "in vain" in said:
        return writes("word.txt", f"wrong {asked.turns}\n")(asked)
    return writes(content=SECOND if "refunds as well" in said else CHANGE)(asked)


async def asks_again(team: Team, issue: Thread, words: str, *, by: str = "developer") -> None:
    await team.github.world.comment(by, "acme/shop", issue.number, f"/claude integrate {words}")
    await team.bot.has_noted("VersionRequested")


async def second_pull(team: Team, issue: Thread, first: PullRequest) -> PullRequest:
    await team.bot.has_noted("RequestValidated")
    pull = await team.bot.has_a_pull_request(on=issue)
    assert (pull.number != first.number, pull.branch) == (True, f"{first.branch}.2")
    return pull


@pytest.mark.parametrize("files", [MERGING_REVERTS])
@pytest.mark.parametrize("script", [by_request])
async def test_another_version_goes_live_and_rolled_back_the_first_runs_again(team: Team) -> None:
    issue, first = await goes_live(team)

    await asks_again(team, issue, "refunds as well")

    second = await second_pull(team, issue, first)
    await team.bot.comes_to_rest()
    waiting = issue.status_comment()
    await team.developer.comments("/claude approve", on=issue)
    await team.admin.comments("/claude approve", on=first)
    await team.is_told("You asked for it, so somebody else", on=issue, times=1)
    assert not second.is_merged
    await team.admin.comments("/claude approve", on=second)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert (await team.bot.integration()).edition == 2
    assert team.github.file("erp.txt") == SECOND
    await team.admin.comments("/claude rollback", on=issue)
    await team.bot.has_noted("UndoFinished")
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert team.github.file("erp.txt") == CHANGE
    it = await team.bot.integration()
    assert (it.edition, it.pull_request, it.life) == (1, first.number, 1)
    assert waiting == snapshot("""\
### Integration <id> v2: reviewing

Asked for by @developer.

**v1 stays in use** meanwhile: #2.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | <time> | <seconds> |
| Write the code | done | <time> | <seconds> |
| Run the tests | done | <time> | <seconds> |
| Pull request and approval | **waiting** | <time> |  |
| Merge and deploy | to come |  |  |

**Waits for an approval** of <commit> by somebody with write access other than @developer: approve #3 in a review, or comment `/claude approve`, `/claude changes <what>` or `/claude reject <why>` there. An approval by somebody who may deploy releases the deployment as well.

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

<sub>Cost so far: <cost> of at most $5.03, 6 of at most 63 model turns; <share> of what the model was given came from its cache.</sub>\
""")
    assert issue.last_words() == snapshot([
        "@requester <id> is **active**: #2 is merged and deployed to production.",
        "@developer <id> v2 is **active**: #3 is merged and deployed to production.",
        """\
@developer <id> v2 has been **rolled back**.

**Rolled back** by @admin.

What I took back:
- Merge and deploy: undone (merge reverted, #4)
- Pull request and approval: nothing to undo (merged already; see the roll-back)
- Run the tests: nothing to undo
- Write the code: nothing to undo (merged already; see the roll-back)

**v1 stays active**: #2. `/claude integrate <what>` asks for another version.\
""",
    ])
    assert team.github.effects() == snapshot({
        "create_branch": 3,
        "create_check": 2,
        "create_commit": 3,
        "create_deployment": 2,
        "create_tree": 3,
        "edit_pull": 2,
        "merge": 3,
        "open_pull": 3,
        "set_deployment_status": 1,
        "update_check": 2,
    })


@pytest.mark.parametrize("files", [MERGING_REVERTS])
@pytest.mark.parametrize("script", [by_request])
async def test_a_version_of_which_nothing_comes_leaves_the_first_active_whatever_is_killed(
    team: Team,
) -> None:
    issue, first = await goes_live(team)

    await asks_again(team, issue, "something in vain")
    await team.bot.restarts()

    await team.bot.has_noted("UndoFinished")
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    after = await team.bot.integration()
    assert (after.edition, after.pull_request, len(team.github.deployments())) == (1, first.number, 1)
    await team.requester.comments("/claude retry", on=issue)
    await team.is_told("v2 came to nothing", on=issue, times=1)
    assert issue.last_words()[1:] == snapshot([
        """\
@developer <id> v2 has **failed**.

**Failed** in “Run the tests” (`tests`). The tests still failed after every repair I may try.

<details><summary>What the tests printed last</summary>

```text
the word is wrong 6
```

</details>

What I took back:
- Run the tests: nothing to undo
- Write the code: nothing to undo

**v1 stays active**: #2. `/claude integrate <what>` asks for another version.\
"""
    ])
    assert issue.status_comment().partition("\n\n| step")[0] == snapshot("""\
### Integration <id> v2: failed (v1 is active)

Asked for by @developer.

**v1 stays active**: #2. `/claude integrate <what>` asks for another version.\
""")


@pytest.mark.parametrize("files", [MERGING_REVERTS])
@pytest.mark.parametrize("script", [by_request])
async def test_all_versions_are_taken_out_together(team: Team) -> None:
    issue, first = await goes_live(team)
    await asks_again(team, issue, "refunds as well")
    second = await second_pull(team, issue, first)
    await team.admin.comments("/claude deprecate", on=issue)
    await team.is_told("Only what is **active** can be deprecated", on=issue, times=1)
    await team.admin.comments("/claude approve", on=second)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()

    await team.admin.comments("/claude deprecate", on=issue)

    await team.bot.has_noted("Deprecated")
    await team.bot.reaches(State.DEPRECATED)
    await team.bot.comes_to_rest()
    assert team.github.file("erp.txt") is None
    assert {each.statuses[-1].state for each in team.github.deployments()} == {"inactive"}
    await team.requester.comments("/claude integrate it anew", on=issue)
    await team.is_told("<!-- claude-code-bot:status:", on=issue, times=2)
    await team.bot.waits_for("approval", on=issue)
