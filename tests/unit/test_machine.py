"""Whatever is decided in whatever order: the table holds, and the facts say all of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import structs

from bot.application.projections import row_of
from bot.domain import deciding, deploying, planning, vouching
from bot.domain import events as e
from bot.domain.integration import Integration, evolved, fold
from bot.domain.policy import Denied, Role
from bot.domain.retiring import (
    close_removal,
    deprecate,
    give_up_removal,
    open_removal,
    retire,
    roll_back,
)
from bot.domain.reviving import begins_anew, check_may_be_retried, place_of, retry
from bot.domain.states import MOVES, InvalidStateTransition, State
from bot.records import StepFailed
from tests.unit.histories import (
    ADMIN,
    ANOTHER,
    ASKED,
    BEGAN,
    BRANCH,
    CHANGE,
    COMMIT,
    DEPLOYING,
    DEVELOPER,
    GIVEN_UP,
    GREEN,
    ID,
    MERGED_FOR_A_DEVELOPER,
    MERGED_SHA,
    OPENED_TO_REMOVE,
    PLAN,
    PLANNING,
    PULL,
    QUESTION,
    REMOVAL,
    REPORT,
    REQUESTED,
    REQUESTER,
    SHOWN_AT,
    SPEC,
    SUMMARY,
    TO_BE_DEPRECATED,
    TREE,
    UP_FOR_REVIEW,
    WORKED,
    WRITTEN,
    History,
    recorded,
    turn,
)

PEOPLE = st.sampled_from([REQUESTER, DEVELOPER, ADMIN])
HEADS = st.sampled_from([COMMIT, "0bad" * 10])
STOP_REASONS = st.sampled_from(["end_turn", "tool_use", "max_tokens", "pause_turn"])
SPECS = st.sampled_from([PLAN, SPEC.spec])
OUTCOMES = st.sampled_from(["success", "failure", "error", "in_progress", "inactive"])
REFUSALS = (Denied, InvalidStateTransition, StepFailed)

Decide = Callable[[Integration], Sequence[e.Event]]
WAITS_IN = {
    "answer": State.VALIDATING,
    "plan_approval": State.VALIDATING,
    "approval": State.REVIEWING,
    "deploy_approval": State.DEPLOYING,
    "deployment": State.DEPLOYING,
    "removal": State.ACTIVE,
}
# What the steps note of the world outside, each once the one before it is known.
WORKS: dict[State, list[tuple[Callable[[Integration], object], e.Event]]] = {
    State.REVIEWING: [
        (lambda it: it.commit, e.CommitMade(head=COMMIT, tree=TREE)),
        (lambda it: it.branch, e.BranchCreated(branch=BRANCH, head=COMMIT)),
        (lambda it: it.pull_request, e.PullRequestCreated(number=PULL, head=COMMIT)),
        (lambda it: it.check, e.CheckOpened(check=31, head=COMMIT)),
    ],
    State.DEPLOYING: [
        (lambda it: not it.check_open, e.CheckClosed(check=31, conclusion="success")),
        (lambda it: it.passport_completed, e.PassportCompleted()),
        (lambda it: it.merged, e.Merged(head=COMMIT, commit=MERGED_SHA)),
        (lambda it: it.deployment or not it.may_deploy, e.DeploymentCreated(deployment=51, environment="p")),
    ],
}

# What follows in each state where all goes well.
WELL: dict[State, Decide] = {
    State.DRAFT: deciding.start_validation,
    State.VALIDATING: lambda it: deciding.validate(it, agreed_on(it)),
    State.GENERATING: lambda it: deciding.generate(it, files=1, summary=SUMMARY),
    State.TESTING: lambda it: deciding.judge(it, GREEN, repairs=1),
    State.REVIEWING: lambda it: (
        deciding.release(it) or deciding.approve(it, by=ADMIN, head=COMMIT, deploys=True, alone=False)
    ),
    State.DEPLOYING: lambda it: (
        deploying.report(it, deployment=51, outcome="success") or deciding.activate(it)
    ),
    State.ACTIVE: lambda _: [],
    State.FAILED: deciding.finish_undo,
    State.DEPRECATED: lambda _: [],
}

BEGINNINGS = [REQUESTED, ASKED, PLANNING, WORKED, WRITTEN, UP_FOR_REVIEW, MERGED_FOR_A_DEVELOPER, DEPLOYING]


def agreed_on(it: Integration) -> e.RequestValidated:
    """The spec that is agreed on: the plan's, where there is one."""
    return SPEC if it.plan is None else structs.replace(SPEC, spec=it.plan.spec)


def missing(it: Integration) -> list[e.Event]:
    """What the steps of this state have still to note."""
    return [fact for known, fact in WORKS.get(it.state, []) if not known(it)]


class Lifetimes(RuleBasedStateMachine):
    """People, the saga and the world do what they like, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: list[e.Event] = []
        self.it = Integration(id=ID)
        self.kept = 0

    def happens(self, decide: Decide) -> None:
        """Decide on what it is; a refusal changes nothing, a fact keeps to the table."""
        try:
            new = decide(self.it)
        except REFUSALS:
            return
        for fact in new:
            before, self.it = self.it, evolved(self.it, [fact])
            is_kept = isinstance(fact, e.UndoFinished) and before.before is not None
            assert is_kept or self.it.state is before.state or self.it.state in MOVES[before.state]
            assert not is_kept or self.it.state is State.ACTIVE
            self.kept += is_kept
            assert self.it.micro_usd >= before.micro_usd
            self.facts.append(fact)

    @initialize(history=st.sampled_from(BEGINNINGS))
    def was_begun(self, history: History) -> None:
        self.happens(lambda _: history)

    @rule(steps=st.integers(1, 5))
    def went_well(self, steps: int) -> None:
        """The saga goes on, undisturbed."""
        for _ in range(steps):
            self.happens(lambda it: missing(it)[:1] or WELL[it.stage](it))

    @rule()
    def taken_up(self) -> None:
        self.happens(deciding.start_validation)

    @rule()
    def asked(self) -> None:
        self.happens(lambda it: deciding.ask(it, questions=QUESTION, most=3))

    @rule(by=PEOPLE)
    def answered(self, by: Any) -> None:
        self.happens(lambda it: deciding.answer(it, by=by, text=QUESTION))

    @rule()
    def agreed(self) -> None:
        self.happens(lambda it: deciding.validate(it, agreed_on(it)))

    @rule(spec=SPECS, demanded=st.booleans())
    def proposed(self, **of: Any) -> None:
        self.happens(lambda it: planning.propose(it, e.PlanProposed(survey="", **of)))

    @rule(spec=SPECS)
    def shown(self, spec: str) -> None:
        self.happens(lambda it: planning.show(it, e.PlanShown(spec=spec, shown_at=SHOWN_AT)))

    @rule(by=PEOPLE, spec=SPECS, alone=st.booleans())
    def plan_approved(self, **asked: Any) -> None:
        self.happens(lambda it: planning.approve(it, said_at=None, **asked))

    @rule(by=PEOPLE, spec=SPECS)
    def plan_sent_back(self, **asked: Any) -> None:
        self.happens(lambda it: planning.send_back(it, e.PlanSentBack(said=QUESTION, **asked)))

    @precondition(lambda self: self.it.state in {State.VALIDATING, State.GENERATING})
    @rule(stop_reason=STOP_REASONS)
    def said_by_the_model(self, stop_reason: str) -> None:
        self.happens(lambda it: [turn(it.turns + 1, stop_reason=stop_reason)])

    @precondition(lambda self: self.it.state is State.GENERATING)
    @rule()
    def worked(self) -> None:
        self.happens(
            lambda it: [e.ToolsRun(attempt=it.attempt, turn=it.turns, results=REPORT, change=CHANGE)]
        )

    @rule(files=st.sampled_from([0, 1, 1]))
    def written(self, files: int) -> None:
        self.happens(lambda it: deciding.generate(it, files=files, summary=SUMMARY))

    @rule(passed=st.booleans())
    def judged(self, passed: bool) -> None:  # noqa: FBT001  drawn by name
        self.happens(lambda it: deciding.judge(it, replace(GREEN, is_green=passed), repairs=1))

    @precondition(lambda self: self.it.state in WORKS)
    @rule()
    def made_outside(self) -> None:
        self.happens(lambda it: missing(it)[:1])

    @rule(by=PEOPLE, head=HEADS, alone=st.booleans())
    def approved_for_a_time(self, by: Any, head: str, *, alone: bool) -> None:
        given = e.Approved(by=by, head=head, deploys=True, role="admin", until=BEGAN.isoformat())
        before = BEGAN - timedelta(days=1)
        self.happens(lambda it: vouching.approve(it, given, alone=alone, now=before))

    @rule()
    def lapsed(self) -> None:
        self.happens(lambda it: vouching.lapse(it, now=BEGAN))

    @rule(by=PEOPLE, head=HEADS, deploys=st.booleans(), alone=st.booleans())
    def approved(self, **asked: Any) -> None:
        self.happens(lambda it: deciding.approve(it, **asked))

    @rule(by=PEOPLE)
    def rejected(self, by: Any) -> None:
        self.happens(lambda it: deciding.reject(it, by=by, why=None))

    @rule()
    def released(self) -> None:
        self.happens(deciding.release)

    @rule(by=PEOPLE)
    def deploy_released(self, by: Any) -> None:
        self.happens(lambda it: deciding.release_deploy(it, by=by))

    @rule(deployment=st.sampled_from([51, 52]), outcome=OUTCOMES)
    def reported(self, deployment: int, outcome: str) -> None:
        self.happens(lambda it: deploying.report(it, deployment=deployment, outcome=outcome))

    @rule()
    def activated(self) -> None:
        self.happens(deciding.activate)

    @rule(by=PEOPLE)
    def stopped(self, by: Any) -> None:
        self.happens(lambda it: deciding.cancel(it, by=by, cause="cancelled", role=Role.ADMIN))

    @rule()
    def failed(self) -> None:
        self.happens(lambda it: deciding.fail(it, reason="tests", detail=""))

    @rule(by=PEOPLE)
    def rolled_back(self, by: Any) -> None:
        self.happens(lambda it: roll_back(it, by=by, why=None))

    @rule()
    def renewed(self) -> None:
        self.happens(lambda it: deciding.renew(it, replace_limits(it)))

    @rule()
    def deprecated(self) -> None:
        self.happens(lambda it: deprecate(it, TO_BE_DEPRECATED))

    @rule()
    def opened_to_remove(self) -> None:
        self.happens(lambda it: open_removal(it, OPENED_TO_REMOVE))

    @rule(merged=st.booleans())
    def closed_to_remove(self, merged: bool) -> None:  # noqa: FBT001  drawn by name
        closed = e.RemovalClosed(merged=merged, by=ADMIN)
        self.happens(lambda it: close_removal(it, closed, number=REMOVAL))

    @rule()
    def not_removed(self) -> None:
        self.happens(lambda it: give_up_removal(it, GIVEN_UP))

    @precondition(lambda self: self.it.removal is not None and self.it.removal.closed is not None)
    @rule()
    def retired(self) -> None:
        self.happens(lambda it: retire(it, ()) if it.removal and it.removal.is_under_way else [])

    @rule(by=PEOPLE, wanted=st.sampled_from([None, *State]))
    def tried_again(self, by: Any, wanted: State | None) -> None:
        self.happens(lambda it: again(it, by=by, wanted=wanted))

    @rule()
    def undone(self) -> None:
        self.happens(lambda it: deciding.undo(it, step="deploy", outcome="nothing", what=""))

    @rule()
    def settled(self) -> None:
        self.happens(deciding.finish_undo)

    @invariant()
    def it_waits_only_where_waiting_makes_sense(self) -> None:
        waits = self.it.waiting_for
        assert waits is None or (WAITS_IN[waits] is self.it.stage and not self.it.cancelled)
        assert row_of(self.it)["waiting_for"] == waits

    @invariant()
    def what_was_stopped_takes_no_answer_no_approval_and_does_not_run(self) -> None:
        stopped = [self.it] if self.it.cancelled and self.it.state is not State.ACTIVE else []
        for it in stopped:
            assert refused(lambda it: deciding.answer(it, by=ADMIN, text=""), it)
            assert refused(lambda it: deciding.release_deploy(it, by=ADMIN), it)
            assert refused(deciding.activate, it)
            assert refused(
                lambda it: deciding.approve(it, by=ADMIN, head=it.head, deploys=True, alone=True), it
            )

    @invariant()
    def nothing_is_written_to_a_plan_that_nobody_approved(self) -> None:
        it = self.it
        assert not it.spec or it.plan is None or (planning.is_agreed(it) and it.plan.spec == it.spec)

    @invariant()
    def what_came_to_nothing_stays_so_and_comes_to_nothing_once(self) -> None:
        came = [fact for fact in self.facts if isinstance(fact, e.IntegrationFailed)]
        again = [fact for fact in self.facts if isinstance(fact, e.Retried)]
        assert len(came) == len(again) + self.kept + (self.it.state is State.FAILED)
        assert self.it.lives == len(again) + self.it.editions

    @invariant()
    def nothing_goes_out_that_is_not_approved_any_more(self) -> None:
        it = self.it
        assert it.state is not State.DEPLOYING or it.merged or it.approved

    @invariant()
    def nothing_was_merged_or_deployed_without_an_approval_of_it(self) -> None:
        begins = (e.Retried, e.VersionRequested)
        lives = [at for at, fact in enumerate(self.facts, start=1) if isinstance(fact, begins)]
        now = self.facts if self.kept else self.facts[max(lives, default=0) :]
        approved = {fact.head for fact in now if isinstance(fact, e.Approved)}
        assert approved <= {COMMIT}
        assert not self.it.merged or approved == {COMMIT}
        assert self.it.deployment is None or self.it.deployers

    def teardown(self) -> None:
        """It is what its facts say, in one piece or in two, and they are read back as they were written."""
        half = len(self.facts) // 2
        assert e.decode(recorded(self.facts)) == self.facts
        assert evolved(fold(ID, self.facts[:half]), self.facts[half:]) == fold(ID, self.facts) == self.it
        assert self.it.version == len(self.facts)


def again(it: Integration, *, by: Any, wanted: State | None) -> list[e.Event]:
    """Tried again as the command does it."""
    check_may_be_retried(it, is_over_time=False)
    state = place_of(it, wanted)
    asked = e.Retried(by=by, state=state, attempt=it.attempt + 1, anew=begins_anew(it, state))
    return retry(it, asked)


def replace_limits(it: Integration) -> e.VersionRequested:
    """Another version, with as much again to be used up."""
    return structs.replace(ANOTHER, turns=it.turns + 60, micro_usd=it.micro_usd + 5_000_000)


def refused(decide: Decide, it: Integration) -> bool:
    """Whether nothing comes of it."""
    try:
        return not decide(it)
    except REFUSALS:
        return True


Lifetimes.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_no_sequence_of_decisions_leaves_the_table = Lifetimes.TestCase
