"""Freezes: who may say one, what stands still meanwhile, what still works, and how it goes on."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from inline_snapshot import snapshot
from msgspec import structs

from bot.annotations import Annotation
from bot.application import freeze_words
from bot.application.announcing import announce
from bot.application.asking import ask
from bot.application.checking import look_again, note_checks
from bot.application.ending import fail, wake_overdue
from bot.application.freeze_telling import show_check
from bot.application.freezing import WORKFLOW, lifted_by_hand, note
from bot.application.frozen import freezes, freezes_on
from bot.application.notifying import look as seen
from bot.application.pausing import look, pause
from bot.application.publishing import create_pull_request
from bot.application.recording import running
from bot.application.spreading import reached, seconds_left
from bot.application.status_words import status_comment
from bot.application.steps import begin, deploy
from bot.application.validating import survey_repository
from bot.check_records import OthersCheck
from bot.domain import events as e
from bot.domain import freezing, pausing
from bot.domain.freezing import EVERYTHING, LONGEST_REASON, Freeze, Scope, froze, said, unfroze
from bot.domain.moments import ahead
from bot.domain.reminding import LAPSES
from bot.records import STOPPED, Answer, Fact, Question, Recorded, Repository, Spent, Start, StepFailed, Usage
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import ended_check, review
from tests.unit.fakes import FakeClaude, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ASKED,
    BRANCH,
    BRANCHED,
    COMMIT,
    DEPLOYING,
    DEVELOPER,
    ID,
    ISSUE,
    MERGED,
    MORE,
    OWNER,
    PULL,
    RELEASED,
    REQUESTED,
    RESTING,
    SHOP,
    SPEC,
    UP_FOR_REVIEW,
    VIEWER,
    WORKED,
    History,
    cancelled,
    failed,
    integration,
)
from tests.unit.test_handlers import deliver, new, says

NOON: Final = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
HERE: Final = Scope(level="repo", id=SHOP.id, name="acme/shop", installation=9)
ACCOUNT: Final = Scope(level="org", id=OWNER, name="acme", installation=9)
BY_HAND: Final = replace(HERE, by_operator=True)
OTHER: Final = Repository(id=8, full_name="other/shop", installation_id=10, owner_id=60)
MOVED: Final = Repository(id=8, full_name="acme/new", installation_id=10, owner_id=OWNER)
RESTS: Final = e.Paused(cause="frozen", detail="")
FAILS: Final = OthersCheck(
    id=81, name="lint", status="completed", conclusion="failure", title="1 error", summary="", job=None
)


def staged(history: History = UP_FOR_REVIEW) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    stage.pulls.has(PULL, BRANCH, COMMIT)
    return stage


async def freezes_it(stage: Stage, scope: Scope = HERE, *, until: datetime | None = None) -> None:
    by = None if scope.by_operator else ADMIN
    fact = froze(scope, by=by, why="audit", until=until)
    await note(stage.world, scope, fact, key=f"f-{len(stage.log.streams)}-{scope.stream}", meta={})


async def lifts_it(stage: Stage, scope: Scope = HERE) -> None:
    await note(stage.world, scope, unfroze(scope, by=ADMIN), key=f"u-{scope.stream}", meta={})


# --- what is said ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "level", "why", "until", "unread"),
    [
        ("ERP migration", "repo", "ERP migration", None, ""),
        ("repo ERP migration until 2h", "repo", "ERP migration", NOON + timedelta(hours=2), ""),
        ("ORG\nmoving\nhouse", "org", "moving house", None, ""),
        ("all it burns", "all", "it burns", None, ""),
        ("x until 2026-12-24T18:00Z", "repo", "x", datetime(2026, 12, 24, 18, tzinfo=UTC), ""),
        ("x until 2026-12-24", "repo", "x", datetime(2026, 12, 24, tzinfo=UTC), ""),
        ("nothing leaves until Monday", "repo", "nothing leaves until Monday", None, "Monday"),
        ("until 3d", "repo", "", NOON + timedelta(days=3), ""),
        ("x until 2026-12-01 10:00", "repo", "x", datetime(2026, 12, 1, 10, tzinfo=UTC), ""),
        ("x until 2026-12-01  10:00Z", "repo", "x", datetime(2026, 12, 1, 10, tzinfo=UTC), ""),
        ("wait until we know, UNTIL 2h", "repo", "wait until we know,", NOON + timedelta(hours=2), ""),
        ("x until next Monday", "repo", "x until next Monday", None, "next Monday"),
        ("x until 2h\nSee below.", "repo", "x until 2h See below.", None, "2h See below."),
        ("x until", "repo", "x until", None, "until"),
        ("until", "repo", "until", None, "until"),
        ("", "repo", "", None, ""),
    ],
)
def test_a_freeze_is_of_something_for_a_reason_until_a_time(
    text: str, level: str, why: str, until: datetime | None, unread: str
) -> None:
    assert said(text, NOON) == freezing.Said(level=level, why=why, until=until, unread=unread)


@pytest.mark.parametrize("text", ["99999999999d", "2h3", "h", "-2h", "2026-13-01", "9999-12-31T23:00-05:00"])
def test_a_time_that_is_none_is_none(text: str) -> None:
    assert ahead(text, NOON) is None


def test_a_reason_is_short_and_hides_nothing() -> None:
    assert said(f"a\u202eb \u200b{'x' * 999}", NOON).why == f"a\ufffdb \ufffd{'x' * (LONGEST_REASON - 5)}"


def at(fact: Fact, moment: datetime, stream: str = "freeze:repo:7") -> Recorded:
    return Recorded(1, stream, 1, fact.type, json.dumps(fact.data), "{}", moment, "")


def test_it_is_in_force_until_its_end_and_the_widest_is_told_first() -> None:
    known = [
        at(froze(HERE, by=ADMIN, why="x", until=NOON), NOON),
        at(froze(ACCOUNT, by=ADMIN, why="y", until=NOON + timedelta(seconds=1)), NOON),
        at(froze(EVERYTHING, by=None, why="z", until=None), NOON),
        at(unfroze(BY_HAND, by=None), NOON),
    ]

    assert [it.why for it in freezing.in_force(known, NOON)] == ["z", "y"]
    assert freezing.in_force(known[:1], NOON) == ()


@pytest.mark.parametrize(
    ("scope", "repository", "is_held"),
    [
        (HERE, SHOP, True),
        (HERE, OTHER, False),
        (ACCOUNT, SHOP, True),
        (ACCOUNT, replace(SHOP, owner_id=None), True),
        (ACCOUNT, MOVED, True),  # the App was installed there anew
        (ACCOUNT, OTHER, False),
        (EVERYTHING, OTHER, True),
    ],
)
def test_a_repository_is_in_it_by_number(scope: Scope, repository: Repository, *, is_held: bool) -> None:
    assert scope.holds(repository) is is_held


# --- who may say it, and where it is refused -------------------------------------------------------------


async def test_an_administrator_freezes_and_unfreezes_a_repository_once_a_delivery() -> None:
    stage = staged()

    [reply] = await says("/claude freeze audit until 2h", stage, by=ADMIN)
    await says("/claude freeze audit until 2h", stage, by=ADMIN)

    assert reply == snapshot("""\
@admin, done. **Frozen: this repository**, since 2026-01-01 09:00:00 UTC, by admin: `audit`. It ends by itself at 2026-01-01 11:00:00 UTC. Somebody who is admin here lifts it: `/claude unfreeze`.

Whatever runs there stops within five seconds and begins nothing new; what is being taken back is taken back to its end, and a deployment that was asked for is still listened to. `/claude cancel` and `/claude reject` still work, and so does whatever only looks. What had begun goes on by itself, where it stopped.\
""")
    [freeze] = await freezes_on(SHOP, stage.world)
    assert (freeze.by, freeze.why, freeze.scope) == (ADMIN, "audit", HERE)
    assert [it.id for it in stage.log.follow_ups if isinstance(it, Start)] == ["freeze-d-1"]
    for _ in "12":  # the same delivery, again
        await says("/claude unfreeze", stage, by=ADMIN, key="d-2")
    assert await freezes(stage.world) == ()
    assert len(stage.log.streams[HERE.stream]) == 2


@pytest.mark.parametrize("said", ["freeze audit", "unfreeze", "freeze org audit", "freeze all audit"])
@pytest.mark.parametrize("by", [VIEWER, DEVELOPER])
async def test_id_01_nobody_else_freezes_or_lifts(said: str, by: Any) -> None:
    stage = staged()
    await freezes_it(stage)

    [reply] = await says(f"/claude {said}", stage, by=by)

    assert reply.startswith("This needs `freeze:manage`")
    assert len(stage.log.streams[HERE.stream]) == 1


async def test_an_account_is_frozen_by_its_owners_alone() -> None:
    stage = staged()
    stage.repositories.owners = frozenset()

    replies = await says("/claude freeze org audit", stage, by=ADMIN)
    replies += await says("/claude unfreeze org", stage, by=ADMIN, key="d-2")

    assert set(replies) == {"This is for owners of `acme` alone, and GitHub says that you are none."}
    assert await freezes(stage.world) == ()
    stage.repositories.owners = frozenset({ADMIN.id})
    await says("/claude freeze org audit", stage, by=ADMIN, key="d-3")
    assert [it.scope for it in await freezes(stage.world)] == [ACCOUNT]
    await says("/claude unfreeze ORG", stage, by=ADMIN, key="d-4")
    assert await freezes(stage.world) == ()


async def test_where_github_may_not_be_asked_who_owns_it_nobody_does() -> None:
    stage = staged()
    stage.repositories.is_blind = True

    [reply] = await says("/claude freeze org audit", stage, by=ADMIN)

    assert reply == snapshot(
        "I cannot ask GitHub who owns `acme`, so I do not do this: the App lacks `members: read`. An owner of the account can grant that; this bot's operator can do it without."
    )


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("freeze", "Say why"),
        ("freeze org", "Say why"),
        ("freeze all", "Everything at once is for this bot's operator"),
        ("freeze all it burns", "Everything at once is for this bot's operator"),
        ("unfreeze all", "Everything at once is for this bot's operator"),
        ("freeze audit --until Monday", "`Monday` is no time"),
        ("freeze audit until 2020-01-01", "2020-01-01 00:00:00 UTC is past"),
        ("freeze audit --until 2020-01-01", "2020-01-01 00:00:00 UTC is past"),
        ("unfreeze everything", "`everything` is nothing that I could unfreeze"),
        ("unfreeze", "There is no such freeze to lift of this repository."),
        ("unfreeze org", "There is no such freeze to lift of everything in the account `acme`."),
    ],
)
async def test_what_cannot_be_done_is_answered_with_what_can(words: str, begins: str) -> None:
    stage = staged()

    [reply] = await says(f"/claude {words}", stage, by=ADMIN)

    assert reply.startswith(begins)
    assert await freezes(stage.world) == ()


async def test_a_time_that_nobody_understands_freezes_without_an_end_and_says_so() -> None:
    stage = staged()

    [reply] = await says("/claude freeze nothing leaves until Monday", stage, by=ADMIN)

    assert "**`Monday` is no time that I understand, so it has no end.**" in reply
    [freeze] = await freezes(stage.world)
    assert (freeze.why, freeze.until) == ("nothing leaves until Monday", None)


async def test_what_the_operator_froze_an_administrator_neither_lifts_nor_shortens() -> None:
    stage = staged()
    await freezes_it(stage, BY_HAND)

    replies = await says("/claude unfreeze", stage, by=ADMIN)
    await says("/claude freeze a moment until 1m", stage, by=ADMIN, key="d-2")
    stage.clock.time += timedelta(hours=1)

    assert "Only this bot's operator lifts it." in replies[0]
    assert [it.scope for it in await freezes(stage.world)] == [BY_HAND]


async def test_the_operator_lifts_whatever_is_in_force_in_a_scope() -> None:
    stage = staged()
    for scope in (HERE, BY_HAND, ACCOUNT):
        await freezes_it(stage, scope)

    lifted = await lifted_by_hand(stage.world, (HERE, BY_HAND), key="k", meta={})

    assert {it.scope for it in lifted} == {HERE, BY_HAND}
    assert [it.scope for it in await freezes(stage.world)] == [ACCOUNT]


async def test_where_two_are_in_force_the_one_that_is_left_is_told() -> None:
    stage = staged()
    await freezes_it(stage)
    await freezes_it(stage, ACCOUNT)

    [reply] = await says("/claude unfreeze", stage, by=ADMIN)

    assert reply == snapshot("""\
@admin, it is lifted, but this is still in force:

**Frozen: everything in the account `acme`**, since 2026-01-01 09:00:00 UTC, by admin: `audit`. It has no end of its own. An owner of the account lifts it: `/claude unfreeze org`.\
""")


# --- what stands still, and what does not ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (REQUESTED, "integrate more"),
        (ASKED, "answer SAP"),
        (UP_FOR_REVIEW, "approve"),
        (UP_FOR_REVIEW, "changes all of it"),
        (MERGED, "deploy"),
        (ACTIVE, "rollback"),
        (ACTIVE, "deprecate"),
        ((*failed(*WORKED), e.UndoFinished()), "retry"),
    ],
)
async def test_what_would_begin_or_move_something_is_refused_and_why_tells(
    history: History, words: str
) -> None:
    stage = staged(history)
    await freezes_it(stage)

    [reply] = await says(f"/claude {words}", stage, by=ADMIN)
    answers = await says("/claude why", stage, by=VIEWER, key="d-2")

    assert reply == snapshot("""\
**Frozen: this repository**, since 2026-01-01 09:00:00 UTC, by admin: `audit`. It has no end of its own. Somebody who is admin here lifts it: `/claude unfreeze`.

While that lasts nothing is begun or moved on here; say it again afterwards. `/claude cancel` and `/claude reject` still work, and so does whatever only looks.\
""")
    assert new(stage, history) == []
    assert f"`/claude {words.split(maxsplit=1)[0]}` by admin: **Frozen: this repository**" in answers[-1]


async def test_a_review_moves_nothing_either_and_is_told_so() -> None:
    stage = staged()
    await freezes_it(stage)

    for state in ("approved", "changes_requested"):
        payload = review(state, by=DEVELOPER, commit=COMMIT)
        payload["review"]["body"] = "Rename it."
        stage.pulls.review_states[payload["review"]["id"]] = state
        await deliver("pull_request_review.submitted", payload, stage, state)

    assert new(stage) == []
    assert [each.partition(" -->\n")[2].partition(".")[0] for each in stage.comments.on(PULL)] == [
        "This approval does not count for me",
        "I change nothing for this review",
    ]


@pytest.mark.parametrize(
    ("words", "fact"),
    [("cancel", "CancelRequested"), ("reject no", "Rejected"), ("budget +5", "BudgetRaised")],
)
async def test_what_only_stops_it_still_works_also_where_it_rests(words: str, fact: str) -> None:
    history = (*UP_FOR_REVIEW, RESTS)
    stage = staged(history)
    await freezes_it(stage)

    await says(f"/claude {words}", stage, by=ADMIN)

    assert new(stage, history) == [fact]


@pytest.mark.parametrize("words", ["help", "status", "list", "plan", "history", "budget", "why"])
async def test_what_only_looks_still_works(words: str) -> None:
    stage = staged()
    await freezes_it(stage)

    [reply] = await says(f"/claude {words}", stage, by=ADMIN)

    assert "nothing is begun" not in reply
    assert ("**Frozen: this repository**" in reply) is (words in {"status", "list", "why"})


async def test_where_nothing_was_asked_for_it_is_told_too() -> None:
    stage = Stage()
    await freezes_it(stage)

    assert (await says("/claude status", stage, by=VIEWER))[0].startswith("**Frozen")
    assert (await says("/claude why", stage, by=VIEWER, key="d-2"))[-1].startswith("**Frozen")


@pytest.mark.parametrize("scope", [HERE, ACCOUNT, EVERYTHING, BY_HAND])
@pytest.mark.parametrize(
    ("history", "step"),
    [
        (REQUESTED, begin),
        (ASKED, survey_repository),
        (BRANCHED, create_pull_request),
        (UP_FOR_REVIEW, create_pull_request),
        (RELEASED, deploy),
        (MERGED, deploy),
        ((*DEPLOYING, e.DeploymentReported(deployment=51, outcome="failure")), deploy),
    ],
)
async def test_no_step_does_anything(scope: Scope, history: History, step: Callable[..., Any]) -> None:
    stage = staged(history)
    await freezes_it(stage, scope)

    with pytest.raises(StepFailed, match="frozen"):
        await step(stage.world, ID, key="k")

    assert (new(stage, history), stage.pulls.merged, stage.pulls.opened, stage.deployments.asked) == (
        *([], [], []),
        {},
    )


async def test_elsewhere_everything_goes_on() -> None:
    stage = staged(BRANCHED)
    await freezes_it(stage, Scope(level="repo", id=8, name="acme/other", installation=9))
    await freezes_it(stage, Scope(level="org", id=60, name="other", installation=10))

    await create_pull_request(stage.world, ID, key="k")

    assert new(stage, BRANCHED) == ["PullRequestCreated"]


async def test_how_a_deployment_went_that_was_asked_for_is_still_noted() -> None:
    stage = staged(DEPLOYING)
    await freezes_it(stage)
    stage.deployments.states[51] = "success"

    assert await deploy(stage.world, ID, key="k") == ["deploying", None]
    assert await deploy(stage.world, ID, key="k2") == ["active", None]
    assert new(stage, DEPLOYING) == ["DeploymentReported", "Activated"]


async def test_a_deployment_that_reports_no_end_is_not_taken_back_meanwhile() -> None:
    stage = staged(DEPLOYING)
    await freezes_it(stage)
    stage.clock.time += timedelta(hours=2)

    with pytest.raises(StepFailed, match="frozen"):
        await deploy(stage.world, ID, key="k")


async def test_nobody_is_too_late_who_could_not_come() -> None:
    stage = staged()
    await freezes_it(stage)

    stage.clock.time += LAPSES["approval"] * 2
    assert await wake_overdue(stage.world, ID, "approval", key="k") is None
    await lifts_it(stage)

    with pytest.raises(StepFailed, match="approval_overdue"):
        await wake_overdue(stage.world, ID, "approval", key="k")


@pytest.mark.parametrize("history", [UP_FOR_REVIEW, BRANCHED])
async def test_checks_of_others_send_nothing_back_until_it_is_over(history: History) -> None:
    stage = staged(history)
    stage.checks.others[COMMIT] = [FAILS]
    stage.checks.lines[81] = list[Annotation]()
    await freezes_it(stage)

    await GITHUB["check_run.completed"](ended_check(COMMIT), Context(world=stage.world, key="d"))
    await note_checks(ID, COMMIT, key="d-2", world=stage.world)

    assert (new(stage, history), stage.checks.asked) == ([], 0)


async def test_once_it_is_over_they_are_looked_at_again() -> None:
    stage = staged()
    stage.checks.others[COMMIT] = [FAILS]
    stage.branches.heads[BRANCH] = replace(stage.branches.heads["main"], sha=COMMIT)

    await look_again(stage.world, ID, key="k")

    assert new(stage) == ["ChecksFailed", "SentBackByChecks"]


# --- resting for it, and going on ------------------------------------------------------------------------


async def test_it_rests_for_as_long_as_it_is_frozen_and_goes_on_where_it_stopped() -> None:
    stage = staged(WORKED)
    await freezes_it(stage, until=stage.clock.now() + timedelta(days=400))

    assert await pause(stage.world, ID, "frozen", "", key="k") == ["generating", "frozen"]
    stage.clock.time += timedelta(days=399)
    assert await look(stage.world, ID, key="k2") == ["generating", "frozen"]
    stage.clock.time += timedelta(days=1)
    assert await look(stage.world, ID, key="k3") == ["generating", None]
    assert new(stage, WORKED) == ["Paused", "Resumed"]


async def test_what_was_lifted_before_it_could_rest_goes_on_at_once() -> None:
    stage = staged(WORKED)

    assert await pause(stage.world, ID, "frozen", "", key="k") == ["generating", None]
    assert new(stage, WORKED) == []


@pytest.mark.parametrize("scope", [HERE, EVERYTHING])
async def test_a_job_taken_out_of_its_queue_for_a_freeze_that_is_over_goes_on(scope: Scope) -> None:
    stage = staged(WORKED)
    await freezes_it(stage, scope)
    assert await pause(stage.world, ID, STOPPED, "", key="k") == ["generating", "frozen"]

    stage = staged(WORKED)
    await freezes_it(stage, scope)
    await lifts_it(stage, scope)
    assert await pause(stage.world, ID, STOPPED, "", key="k") == ["generating", None]
    assert new(stage, WORKED) == []


async def test_a_freeze_elsewhere_or_long_ago_explains_nothing() -> None:
    stage = staged(WORKED)
    stage.clock.time -= timedelta(days=9)
    await freezes_it(stage, until=stage.clock.now() + timedelta(days=1))
    await freezes_it(stage, Scope(level="repo", id=8))
    stage.clock.time += timedelta(days=9)

    with pytest.raises(StepFailed, match=STOPPED):
        await pause(stage.world, ID, STOPPED, "", key="k")


async def test_what_is_only_frozen_has_failed_of_nothing() -> None:
    stage = staged(WORKED)
    await freezes_it(stage)

    await fail(stage.world, ID, STOPPED, "", key="k")

    assert stage.log.integration().reason == "job_failed"


async def test_what_rests_at_a_ceiling_and_is_frozen_goes_on_when_both_are_over() -> None:
    history = (*WORKED, RESTING, MORE)
    stage = staged(history)
    await freezes_it(stage)

    assert await look(stage.world, ID, key="k") == ["generating", "frozen"]
    assert await look(stage.world, ID, key="k2") == ["generating", "frozen"]
    await lifts_it(stage)
    assert await look(stage.world, ID, key="k3") == ["generating", None]
    assert new(stage, history) == ["Paused", "Resumed"]


async def test_while_it_is_frozen_it_can_be_stopped() -> None:
    stage = staged(cancelled(*WORKED, RESTS))
    await freezes_it(stage)

    with pytest.raises(StepFailed, match="cancelled"):
        await look(stage.world, ID, key="k")
    with pytest.raises(StepFailed, match="cancelled"):
        await running(stage.world, ID)


def test_what_does_not_rest_does_not_rest_for_a_freeze_instead() -> None:
    assert pausing.freeze(integration(WORKED)) == []


async def test_a_message_before_anybody_answered_asks_nothing_again() -> None:
    stage = staged(ASKED)

    assert await survey_repository(stage.world, ID, key="k") == {"waits_for": "answer"}


# --- what is paid for is kept ----------------------------------------------------------------------------

QUESTION: Final = Question(model="m", system="s", messages=({"role": "user", "content": []},), max_tokens=9)
WHOLE: Final = Answer(
    content=({"type": "text", "text": "done"},),
    stop_reason="end_turn",
    usage=Usage(input_tokens=9, output_tokens=1, cache_read_tokens=0, cache_write_tokens=0),
    model="claude-opus-5-5",
)


class Late(FakeClaude):
    """The answer is whole and kept when the run is stopped, and nobody waits for it any more."""

    async def ask(
        self, question: Question, *, key: str, repository_id: int, lost: Callable[[Spent], None]
    ) -> Answer:
        self.given[key] = WHOLE
        raise StepFailed("frozen")


async def test_ab_01_an_answer_that_came_whole_as_it_was_frozen_is_kept_and_not_asked_for_again() -> None:
    stage = staged(WORKED)
    stage.claude = Late()

    with pytest.raises(StepFailed, match="frozen"):
        await ask(stage.world, stage.log.integration(), QUESTION, step="generate_code", key="k")

    assert new(stage, WORKED) == ["TurnTaken"]
    assert stage.log.integration().talk[-1][0] == "answer"


# --- carrying it to all that it reaches ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "version"),
    [
        (WORKED, 0),
        (UP_FOR_REVIEW, 0),
        ((*WORKED, RESTING), len(WORKED) + 1),
        ((*WORKED, RESTS), len(WORKED) + 1),
        (DEPLOYING, len(DEPLOYING)),
    ],
)
@pytest.mark.parametrize("where", [("repo", 7, 9), ("org", OWNER, 9), ("all", 0, 0)])
async def test_every_saga_there_is_woken_and_what_says_nothing_by_itself_is_told(
    history: History, version: int, where: tuple[str, int, int]
) -> None:
    stage = staged(history)
    await freezes_it(stage)

    assert await reached(stage.world, *where, key="k") == [[f"int-{ID}", ID, version]]


async def test_what_goes_on_says_so_itself() -> None:
    stage = staged((*WORKED, RESTS))

    assert await reached(stage.world, "repo", 7, 9, key="k") == [[f"int-{ID}", ID, 0]]


@pytest.mark.parametrize("where", [("repo", 8, 9), ("org", OWNER, 10)])
async def test_what_is_elsewhere_or_has_ended_is_left_alone(where: tuple[str, int, int]) -> None:
    assert await reached(staged(WORKED).world, *where, key="k") == []
    assert await reached(staged(ACTIVE).world, "all", 0, 0, key="k") == []


async def test_the_end_is_waited_for_a_day_at_a_time() -> None:
    stage = Stage()
    now = stage.clock.now()

    for until, seconds in (
        (now + timedelta(days=3), 86_400.0),
        (now + timedelta(seconds=5), 5.0),
        (now, 0.0),
        (now - timedelta(days=3), 0.0),
    ):
        assert await seconds_left(stage.world, until.isoformat(), key="k") == seconds


async def test_the_fact_and_what_carries_it_commit_together() -> None:
    stage = Stage()
    await freezes_it(stage, ACCOUNT, until=NOON)

    [start] = stage.log.follow_ups
    assert isinstance(start, Start)
    assert (start.queue, start.workflow) == ("saga", WORKFLOW)
    assert start.args == ("org", OWNER, 9, NOON.isoformat())


# --- how it is told --------------------------------------------------------------------------------------


async def test_the_status_comment_says_it_as_long_as_it_is_so_and_the_run_is_open() -> None:
    stage = staged((*UP_FOR_REVIEW, RESTS))
    await freezes_it(stage)
    _, frozen = await seen(stage.world, ID)
    await lifts_it(stage)
    _, lifted = await seen(stage.world, ID)

    assert "**Frozen: this repository**" in status_comment(frozen)
    assert "**Paused: frozen.**" in status_comment(frozen)
    assert "**Frozen" not in status_comment(lifted)
    ended = staged(ACTIVE)
    await freezes_it(ended)
    assert "Frozen" not in status_comment((await seen(ended.world, ID))[1])


@pytest.mark.parametrize(
    ("history", "titles"),
    [
        (UP_FOR_REVIEW, ["Frozen: this repository", "Tests passed; waiting for approval"]),
        (RELEASED, ["Frozen: this repository"]),  # it is closed at once
        (cancelled(*UP_FOR_REVIEW), []),
        (failed(*UP_FOR_REVIEW), []),
        (BRANCHED, []),
    ],
)
async def test_its_check_run_says_it_once_and_no_longer_than_it_is_so(
    history: History, titles: list[str]
) -> None:
    stage, it = staged(history), integration(history)
    await show_check(it, (), stage.world)
    await freezes_it(stage)

    for _ in "12":
        await show_check(it, await freezes_on(SHOP, stage.world), stage.world)
    await lifts_it(stage)
    for _ in "12":
        await show_check(it, (), stage.world)

    assert stage.checks.reworded == [(31, title) for title in titles]


@pytest.mark.parametrize(
    ("tester", "judge"),
    [("sandbox", "`pytest` in the sandbox: 8 passed"), ("checks", "The repository's own checks: 8 passed")],
)
async def test_once_it_is_lifted_its_check_run_says_again_who_judged_it(tester: Any, judge: str) -> None:
    validated = structs.replace(SPEC, tester=tester, tests=("pytest",))
    history = tuple(validated if each == SPEC else each for each in UP_FOR_REVIEW)
    stage, it = staged(history), integration(history)
    await freezes_it(stage)
    await show_check(it, await freezes_on(SHOP, stage.world), stage.world)
    await lifts_it(stage)

    await show_check(it, (), stage.world)

    assert stage.checks.summed_up.startswith(judge)


def told(scope: Scope, *, until: datetime | None = None) -> Freeze:
    return Freeze(
        scope=scope, by=None if scope.by_operator else ADMIN, why="x `y` @all", since=NOON, until=until
    )


def test_out_01_each_freeze_in_words_in_which_nothing_acts() -> None:
    every = [told(EVERYTHING), told(ACCOUNT, until=NOON), told(HERE), told(BY_HAND)]

    assert freeze_words.lines(every) == snapshot([
        "**Frozen: everything this bot does**, since 2026-01-02 12:00:00 UTC, by this bot's operator: `x 'y' @\u200ball`. It has no end of its own. Only this bot's operator lifts it.",
        "**Frozen: everything in the account `acme`**, since 2026-01-02 12:00:00 UTC, by admin: `x 'y' @\u200ball`. It ends by itself at 2026-01-02 12:00:00 UTC. An owner of the account lifts it: `/claude unfreeze org`.",
        "**Frozen: this repository**, since 2026-01-02 12:00:00 UTC, by admin: `x 'y' @\u200ball`. It has no end of its own. Somebody who is admin here lifts it: `/claude unfreeze`.",
        "**Frozen: this repository**, since 2026-01-02 12:00:00 UTC, by this bot's operator: `x 'y' @\u200ball`. It has no end of its own. Only this bot's operator lifts it.",
    ])
    assert freeze_words.listed(every) == snapshot("""\
all: since 2026-01-02 12:00:00, until it is lifted, by this bot's operator: x `y` @all
org acme: since 2026-01-02 12:00:00, until 2026-01-02 12:00:00, by admin: x `y` @all
repo acme/shop: since 2026-01-02 12:00:00, until it is lifted, by admin: x `y` @all
repo acme/shop: since 2026-01-02 12:00:00, until it is lifted, by this bot's operator: x `y` @all\
""")
    assert freeze_words.listed([]) == "nothing is frozen"
    assert [freeze_words.counted(some) for some in ([], every[1:], every)] == [
        "none",
        "3 in force",
        "everything",
    ]


async def test_no_freeze_calls_anybody() -> None:
    stage = staged((*UP_FOR_REVIEW, RESTS))
    await freezes_it(stage)
    await announce(stage.log.integration(), stage.world)

    assert (stage.comments.on(ISSUE), stage.comments.on(PULL)) == ([], [])
