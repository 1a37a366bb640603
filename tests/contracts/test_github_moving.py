"""A branch that is moved on, and what came to it meanwhile, kept against GitHub's stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.records import FileEdit, Since, StepFailed
from bot.review_records import LineRemark
from standins.faults import Kind
from tests.contracts.github_side import BRANCH, ERP, Side, github_side

REFERENCE = "/repos/{owner}/{repo}/git/refs/{ref}"


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        side.github.person("developer", {ERP: "write"})
        yield side


async def following(side: Side, parent: str) -> str:
    """A commit on top of that one, on no branch yet."""
    edits = [FileEdit(path="src/more.py", content=b"more()\n")]
    made = await side.branches.commit(side.repository, parent=parent, edits=edits, message="More")
    return made.sha


async def test_a_branch_is_moved_on_once_however_often(side: Side) -> None:
    sha = await following(side, await side.branch())

    for _ in range(2):
        await side.branches.move(side.repository, BRANCH, sha=sha)

    assert side.github.repository(ERP).branches[BRANCH] == sha
    assert side.github.violations == []


@pytest.mark.parametrize("kind", ["lose", "cut_after"])
async def test_f17_a_move_whose_answer_was_lost_is_made_again_and_changes_nothing(
    side: Side, kind: Kind
) -> None:
    sha = await following(side, await side.branch())
    side.fails(kind, "PATCH", REFERENCE)
    with pytest.raises(Exception, match="github"):
        await side.branches.move(side.repository, BRANCH, sha=sha)

    await side.branches.move(side.repository, BRANCH, sha=sha)

    assert side.github.repository(ERP).branches[BRANCH] == sha


async def test_a_branch_is_never_moved_over_what_others_have_committed(side: Side) -> None:
    sha = await following(side, await side.branch())
    theirs = await side.github.push("developer", ERP, {"notes.txt": "theirs\n"}, branch=BRANCH)

    with pytest.raises(StepFailed) as failure:
        await side.branches.move(side.repository, BRANCH, sha=sha)

    assert failure.value.code == "branch_moved"
    assert side.github.repository(ERP).branches[BRANCH] == theirs


async def test_a_branch_that_is_gone_is_not_moved(side: Side) -> None:
    sha = await following(side, await side.branch())
    await side.branches.delete(side.repository, BRANCH)

    with pytest.raises(StepFailed) as failure:
        await side.branches.move(side.repository, BRANCH, sha=sha)

    assert failure.value.code == "branch_gone"


async def test_who_has_committed_since_is_told_by_number(side: Side) -> None:
    ours = await side.branch()
    theirs = await side.github.push("developer", ERP, {"notes.txt": "theirs\n"}, branch=BRANCH)

    since = await side.branches.since(side.repository, ours, theirs)

    assert since == Since(only_added=True, authors=(side.actor("developer").id,))
    assert await side.branches.since(side.repository, ours, ours) == Since(only_added=False, authors=())


async def test_what_was_rewritten_has_not_only_been_added_to(side: Side) -> None:
    ours, other = await side.branch(), await following(side, await side.main())

    assert not (await side.branches.since(side.repository, ours, other)).only_added


async def test_a_pull_request_is_described_anew(side: Side) -> None:
    number, _ = await side.pull()

    shown_at = await side.pulls.describe(side.repository, number, title="T" * 300, body="New.")

    [pull] = side.github.repository(ERP).pulls()
    assert (len(pull.title) <= 256, pull.body) == (True, "New.")
    assert shown_at >= (await side.pulls.get(side.repository, number)).opened_at
    with pytest.raises(StepFailed, match="pull_request_gone"):
        await side.pulls.describe(side.repository, 999, title="T", body="")


async def test_a_pull_request_is_called_something_else_and_says_the_same(side: Side) -> None:
    number, _ = await side.pull()
    before = await side.pulls.body(side.repository, number)

    await side.pulls.retitle(side.repository, number, title="Paid invoices")

    assert (await side.pulls.get(side.repository, number)).title == "Paid invoices"
    assert await side.pulls.body(side.repository, number) == before


async def test_what_a_review_says_by_now_is_asked_of_github(side: Side) -> None:
    number, _ = await side.pull()
    review = await side.github.review("developer", ERP, number, event="APPROVE", body="")

    states = [await side.pulls.review_state(side.repository, number, each) for each in (review, 999)]
    await side.github.dismiss_review("developer", ERP, number, review)
    states.append(await side.pulls.review_state(side.repository, number, review))

    assert states == ["approved", None, "dismissed"]
    assert side.github.violations == []


async def test_a_reviews_remarks_on_lines_come_in_its_order_and_without_anybody_elses(side: Side) -> None:
    number, _ = await side.pull()
    hunk = "@@ -0,0 +1,6 @@\n+1\n+2\n+3\n+4\n+5"
    lines: list[dict[str, Any]] = [
        {"path": "src/erp.py", "line": 5, "body": "Why?", "diff_hunk": hunk},
        {"path": "src/erp.py", "body": "All of it.", "diff_hunk": ""},
    ]
    mine = await side.github.review(
        "developer", ERP, number, event="REQUEST_CHANGES", body="No.", comments=lines
    )
    await side.github.review("developer", ERP, number, event="COMMENT", body="Hm.", comments=lines[:1])

    assert await side.pulls.line_remarks(side.repository, number, mine) == [
        LineRemark(path="src/erp.py", line=5, code="+2\n+3\n+4\n+5", body="Why?"),
        LineRemark(path="src/erp.py", line=None, code="", body="All of it."),
    ]
    assert side.github.violations == []
