"""Sent back from the gate: the same pull request, changed as somebody wished."""

from collections.abc import Mapping
from typing import Final

import pytest

from bot.domain.states import State
from standins.claude_replies import Asked, Raw, Reply, calls, edit, says
from standins.faults import Fault
from tests.story import PullRequest, Team
from tests.story.scripts import CHANGE, PATH, REPOSITORY, SUMMARY, spec, wants_a_spec
from tests.story.waiting import until

CONFIGURED: Final = ".github/claude-bot.yml"
REVERTED: Final[Mapping[str, str]] = {
    **REPOSITORY,
    CONFIGURED: f"{REPOSITORY[CONFIGURED]}merge_reverts: true\nenvironment: production\n",
}
TWO: Final[Mapping[str, str]] = {**REPOSITORY, CONFIGURED: f"{REPOSITORY[CONFIGURED]}approvals: 2\n"}
WISH: Final = "/claude changes send the credit notes, too"
BETTER: Final = f"{CHANGE}every credit note\n"
AGAIN: Final = "Send paid invoices and credit notes to the ERP\n\nBoth are sent once."


def does_as_it_is_told(asked: Asked) -> Reply | Raw | None:
    """Writes a file; where somebody wants credit notes, it writes that into it as well."""
    if wants_a_spec(asked):
        return spec()
    is_sent_back = "credit notes" in asked.told
    if asked.calls_since_told:
        return says(AGAIN if is_sent_back else SUMMARY)
    return calls(edit(f"toolu_{asked.turns}", "create", PATH, file_text=BETTER if is_sent_back else CHANGE))


async def is_at_work_on_it(team: Team, pull: PullRequest) -> None:
    """It was sent back, and Claude takes its time."""
    asked = len(team.claude.requests)
    team.claude.fail("stall", where="You are the engineer")
    await team.developer.comments(WISH, on=pull)
    await team.claude_is_asked(times=asked + 1)


SENT_BACK: Final = pytest.mark.parametrize("script", [does_as_it_is_told])


@SENT_BACK
async def test_it_is_changed_and_comes_to_the_gate_again(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    first = pull.head

    await team.developer.comments(WISH, on=pull)
    await team.bot.has_noted("BranchMoved")
    await team.bot.has_a_pull_request(on=issue)

    await team.bot.comes_to_rest()
    assert pull.replies() == ["@developer, I am at it. What comes of it has to be approved anew."]
    assert [said.partition(":")[0] for said in pull.by_the_bot("changed")] == ["@developer, I changed it"]
    assert pull.head != first
    assert team.github.repository.git.text("rev-parse", f"{pull.head}^").strip() == first
    assert team.github.file(PATH, branch=pull.branch) == BETTER
    assert pull.issue.title == "Send paid invoices and credit notes to the ERP"
    assert [each.conclusion for each in team.github.checks()] == ["neutral", None]
    assert "| Pull request and approval | sent back, to be changed |" in issue.status_comment()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]
    assert team.github.file(PATH) == BETTER
    assert team.github.effects() == {
        "create_branch": 1,
        "create_check": 2,
        "create_commit": 2,
        "create_deployment": 1,
        "create_tree": 2,
        "edit_pull": 2,
        "merge": 1,
        "open_pull": 1,
        "move_branch": 1,
        "update_check": 2,
    }


@SENT_BACK
async def test_what_others_committed_to_the_branch_is_kept(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    theirs = await team.developer.pushes({"notes.txt": "By hand.\n"}, branch=pull.branch)

    await team.developer.comments(WISH, on=pull)
    await team.bot.has_noted("BranchMoved")
    await team.bot.has_a_pull_request(on=issue)

    assert team.github.repository.git.text("rev-parse", f"{pull.head}^").strip() == theirs
    assert team.github.file("notes.txt", branch=pull.branch) == "By hand.\n"
    assert "notes.txt" in str(team.claude.requests[-1])
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    assert (team.github.file(PATH), team.github.file("notes.txt")) == (BETTER, "By hand.\n")


@SENT_BACK
async def test_a_review_that_asks_for_changes_sends_it_back_with_its_remarks_on_lines(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()

    await team.developer.reviews(
        pull,
        "REQUEST_CHANGES",
        body="Nearly.",
        lines=[{"path": PATH, "line": 1, "body": "And the credit notes?"}],
    )

    await team.bot.has_noted("BranchMoved")
    await team.bot.has_a_pull_request(on=issue)
    await team.bot.comes_to_rest()
    asked = str(team.claude.requests[-1])
    assert "Nearly." in asked
    assert f"{PATH}, line 1:" in asked
    assert "And the credit notes?" in asked
    assert team.github.file(PATH, branch=pull.branch) == BETTER
    assert len(pull.replies()) == 1


@SENT_BACK
async def test_a_viewers_review_sends_nothing_back_and_says_so(team: Team) -> None:
    _, pull = await team.has_a_pull_request()

    await team.viewer.reviews(pull, "REQUEST_CHANGES", body="And the credit notes?")

    await team.bot.comes_to_rest()
    assert [reply.partition(".")[0] for reply in pull.replies()] == ["I change nothing for this review"]
    assert (await team.bot.integration()).waiting_for == "approval"


@SENT_BACK
async def test_sm_02_who_committed_to_it_cannot_be_its_only_approver(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.developer.pushes({"notes.txt": "By hand.\n"}, branch=pull.branch)
    await team.developer.comments(WISH, on=pull)
    await team.bot.has_noted("BranchMoved")
    await team.bot.has_a_pull_request(on=issue)

    await team.developer.comments("/claude approve", on=pull)
    await team.developer.reviews(pull)

    await team.bot.comes_to_rest()
    assert [reply.count("You committed to it yourself") for reply in pull.replies()] == [0, 1, 1]
    assert team.github.merged_heads() == []


@SENT_BACK
@pytest.mark.parametrize("files", [TWO])
async def test_sm_02_an_approval_of_what_was_there_before_does_not_count(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.developer.reviews(pull)
    await team.bot.comes_to_rest()
    await team.admin.comments(WISH, on=pull)
    await team.bot.has_noted("BranchMoved")
    await team.bot.has_a_pull_request(on=issue)

    await team.admin.reviews(pull)

    await team.bot.comes_to_rest()
    assert [given.by.login for given in (await team.bot.integration()).approvals] == ["admin"]
    assert (await team.bot.integration(issue)).waiting_for == "approval"
    assert team.github.merged_heads() == []


@SENT_BACK
async def test_what_would_not_be_tested_is_refused_and_nothing_is_lost_by_it(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.developer.pushes({".github/workflows/ci.yml": "on: push\n"}, branch=pull.branch)

    await team.developer.comments(WISH, on=pull)

    await team.bot.comes_to_rest()
    assert (
        "I may change nothing of this, so it would not be tested: `.github/workflows/ci.yml`"
        in pull.replies()[0]
    )
    assert (await team.bot.integration()).waiting_for == "approval"
    assert pull.is_open


@SENT_BACK
async def test_a_viewer_sends_nothing_back(team: Team) -> None:
    _, pull = await team.has_a_pull_request()

    await team.viewer.comments(WISH, on=pull)

    await team.bot.comes_to_rest()
    assert "This needs `integration:approve`" in pull.replies()[0]
    assert (await team.bot.integration()).waiting_for == "approval"


@SENT_BACK
async def test_what_is_wished_while_it_is_changed_is_answered(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await is_at_work_on_it(team, pull)

    await team.admin.reviews(pull, "REQUEST_CHANGES", body="And the receipts.")

    await team.is_told("This is being changed already", on=pull, times=1)
    await team.admin.comments("/claude cancel", on=pull)
    await team.bot.reaches(State.FAILED, because="cancelled")
    assert (await team.bot.facts()).count("ChangesRequested") == 1


@SENT_BACK
async def test_where_somebody_commits_meanwhile_their_commit_stays(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    team.github.delays("POST", "/repos/{owner}/{repo}/git/commits", seconds=3)
    await team.developer.comments(WISH, on=pull)

    async def tested_again() -> bool:
        return (await team.bot.facts()).count("TestsPassed") == 2

    await until(tested_again, otherwise=team.bot.story_so_far)
    theirs = await team.admin.pushes({"notes.txt": "By hand.\n"}, branch=pull.branch)

    await team.bot.reaches(State.FAILED, because="branch_moved", on=issue)
    await team.bot.comes_to_rest()
    assert team.github.repository.branches[pull.branch] == theirs
    assert "the branch has commits that are not mine; I left it" in issue.last_words()[0]


@SENT_BACK
async def test_it_can_be_stopped_while_it_is_changed_and_everything_is_taken_back(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await is_at_work_on_it(team, pull)

    await team.developer.comments("/claude cancel", on=pull)

    await team.bot.reaches(State.FAILED, because="cancelled", on=issue)
    assert not pull.is_open
    assert pull.branch not in team.github.repository.branches
    assert [each.conclusion for each in team.github.checks()] == ["cancelled"]


@SENT_BACK
@pytest.mark.parametrize("kind", ["lose", "refuse"])
async def test_whatever_is_lost_the_branch_is_moved_once(team: Team, kind: str) -> None:
    issue, pull = await team.has_a_pull_request()
    route = "/repos/{owner}/{repo}/git/refs/{ref}"
    team.github.world.faults.add(Fault(kind=kind, method="PATCH", route=route, status=502))  # type: ignore[arg-type]

    await team.developer.comments(WISH, on=pull)
    await team.bot.has_noted("BranchMoved")
    await team.bot.has_a_pull_request(on=issue)

    await team.bot.comes_to_rest()
    assert len(team.github.world.faults.met) == 1
    assert team.github.effects()["move_branch"] == 1


@SENT_BACK
async def test_it_goes_on_after_a_restart_and_pays_nothing_twice(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.developer.comments(WISH, on=pull)
    await team.bot.is_in(State.GENERATING, on=issue)

    await team.bot.restarts()

    await team.bot.has_noted("BranchMoved")
    await team.bot.has_a_pull_request(on=issue)
    assert team.github.file(PATH, branch=pull.branch) == BETTER


@SENT_BACK
@pytest.mark.parametrize("files", [REVERTED])
async def test_a_roll_back_takes_all_of_it_back(team: Team) -> None:
    team.github.world.deployer = "failure"
    issue, pull = await team.has_a_pull_request()
    await team.developer.comments(WISH, on=pull)
    await team.bot.has_noted("BranchMoved")
    await team.bot.has_a_pull_request(on=issue)

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.FAILED, because="deployment", on=issue)
    assert team.github.file(PATH) is None
