"""What a repository says of branches and labels is what its pull request has, each once."""

import pytest
from msgspec import structs

from bot.application import publishing, undoing
from bot.application.fact_words import told
from bot.application.publishing import branch_of
from bot.domain import events as e
from bot.domain.integration import fold
from tests.unit.fakes import Stage
from tests.unit.histories import ID, ISSUE, SPEC, TESTED, History, failed

LABELS = ("integration", "by a machine")


def configured(history: History) -> History:
    said = structs.replace(SPEC, branch="bot/{id}", labels=LABELS)
    return tuple(said if isinstance(each, e.RequestValidated) else each for each in history)


async def published(history: History = TESTED, *, takes_labels: bool = True) -> Stage:
    """Driven to the gate, each step run twice."""
    stage = Stage()
    stage.pulls.takes_labels = takes_labels
    stage.log.holds(configured(history))
    for number in range(6):
        for _ in range(2):
            await publishing.create_pull_request(stage.world, ID, key=str(number))
    return stage


async def test_the_branch_has_the_name_and_the_pull_request_the_labels_that_were_said() -> None:
    stage = await published()

    [number] = stage.pulls.there
    assert stage.branches.created == [f"bot/{ID}"]
    assert stage.pulls.there[number][0] == f"bot/{ID}"
    assert set(stage.pulls.labelled) == {(number, LABELS)}
    assert [type(each).__name__ for each in stage.log.events()[len(TESTED) :]] == [
        "CommitMade",
        "BranchCreated",
        "PullRequestCreated",
        "PullRequestLabelled",
        "CheckOpened",
    ]
    assert fold(ID, stage.log.events()).waiting_for == "approval"


@pytest.mark.parametrize(
    ("takes_labels", "words"),
    [
        (True, "the pull request was given its labels: `integration`, `by a machine`"),
        (False, "the pull request could not be given its labels: `integration`, `by a machine`"),
    ],
)
async def test_labels_that_github_does_not_take_are_said_and_keep_nobody_waiting(
    *, takes_labels: bool, words: str
) -> None:
    stage = await published(takes_labels=takes_labels)

    facts = stage.log.events()
    assert [told(each) for each in facts if isinstance(each, e.PullRequestLabelled)] == [words]
    assert fold(ID, facts).waiting_for == "approval"


async def test_a_kill_between_the_labels_and_their_fact_changes_nothing() -> None:
    stage = await published()
    before = stage.log.streams[ID]
    lost = {"PullRequestLabelled", "CheckOpened"}
    stage.log.streams[ID] = [each for each in before if each.type not in lost]

    for number in range(2):
        await publishing.create_pull_request(stage.world, ID, key=f"again {number}")

    assert set(stage.pulls.labelled) == {(12, LABELS)}
    assert len(stage.checks.runs) == 1


async def test_what_is_taken_back_is_the_branch_of_that_name() -> None:
    stage = await published()
    stage.log.holds(failed(), key="failed")

    await undoing.delete_branch(stage.world, ID, key="undo")

    assert stage.branches.deleted == [f"bot/{ID}"]


def test_an_integration_of_an_earlier_version_keeps_the_usual_name_and_has_no_labels() -> None:
    it = fold(ID, TESTED)

    assert (branch_of(it), it.labels) == (f"claude/{ISSUE}-{ID}", ())
