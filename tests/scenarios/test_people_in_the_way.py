"""What people do to the branches and the pull request of what is under way: theirs stays, and it is said."""

# ruff: noqa: E501  a sentence is pinned as it is said

from inline_snapshot import snapshot

from bot.domain.states import State
from tests.story import Team


async def test_f33_a_base_that_is_called_otherwise_is_not_merged_into_unasked(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.github.world.rename_branch("admin", "acme/shop", "main", "trunk")

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.FAILED, because="base_changed")
    await team.bot.comes_to_rest()
    assert (pull.is_open, team.github.merged_heads()) == (False, [])
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Merge and deploy” (`base_changed`). The pull request leads to another branch now than the one I tested it for. `/claude retry` begins anew, over the branch that is meant now.

Detail: `trunk`.

What I took back:
- Merge and deploy: nothing to undo
- Pull request and approval: undone (pull request closed, #2)
- Run the tests: undone (check run closed)
- Write the code: undone (branch deleted)\
"""
    ])

    await team.developer.pushes({"more.txt": "more\n"}, branch="trunk")
    await team.requester.comments("/claude retry", on=issue)
    await team.bot.has_noted("Retried")
    again = await team.bot.has_a_pull_request(on=issue)
    await team.admin.comments("/claude approve", on=again)
    await team.bot.reaches(State.ACTIVE)
    assert again.pull.base == "trunk"
    assert team.github.file("erp.txt", branch="trunk") is not None


async def test_f34_a_branch_that_people_call_otherwise_is_theirs(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await team.github.world.rename_branch("developer", "acme/shop", pull.branch, "mine")

    await team.bot.reaches(State.FAILED, because="pull_request_closed")
    await team.bot.comes_to_rest()
    assert list(team.github.repository.branches) == ["main", "mine"]
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Pull request and approval” (`pull_request_closed`). The pull request was closed by somebody else. If that was not meant, `/claude retry` opens another one.

What I took back:
- Pull request and approval: nothing to undo
- Run the tests: undone (check run closed)
- Write the code: nothing to undo\
"""
    ])


async def test_f34_what_people_forced_onto_the_branch_is_neither_merged_nor_lost(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    theirs = await team.developer.pushes({"theirs.txt": "theirs\n"}, branch="theirs")
    await team.github.world.force_push("developer", "acme/shop", pull.branch, theirs)

    await team.admin.comments("/claude approve", on=pull)
    await team.bot.comes_to_rest()
    assert (pull.replies(), team.github.merged_heads()) == (
        snapshot([
            "The pull request shows <commit>, but I tested <commit>. I do not merge what I did not test. `/claude changes <what>` has me take it up."
        ]),
        [],
    )

    await team.requester.comments("/claude cancel", on=issue)
    await team.bot.reaches(State.FAILED, because="cancelled")
    await team.bot.comes_to_rest()
    assert team.github.repository.branches[pull.branch] == theirs
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Pull request and approval” (`cancelled`). It was cancelled.

What I took back:
- Pull request and approval: undone (pull request closed, #2)
- Run the tests: undone (check run closed)
- Write the code: **needs a person** (the branch has commits that are not mine; I left it)\
"""
    ])


async def test_f35_what_was_closed_and_opened_again_at_once_is_closed_with_a_word(team: Team) -> None:
    """Whoever closed it meant it, or says so: a new life has a pull request of its own."""
    issue, pull = await team.has_a_pull_request()
    world = team.github.world
    world.postman.holding = True
    await team.developer.closes(pull)
    await world.reopen_pull("developer", "acme/shop", pull.number)
    world.postman.holding = False
    await world.settle()

    await team.bot.reaches(State.FAILED, because="pull_request_closed")
    await team.bot.comes_to_rest()
    assert not pull.is_open
    assert pull.last_words() == snapshot([
        "Closed by the bot. The pull request was closed by somebody else. If that was not meant, `/claude retry` opens another one."
    ])

    await team.requester.comments("/claude retry", on=issue)
    await team.bot.has_noted("Retried")
    again = await team.bot.has_a_pull_request(on=issue)
    await team.admin.comments("/claude approve", on=again)
    await team.bot.reaches(State.ACTIVE)


async def test_f27_who_may_approve_no_more_has_approved_nothing(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    team.github.delays("PATCH", "/repos/{owner}/{repo}/check-runs/{check_run_id}")
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.is_in(State.DEPLOYING)

    team.github.repository.roles["admin"] = "read"

    await team.bot.reaches(State.FAILED, because="approver_lost_access")
    await team.bot.comes_to_rest()
    assert team.github.merged_heads() == []
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Merge and deploy” (`approver_lost_access`). The one who approved may no longer do so. `/claude retry` asks for another approval.

Detail: `admin`.

What I took back:
- Merge and deploy: nothing to undo
- Pull request and approval: undone (pull request closed, #2)
- Run the tests: undone (check run closed)
- Write the code: undone (branch deleted)\
"""
    ])
