"""What runs is taken out for good, by a pull request, on an administrator's word."""

# ruff: noqa: E501  a sentence is pinned as it is said

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from standins.faults import Fault
from tests.scenarios.test_deploying import MERGING_REVERTS
from tests.scenarios.test_rolling_back import goes_live
from tests.story import Team
from tests.story.places import PullRequest, Thread, worded
from tests.story.scripts import writes

LINES = "".join(f"line {n}\n" for n in range(9))
README = f"# A shop\n\n{LINES}"


async def is_deprecated(team: Team) -> None:
    await team.bot.has_noted("Deprecated")
    await team.bot.reaches(State.DEPRECATED)
    await team.bot.comes_to_rest()


async def has_a_removal(team: Team, on: Thread, *, times: int = 1) -> PullRequest:
    await team.is_told("**To be deprecated**, as @admin asked: it stays", on=on, times=times + 1)
    await team.bot.waits_for("removal", on=on)
    await team.bot.comes_to_rest()
    return await team.bot.has_opened_one(on=on)


async def test_what_runs_is_taken_out_by_a_pull_request_that_a_person_merges(team: Team) -> None:
    issue, pull = await goes_live(team)
    await team.developer.comments("/claude deprecate", on=issue)
    await team.is_told("This needs `integration:delete`", on=issue, times=1)

    await team.admin.comments("/claude deprecate The ERP is gone.", on=pull)

    removal = await has_a_removal(team, issue)
    waiting = issue.status_comment()
    await team.admin.comments("/claude deprecate", on=issue)
    await team.developer.merges(removal)
    await is_deprecated(team)
    assert team.github.file("erp.txt") is None
    assert [each.statuses[-1].state for each in team.github.deployments()] == ["inactive"]
    assert worded(removal.issue.body or "") == snapshot("""\
Takes out what #2 brought, because @admin wants it deprecated (#1). Integration <id>. What others have changed since in the same files stays.

> The ERP is gone.

Once this is merged its deployment is marked inactive and it is deprecated, for good. If you close this without merging, it stays active.\
""")
    assert "**To be deprecated**, as @admin asked: it stays active until #3 is merged" in waiting
    assert [each for each in issue.replies() if "deprecated" in each] == snapshot([
        "To be deprecated, as @admin asked. I am preparing the pull request that takes it out; what comes of it I say on #1."
    ])
    assert issue.last_words()[1:] == snapshot([
        """\
@requester <id> is **deprecated**.

**Deprecated** by @admin.

> The ERP is gone.

What was taken out:
- The deployment: undone (marked inactive)
- The code: undone (taken out, #3)\
"""
    ])
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
    for refused in ("deprecate", "rollback", "retry"):
        await team.admin.comments(f"/claude {refused}", on=issue)
    await team.bot.comes_to_rest()
    assert sorted(issue.replies()[-3:]) == snapshot([
        "Only what has failed can be tried again, and it is **deprecated**.",
        "Only what is **active** can be deprecated, and it is **deprecated**. It is taken out already; `/claude integrate <what>` asks for something new.",
        "There is nothing to roll back: it is **deprecated**. It is out for good; `/claude integrate <what>` asks for something new.",
    ])


@pytest.mark.parametrize("files", [MERGING_REVERTS])
async def test_where_policy_allows_it_is_merged_and_a_restart_in_the_middle_doubles_nothing(
    team: Team,
) -> None:
    issue, _ = await goes_live(team)
    team.github.world.faults.add(
        Fault(kind="refuse", status=502, method="POST", route="/repos/{owner}/{repo}/pulls", times=2)
    )

    await team.admin.comments("/claude deprecate", on=issue)
    await team.github.goes_wrong()
    await team.bot.restarts()

    await is_deprecated(team)
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


@pytest.mark.parametrize("files", [{**MERGING_REVERTS, "README.md": README}])
@pytest.mark.parametrize("script", [writes("README.md", README.replace("line 1\n", "line 1\nthe ERP\n"))])
async def test_what_others_wrote_beside_it_stays_and_a_person_merges(team: Team) -> None:
    issue, _ = await goes_live(team)
    theirs = (team.github.file("README.md") or "").replace("line 7", "line seven")
    await team.developer.pushes({"README.md": theirs})

    await team.admin.comments("/claude deprecate", on=issue)

    removal = await has_a_removal(team, issue)
    assert removal.is_open
    await team.admin.closes(removal)
    await team.is_told("**Stays active**: #3", on=issue, times=2)
    await team.bot.reaches(State.ACTIVE)
    await team.admin.comments("/claude deprecate", on=issue)
    again = await has_a_removal(team, issue, times=2)
    await team.admin.merges(again)
    await is_deprecated(team)
    assert team.github.file("README.md") == README.replace("line 7", "line seven")


async def test_what_has_moved_on_needs_a_person_who_says_where_it_was_taken_out(team: Team) -> None:
    issue, _ = await goes_live(team)
    await team.developer.pushes({"erp.txt": "somebody's own words\n"})

    await team.admin.comments("/claude deprecate", on=issue)
    await team.is_told("**Needs a person**", on=issue, times=2)
    await team.bot.reaches(State.ACTIVE)
    by_hand = await team.github.world.open_pull(
        "developer", "acme/shop", head=await branched(team), title="Without the ERP"
    )
    await team.admin.comments(f"/claude deprecate --removed-in #{by_hand}", on=issue)
    await team.is_told(f"#{by_hand} did not take it out", on=issue, times=1)
    await team.admin.merges(team.github.pull(by_hand))
    await team.admin.comments(f"/claude deprecate --removed-in #{by_hand}", on=issue)

    await is_deprecated(team)
    assert issue.last_words()[1:] == snapshot([
        """\
@requester <id> is **deprecated**.

**Deprecated** by @admin.

What was taken out:
- The deployment: undone (marked inactive)
- The code: undone (taken out, #3)\
"""
    ])


async def branched(team: Team) -> str:
    await team.developer.pushes({"erp.txt": None}, branch="by-hand")
    return "by-hand"
