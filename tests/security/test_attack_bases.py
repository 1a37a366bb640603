"""Bases: the branch that the asker names, and the branch that the pull request leads to in the end."""

import pytest
from msgspec import structs

from bot.application import steps
from bot.application.validating import survey_repository
from bot.domain import events as e
from bot.records import Commit, StepFailed
from tests.unit.fakes import FakeSources, Stage
from tests.unit.histories import BASE, BRANCH, CHECKED, COMMIT, ID, MERGED_SHA, PULL, REQUEST, TREE

THEIRS = "0bad" * 10
PATH = ".github/claude-bot.yml"


@pytest.mark.parametrize("there", [None, b"test: make test\nenvironment: staging\n"])
async def test_rc_02_a_branch_named_as_base_says_nothing_of_tests_and_deployments(
    there: bytes | None,
) -> None:
    stage = Stage()
    stage.log.holds((structs.replace(REQUEST, base="theirs"), e.ValidationStarted()))
    stage.branches.heads["theirs"] = Commit(sha=THEIRS, tree=TREE)
    stage.sources = FakeSources(
        files={
            BASE: {} if there is None else {PATH: there},
            THEIRS: {
                PATH: b"test: 'true'\nmerge_reverts: true\nenvironment: root\nnot_secret: [.env]\n",
                "go.mod": b"module m\n",
            },
        }
    )

    found = await survey_repository(stage.world, ID, key="k")

    assert (found["base"], found["base_commit"], found["merge_reverts"]) == ("theirs", THEIRS, "")
    assert (found["test_remarks"], found["not_secret"]) == ("report", "[]")
    assert found["environment"] == ("production" if there is None else "staging")
    assert found["tests"] == ('["go", "test", "./..."]' if there is None else '["make", "test"]')


@pytest.mark.parametrize("merged", [False, True])
async def test_sm_04_a_pull_request_that_was_led_elsewhere_is_not_merged(*, merged: bool) -> None:
    stage = Stage()
    stage.log.holds(CHECKED)
    done = {"state": "closed", "merged": True, "merge_sha": MERGED_SHA} if merged else {}
    stage.pulls.has(PULL, BRANCH, COMMIT, base="live", **done)

    with pytest.raises(StepFailed, match="base_changed"):
        await steps.deploy(stage.world, ID, key="k")

    assert (stage.pulls.merged, stage.deployments.asked) == ([], {})
    assert stage.log.events() == list(CHECKED)
