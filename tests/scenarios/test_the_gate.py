"""The gate: approved, rejected, or overtaken by what people do to the pull request themselves."""

# ruff: noqa: E501  a sentence is pinned as it is said

from functools import partial

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from standins.faults import Fault
from tests.story import Person, Team, Thread
from tests.story.scripts import REPOSITORY
from tests.story.waiting import until

# Slow enough for people to speak while they run, and for the clock of GitHub to move on by a second.
SLOW = {**REPOSITORY, "run_tests.sh": "test ! -e erp.txt || sleep 2\n"}
COMMENTS = "/repos/{owner}/{repo}/issues/{issue_number}/comments"


@pytest.mark.parametrize("files", [SLOW])
async def test_wh_17_an_approval_of_what_was_not_there_yet_opens_no_gate_however_late_it_comes(
    team: Team,
) -> None:
    issue = await team.asks()
    await team.bot.is_in(State.TESTING)
    postman = team.github.world.postman
    postman.holding = True
    await team.admin.comments("/claude approve", on=issue)
    late = list(team.github.world.outbox)
    pull = await team.bot.has_a_pull_request()

    postman.holding = False
    await postman.release([each.guid for each in late])
    await team.bot.comes_to_rest()
    assert ((await team.bot.integration()).waiting_for, team.github.merged_heads()) == ("approval", [])
    assert issue.replies() == snapshot([
        "You said that before #2 showed what it shows now, so it cannot have been about that. Look at it, then say it again."
    ])
    await team.admin.comments("/claude approve", on=issue)

    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]


@pytest.mark.parametrize("files", [SLOW])
async def test_a_refusal_that_can_be_said_only_later_is_still_a_refusal(team: Team) -> None:
    issue = await team.asks()
    await team.bot.is_in(State.TESTING)
    await until(partial(has_a_status, issue), otherwise=team.bot.story_so_far)
    team.github.world.faults.add(Fault(kind="refuse", status=503, method="POST", route=COMMENTS, times=4))

    await team.admin.comments("/claude approve", on=issue)

    await team.bot.has_a_pull_request()
    await team.bot.comes_to_rest()
    assert ((await team.bot.integration()).waiting_for, team.github.merged_heads()) == ("approval", [])
    assert issue.replies() == snapshot([
        "Nothing here waits for that now. `/claude status` shows where it stands."
    ])


async def has_a_status(issue: Thread) -> bool:
    return issue.statuses() != []


async def test_a_rejection_takes_everything_back(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await team.developer.comments("/claude reject we use another ERP now", on=pull)

    await team.bot.reaches(State.FAILED, because="rejected")
    await team.bot.comes_to_rest()
    assert not pull.is_open
    assert list(team.github.repository.branches) == ["main"]
    assert [(each.status, each.conclusion) for each in team.github.checks()] == [("completed", "cancelled")]
    assert pull.replies() == snapshot(["Rejected by @developer. I am taking back what I made."])
    assert pull.last_words() == snapshot(["Closed by the bot. It was rejected at the gate."])
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Pull request and approval” (`rejected`). It was rejected at the gate.

What I took back:
- Pull request and approval: undone (pull request closed, #2)
- Run the tests: undone (check run closed)
- Write the code: undone (branch deleted)\
"""
    ])


async def test_closing_the_pull_request_by_hand_ends_it(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await team.developer.closes(pull)

    await team.bot.reaches(State.FAILED, because="pull_request_closed")
    await team.bot.comes_to_rest()
    assert list(team.github.repository.branches) == ["main"]
    assert team.github.deployments() == []
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Pull request and approval” (`pull_request_closed`). The pull request was closed by somebody else. If that was not meant, `/claude retry` opens another one.

What I took back:
- Pull request and approval: nothing to undo
- Run the tests: undone (check run closed)
- Write the code: undone (branch deleted)\
"""
    ])


async def test_merging_by_hand_ends_it_and_nothing_is_deployed(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await team.developer.merges(pull)

    await team.bot.reaches(State.FAILED, because="merged_by_hand")
    await team.bot.comes_to_rest()
    assert team.github.file("erp.txt") is not None
    assert team.github.deployments() == []
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Pull request and approval” (`merged_by_hand`). The pull request was merged by somebody else, so I deploy nothing.

What I took back:
- Pull request and approval: nothing to undo (merged already; see the roll-back)
- Run the tests: undone (check run closed)
- Write the code: nothing to undo (merged already; see the roll-back)\
"""
    ])


async def test_a_merge_queue_that_merges_ends_it_as_a_person_would(team: Team) -> None:
    team.github.world.add_account("queue[bot]", "Bot")
    queue = Person(login="queue[bot]", world=team.github.world)
    _, pull = await team.has_a_pull_request()

    await queue.merges(pull)

    await team.bot.reaches(State.FAILED, because="merged_by_hand")
    assert team.github.file("erp.txt") is not None
    assert team.github.deployments() == []


async def test_sm_02_what_was_pushed_after_the_tests_is_not_approved(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.developer.pushes({"more.txt": "more\n"}, branch=pull.branch)

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.comes_to_rest()
    assert team.github.merged_heads() == []
    assert pull.replies() == snapshot([
        "The pull request shows <commit>, but I tested <commit>. I do not merge what I did not test. `/claude changes <what>` has me take it up."
    ])


async def test_sm_01_sm_02_what_is_pushed_after_the_approval_is_not_merged(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    team.github.delays("PATCH", "/repos/{owner}/{repo}/check-runs/{check_run_id}")
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.is_in(State.DEPLOYING)

    await team.developer.pushes({"more.txt": "more\n"}, branch=pull.branch)

    await team.bot.reaches(State.FAILED, because="head_moved")
    await team.bot.comes_to_rest()
    assert team.github.merged_heads() == []
    assert pull.branch in team.github.repository.branches
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Merge and deploy” (`head_moved`). The pull request has commits that I did not test, so I did not merge it.

Detail: <commit>.

What I took back:
- Merge and deploy: nothing to undo
- Pull request and approval: undone (pull request closed, #2)
- Run the tests: undone (check run closed)
- Write the code: **needs a person** (the branch has commits that are not mine; I left it)\
"""
    ])


async def test_f39_what_a_protected_branch_refuses_waits_visibly_and_is_tried_again(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.github.world.protect("acme/shop", "main", why="At least 2 approving reviews are required.")

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.waits_for("merge")
    await team.bot.comes_to_rest()
    assert (team.github.merged_heads(), pull.is_open) == ([], True)
    assert "“At least 2 approving reviews are required.”" in issue.status_comment()
    [said] = pull.by_the_bot("held")
    assert said.startswith("@requester **GitHub does not merge #2 yet.** It says: “At least 2")

    await team.github.world.protect("acme/shop", "main", why=None)
    await team.developer.reviews(pull)

    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]


@pytest.mark.parametrize("how", ["dismissed", "changes"])
async def test_whoever_takes_an_approval_back_stops_a_merge_that_is_held_up(team: Team, how: str) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.github.world.protect("acme/shop", "main", why="At least 2 approving reviews are required.")
    review = await team.admin.reviews(pull)
    await team.bot.waits_for("merge")

    if how == "dismissed":
        await team.developer.dismisses(review, of=pull)
        await team.is_told("The approval of @admin is taken back: I do not merge this", on=pull, times=1)
    else:
        await team.admin.reviews(pull, "REQUEST_CHANGES", body="Say who is sent what.")
        await team.bot.has_noted("ChangesRequested")
    await team.github.world.protect("acme/shop", "main", why=None)
    await team.bot.waits_for("approval")
    await team.bot.comes_to_rest()

    assert (team.github.merged_heads(), pull.is_open) == ([], True)
    assert "Waits for an approval" in issue.status_comment()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]


@pytest.mark.parametrize("then", ["merged", "closed"])
async def test_f35_f36_what_waits_for_a_merge_queue_goes_on_once_people_merged_it(
    team: Team, then: str
) -> None:
    issue, pull = await team.has_a_pull_request()
    queue = "Repository rule violations found. Changes must be made through the merge queue"
    await team.github.world.protect("acme/shop", "main", why=queue)
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.waits_for("merge")
    await team.bot.comes_to_rest()
    assert "merge queue" in issue.status_comment()
    await team.github.world.protect("acme/shop", "main", why=None)

    if then == "closed":
        await team.developer.closes(pull)
        await team.bot.reaches(State.FAILED, because="pull_request_closed")
        return
    await team.developer.merges(pull)

    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]
    assert len(team.github.deployments()) == 1


async def test_approving_twice_is_approving_once(team: Team) -> None:
    _, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)
    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    assert (await team.bot.facts()).count("Approved") == 1
