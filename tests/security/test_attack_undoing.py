"""Taking back what the bot made, while somebody with write access lies in wait where it will be made."""

import pytest
from msgspec import structs

from bot.application import undoing
from bot.domain import events as e
from bot.records import Commit, StepFailed
from tests.unit.fakes import FakeSources, Stage
from tests.unit.histories import (
    BASE,
    BRANCH,
    COMMIT,
    CONTENT,
    DEPLOYING,
    ID,
    ISSUE,
    MERGED_SHA,
    PULL,
    SPEC,
    TREE,
    failed,
)

REVERT = f"claude/revert-{ISSUE}-{ID}"
NOW, EVIL = "0a11" * 10, "0bad" * 10
MERGING = tuple(structs.replace(SPEC, merge_reverts=True) if fact == SPEC else fact for fact in DEPLOYING)


@pytest.fixture
def stage() -> Stage:
    """The deployment failed after the merge, where policy lets the bot merge its reverts."""
    stage = Stage()
    stage.log.holds(failed(*MERGING, reason="deployment"))
    stage.pulls.has(PULL, BRANCH, COMMIT, state="closed", merged=True, merge_sha=MERGED_SHA)
    stage.branches.heads["main"] = Commit(sha=NOW, tree=TREE)
    there = {"shop/erp.py": CONTENT.encode()}
    stage.sources = FakeSources(files={NOW: there, BASE: {"shop/erp.py": b"old\n"}})
    return stage


async def test_sm_04_a_branch_planted_under_the_reverts_name_is_not_merged(stage: Stage) -> None:
    stage.branches.heads[REVERT] = Commit(sha=EVIL, tree=TREE)

    with pytest.raises(StepFailed, match="branch_taken"):
        await undoing.roll_back(stage.world, ID, key="k")

    assert (stage.pulls.opened, stage.pulls.merged) == ([], [])
    assert stage.branches.heads[REVERT].sha == EVIL


async def test_sm_01_what_is_pushed_onto_the_revert_is_not_merged(stage: Stage) -> None:
    stage.pulls.refuses = "not_mergeable"
    await undoing.roll_back(stage.world, ID, key="k")
    stage.log.streams[ID].pop()
    [number] = [number for number, (branch, _) in stage.pulls.there.items() if branch == REVERT]
    stage.pulls.has(number, REVERT, EVIL)
    stage.pulls.refuses = None

    await undoing.roll_back(stage.world, ID, key="k")

    assert [head for _, head in stage.pulls.merged] == [COMMIT]
    fact = stage.log.events()[-1]
    assert isinstance(fact, e.StepUndone)
