"""What can be pressed fits where it stands, and what was seen is what is meant."""

import pytest

from bot.domain import events as e
from bot.domain.slack_acts import (
    Act,
    Seen,
    ShownBefore,
    acts_of,
    check_seen,
    is_passed,
    read,
    seen_now,
    written,
)
from tests.unit.histories import (
    ACTIVE,
    ASKED,
    CHANGED,
    COMMIT,
    DEPRECATED,
    ID,
    MERGED_FOR_A_DEVELOPER,
    PLAN,
    PLANNING,
    QUESTION,
    REQUESTED,
    RESTING,
    SENT_BACK,
    UP_AGAIN,
    UP_FOR_REVIEW,
    WORKED,
    WRITTEN,
    History,
    cancelled,
    failed,
    integration,
)

WANTED = e.InstallsWanted(paths=("requirements.txt",))
OUTSIDERS = e.RequestValidated(
    spec="5bec",
    base="main",
    base_commit="ba5e" * 10,
    tests=("pytest",),
    environment="production",
    merge_reverts=False,
    outsiders=("stranger",),
)
INSTALLING: History = (*REQUESTED, e.ValidationStarted(), OUTSIDERS, *WRITTEN[len(WORKED) - 3 :], WANTED)


@pytest.mark.parametrize(
    ("history", "acts"),
    [
        (REQUESTED, [Act.CANCEL]),
        (ASKED, [Act.ANSWER, Act.CANCEL]),
        (PLANNING, [Act.APPROVE, Act.CHANGES, Act.CANCEL]),
        (WORKED, [Act.CANCEL]),
        ((*WORKED, RESTING), [Act.BUDGET, Act.CANCEL]),
        (INSTALLING, [Act.APPROVE, Act.CANCEL]),
        (UP_FOR_REVIEW, [Act.APPROVE, Act.CHANGES, Act.CANCEL]),
        (SENT_BACK, [Act.CANCEL]),
        (MERGED_FOR_A_DEVELOPER, [Act.DEPLOY, Act.CANCEL]),
        (ACTIVE, [Act.ROLLBACK]),
        (cancelled(*UP_FOR_REVIEW), []),
        (failed(*WRITTEN), []),
        ((*failed(*WRITTEN), e.UndoFinished()), [Act.RETRY]),
        ((*failed(*WRITTEN, reason="refused"), e.UndoFinished()), []),
        (DEPRECATED, []),
    ],
)
def test_what_is_offered_fits_where_it_stands(history: History, acts: list[Act]) -> None:
    assert list(acts_of(integration(history))) == acts


@pytest.mark.parametrize(
    ("history", "what"),
    [
        (ASKED, QUESTION),
        (PLANNING, PLAN),
        (UP_FOR_REVIEW, COMMIT),
        (ACTIVE, f"{ID}:1:0"),
        (WORKED, f"{ID}:1:0"),
    ],
)
def test_a_button_is_about_what_stands_there(history: History, what: str) -> None:
    it = integration(history)

    assert seen_now(it, Act.APPROVE).what == what
    assert read(written(seen_now(it, Act.APPROVE))) == seen_now(it, Act.APPROVE)


def test_what_is_to_be_installed_is_known_by_its_files() -> None:
    others = (*INSTALLING[:-1], e.InstallsWanted(paths=("setup.py",)))

    one, other = (seen_now(integration(each), Act.APPROVE) for each in (INSTALLING, others))

    assert one.gate == other.gate == "install_approval"
    assert one.what != other.what


def test_at_the_same_gate_an_older_commit_is_not_what_stands_there() -> None:
    seen = seen_now(integration(UP_FOR_REVIEW), Act.APPROVE)

    check_seen(integration(UP_FOR_REVIEW), Act.APPROVE, seen)
    with pytest.raises(ShownBefore):
        check_seen(integration(UP_AGAIN), Act.APPROVE, seen)


def test_where_the_gate_is_passed_the_command_finds_out_who_was_faster() -> None:
    seen = seen_now(integration(UP_FOR_REVIEW), Act.APPROVE)

    check_seen(integration(CHANGED), Act.APPROVE, seen)
    assert is_passed(integration(CHANGED), Act.APPROVE, seen)
    assert not is_passed(integration(UP_AGAIN), Act.APPROVE, seen)


def test_to_cancel_is_about_the_whole_life() -> None:
    seen = seen_now(integration(REQUESTED), Act.CANCEL)

    check_seen(integration(UP_AGAIN), Act.CANCEL, seen)


@pytest.mark.parametrize(
    "value", ["", "x", "{}", "[]", '["a","b"]', '["a","b",3]', '["a","b","c","d"]', "null"]
)
def test_what_no_button_of_ours_carries_is_nothing(value: str) -> None:
    assert read(value) is None


def test_a_button_is_known_by_its_act() -> None:
    assert Act.APPROVE.action == "run-approve"
    assert written(Seen(integration_id="i", gate="approval", what="c")) == '["i","approval","c"]'
