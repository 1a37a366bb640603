"""What is set for one integration alone: never less of what guards it, nothing too late, always seen."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from msgspec import structs

from bot.application import answer_words, configuration_words, own_words, status_words
from bot.application.asked import Adjust, RaiseBudget
from bot.application.commands import handle
from bot.application.configuration import Configuration
from bot.application.configuration_file import read_configuration
from bot.application.in_force import laid
from bot.application.own_settings import as_written, counting, own_of, own_text
from bot.application.planning import is_wanted
from bot.application.publishing import missing
from bot.application.refusal_words import refusal
from bot.application.views import view_of
from bot.domain import deciding, planning
from bot.domain import events as e
from bot.domain.adjusting import KEYS, NotSettable, adjust
from bot.domain.integration import NOTHING_OWN
from bot.domain.policy import NotAllowed
from bot.domain.reviving import best_from, good_from
from bot.domain.states import State
from bot.records import Actor
from tests.unit.fakes import FakeClock, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ANOTHER,
    APPROVAL,
    ASKED,
    BEGAN,
    BRANCH,
    COMMIT,
    DEPLOYING,
    DEPRECATED,
    DEVELOPER,
    HELD_UP,
    ID,
    MERGED,
    PLAN,
    PLANNING,
    PULL,
    RELEASED,
    REPORT,
    REQUESTED,
    REQUESTER,
    SHOP,
    SPEC,
    TAKEN_UP,
    TESTED,
    UP_FOR_REVIEW,
    VIEWER,
    WORKED,
    WRITTEN,
    History,
    failed,
    integration,
    recorded,
)

EVERY: Final = e.Own(
    plan_first=True,
    approvals=2,
    test_remarks="refuse",
    update=True,
    reviewers=("@ann", "@acme/erp"),
    labels=("erp", "a|b"),
    reminders=False,
)


def set_to(by: Actor = DEVELOPER, **own: Any) -> e.Adjusted:
    return e.Adjusted(by=by, own=e.Own(**own))


def after(history: History, *facts: e.Event) -> Any:
    return integration((*history, *facts))


def staged(history: History) -> Stage:
    stage = Stage(clock=FakeClock(time=datetime(2026, 1, 1, 10, tzinfo=UTC)))
    stage.log.holds(history)
    stage.pulls.has(PULL, BRANCH, COMMIT, title="Send paid invoices")
    stage.repositories.roles = {DEVELOPER.id: "write", ADMIN.id: "admin", VIEWER.id: "read"}
    return stage


def asks(by: Actor = DEVELOPER, **own: Any) -> Adjust:
    return Adjust(by=by, repository=SHOP, integration_id=ID, own=e.Own(**own))


def no(history: History, **own: Any) -> tuple[str, str, str]:
    """Which key is refused, and why."""
    with pytest.raises(NotSettable) as error:
        adjust(integration(history), by=DEVELOPER, own=e.Own(**own))
    return error.value.key, error.value.why, error.value.value


def test_every_key_is_one_of_the_configuration() -> None:
    assert {*KEYS} <= {*Configuration.model_fields}


def test_before_the_work_everything_may_be_set_and_once_is_enough() -> None:
    [fact] = adjust(integration(TAKEN_UP), by=DEVELOPER, own=EVERY)

    assert fact == e.Adjusted(by=DEVELOPER, own=EVERY)
    assert adjust(after(TAKEN_UP, fact), by=DEVELOPER, own=EVERY) == []
    assert adjust(after(TAKEN_UP, fact), by=ADMIN, own=EVERY) == [set_to(ADMIN, plan_first=True)]
    assert adjust(after(TAKEN_UP, fact), by=ADMIN, own=e.Own()) == []


def test_only_what_is_new_is_a_fact() -> None:
    it = after(TAKEN_UP, set_to(approvals=2, labels=("erp",)))

    [fact] = adjust(it, by=ADMIN, own=e.Own(approvals=3, labels=("erp",)))

    assert fact == set_to(ADMIN, approvals=3)


@pytest.mark.parametrize("own", [{"plan_first": False}, {"update": False}, {"test_remarks": "report"}])
def test_what_is_not_guarded_and_is_not_to_be_is_nothing_to_be_set(own: Mapping[str, Any]) -> None:
    assert adjust(integration(TAKEN_UP), by=DEVELOPER, own=e.Own(**own)) == []


@pytest.mark.parametrize(
    ("configured", "own", "holds"),
    [
        ({"approvals": 3}, {"approvals": 2}, "3"),
        ({"refuses_remarks": True}, {"test_remarks": "report"}, "refuse"),
        ({"updates": True}, {"update": False}, "true"),
    ],
)
def test_what_the_repository_guards_is_not_weakened(
    configured: Mapping[str, Any], own: Mapping[str, Any], holds: str
) -> None:
    history = (*TAKEN_UP, structs.replace(SPEC, **configured))

    assert no(history, **own) == (next(iter(own)), "weaker", holds)


@pytest.mark.parametrize(
    ("first", "then", "holds"),
    [
        ({"approvals": 3}, {"approvals": 2}, "3"),
        ({"test_remarks": "refuse"}, {"test_remarks": "report"}, "refuse"),
        ({"update": True}, {"update": False}, "true"),
        ({"plan_first": True}, {"plan_first": False}, "true"),
    ],
)
def test_nor_is_what_somebody_made_stricter(
    first: Mapping[str, Any], then: Mapping[str, Any], holds: str
) -> None:
    assert no((*TAKEN_UP, set_to(**first)), **then) == (next(iter(then)), "weaker", holds)


@pytest.mark.parametrize("history", [WORKED, WRITTEN, UP_FOR_REVIEW, RELEASED])
def test_a_plan_is_wanted_before_it_is_written_or_not_at_all(history: History) -> None:
    assert no(history, plan_first=True) == ("plan_first", "planned", "")


@pytest.mark.parametrize(
    "history", [REQUESTED, TAKEN_UP, PLANNING, failed(*WORKED), ACTIVE, (*ACTIVE, ANOTHER)]
)
def test_it_may_be_wanted_for_whatever_is_planned_next(history: History) -> None:
    assert after(history, *adjust(integration(history), by=ADMIN, own=e.Own(plan_first=True))).plan_first


@pytest.mark.parametrize("key", [each for each in KEYS if each not in {"reminders", "plan_first"}])
def test_what_is_merged_goes_out_as_it_is(key: str) -> None:
    own = {key: getattr(EVERY, key)}

    assert no(MERGED, **own) == no(DEPLOYING, **own) == (key, "merged", "")
    assert no(DEPRECATED, **own) == (key, "over", "")
    assert adjust(integration(DEPLOYING), by=ADMIN, own=e.Own(reminders=False)) == [
        set_to(ADMIN, reminders=False)
    ]


def test_what_is_refused_leaves_the_rest_unset() -> None:
    assert no(MERGED, reminders=False, approvals=2) == ("approvals", "merged", "")


def test_what_the_configuration_says_comes_under_it() -> None:
    spec = structs.replace(
        SPEC, approvals=3, labels=("bug",), reviewers=("codeowners",), reminders=True, updates=True
    )

    it = after(TAKEN_UP, set_to(approvals=2, labels=("erp",), reviewers=(), reminders=False), spec)

    assert (it.approvals_needed, it.labels, it.reviewers, it.reminds, it.updates) == (
        3,
        ("erp",),
        (),
        False,
        True,
    )
    assert (
        after(TAKEN_UP, set_to(approvals=4, test_remarks="refuse", update=True), SPEC).approvals_needed == 4
    )


def test_nobody_is_reminded_of_questions_and_plans_either() -> None:
    quiet = set_to(reminders=False)

    assert not after(ASKED, quiet).reminds
    assert not after(TAKEN_UP, quiet, *ASKED[len(TAKEN_UP) :]).reminds
    assert not after(TAKEN_UP, quiet, *PLANNING[len(TAKEN_UP) :]).reminds


@pytest.mark.parametrize("state", ["validating", "generating"])
def test_it_outlives_what_begins_anew(state: str) -> None:
    again = e.Retried(by=ADMIN, state=state, attempt=2)
    it = after(
        (*TAKEN_UP, set_to(**structs.asdict(EVERY)), SPEC), *failed(*WORKED)[len(TAKEN_UP) + 2 :], again
    )

    assert it.own == EVERY
    assert (it.approvals_needed, it.refuses_remarks, it.updates, it.plan_first) == (2, True, True, True)


def test_it_holds_for_the_next_version_and_after_one_that_came_to_nothing() -> None:
    renewed = (*ACTIVE, set_to(approvals=2, plan_first=True), ANOTHER)
    back = (*failed(*renewed, during="validating"), e.UndoFinished())

    assert (integration(renewed).approvals_needed, integration(renewed).plan_first) == (2, True)
    assert (integration(back).state, integration(back).own.approvals) == (State.ACTIVE, 2)


def test_it_is_no_news_of_what_does_not_answer() -> None:
    assert after(WORKED, HELD_UP, set_to(labels=("erp",))).held_up == HELD_UP


def test_one_more_approval_keeps_the_gate_shut() -> None:
    it = after(UP_FOR_REVIEW, set_to(approvals=2), APPROVAL)

    assert (it.waiting_for, it.approvals_missing, deciding.release(it)) == ("approval", 1, [])


def test_one_more_approval_shuts_a_gate_that_stood_open() -> None:
    it = after(RELEASED, set_to(approvals=2))

    assert (it.state, it.approved, it.released, it.at_gate) == (State.REVIEWING, False, False, True)
    assert it.waiting_for == "approval"


def test_remarks_are_refused_from_the_next_run_on() -> None:
    remarked = e.TestsPassed(attempt=1, report=REPORT, passed=8, remarks=("fewer_tests",))

    assert after((*WRITTEN, remarked), set_to(test_remarks="refuse")).state is State.REVIEWING
    assert after(WRITTEN, set_to(test_remarks="refuse")).refuses_remarks


def test_a_pull_request_that_is_open_gets_them_beside() -> None:
    asked = e.ReviewersAsked(head=COMMIT, names=("@ann",))
    labelled = e.PullRequestLabelled(labels=("bug",))
    spec = structs.replace(SPEC, labels=("bug",), reviewers=("@ann",))
    before = after((*TAKEN_UP, spec), *UP_FOR_REVIEW[len(TAKEN_UP) + 2 :], labelled, asked)
    history = (*TAKEN_UP, spec, *UP_FOR_REVIEW[len(TAKEN_UP) + 2 :], labelled, asked)

    wanted = [
        missing(after(history, set_to(labels=("erp",)))),
        missing(after(history, set_to(reviewers=("@bob",)))),
        missing(after(history, set_to(reminders=False))),
    ]

    assert missing(before) is None
    assert [each and each.__name__ for each in wanted] == ["_label", "_ask_reviewers", None]
    assert missing(after(history, set_to(reviewers=("@bob",)), asked)) is None


async def test_reviewers_that_are_set_later_are_asked_beside_those_who_were() -> None:
    stage = staged((
        *UP_FOR_REVIEW,
        e.ReviewersAsked(head=COMMIT, names=("@ann",)),
        set_to(reviewers=("@bob",)),
    ))
    effect = missing(integration(tuple(e.decode(stage.log.streams[ID]))))
    assert effect is not None
    stage.effects.known[f"reviewers:{ID}:{COMMIT}"] = "[]"

    await effect(integration(tuple(e.decode(stage.log.streams[ID]))), stage.world, key="k")

    assert stage.pulls.review_calls == [("@bob",)]


def test_who_asked_does_not_approve_alone_the_plan_that_somebody_else_wants() -> None:
    proposed = structs.replace(PLANNING[-2], demanded=False)
    history = (*PLANNING[:-2], proposed, PLANNING[-1])

    assert planning.own_counts(integration(history), alone=False)
    assert planning.own_counts(after(history, set_to(REQUESTER, plan_first=True)), alone=False)
    assert not planning.own_counts(after(history, set_to(plan_first=True)), alone=False)


def test_a_plan_that_is_wanted_meanwhile_is_not_passed_over() -> None:
    it = after(TAKEN_UP, set_to(plan_first=True))

    assert is_wanted(it, {})
    assert deciding.validate(it, SPEC) == []
    assert deciding.validate(integration(TAKEN_UP), SPEC) == [SPEC]


async def test_who_may_write_sets_it_and_nobody_else() -> None:
    stage = staged(UP_FOR_REVIEW)

    it = await handle(asks(approvals=2), key="k-1", door="api", world=stage.world)
    again = await handle(asks(approvals=2), key="k-1", door="api", world=stage.world)

    assert (it.own.approvals, again.version) == (2, len(UP_FOR_REVIEW) + 1)
    with pytest.raises(NotAllowed):
        await handle(asks(VIEWER, labels=("erp",)), key="k-2", door="api", world=stage.world)


async def test_with_a_title_and_money_it_is_all_or_nothing() -> None:
    stage = staged(UP_FOR_REVIEW)
    every = RaiseBudget(
        by=ADMIN,
        repository=SHOP,
        integration_id=ID,
        up_to=9_000_000,
        title="Paid invoices",
        own=e.Own(plan_first=True),
    )

    with pytest.raises(NotSettable):
        await handle(every, key="k-1", door="api", world=stage.world)

    assert len(stage.log.streams[ID]) == len(UP_FOR_REVIEW)


def test_it_is_read_as_the_file_is_and_written_as_that_has_it() -> None:
    text = (
        "{plan_first: true, approvals: 2, test_remarks: refuse, update: true, reviewers: [ann, '@acme/erp'], "
    )
    reading = read_configuration((text + "labels: [erp, a|b], reminders: false}").encode())

    own = own_of(reading.configuration, reading.lines)

    assert own == EVERY
    assert as_written(own)["reviewers"] == ["@ann", "@acme/erp"]
    assert as_written(e.Own(reviewers=())) == {"reviewers": "none"}
    assert as_written(e.Own(reviewers=("codeowners",))) == {"reviewers": "codeowners"}
    assert (own_text(NOTHING_OWN), own_text(e.Own(approvals=2))) == (None, '{"approvals": 2}')


def test_what_is_for_the_repository_alone_to_say_is_refused() -> None:
    with pytest.raises(NotSettable) as error:
        own_of(Configuration(tester="checks"), ["tester"])

    assert (error.value.key, error.value.why) == ("tester", "of_repository")
    assert "repository's configuration alone" in refusal(error.value)


@pytest.mark.parametrize("why", ["of_repository", "weaker", "planned", "merged", "over"])
def test_every_refusal_says_why(why: str) -> None:
    said = own_words.refused(NotSettable("a`b", why, "3"))

    assert "`a'b`" in said
    assert said.endswith(".")


def test_people_see_it_where_they_look() -> None:
    history = (
        *UP_FOR_REVIEW,
        e.Adjusted(by=DEVELOPER, own=e.Own(approvals=2, labels=("a`b",), reviewers=())),
    )
    view = view_of(integration(history), recorded(history))
    line = "Set for this integration alone: `approvals` `2`, `reviewers` `none`, `labels` `a'b`."

    assert line in status_words.status_comment(view)
    assert line in answer_words.reasons(view, BEGAN, BEGAN, ())
    assert "Set for this" not in status_words.status_comment(view_of(integration(TESTED), recorded(TESTED)))


def test_the_configuration_says_that_it_is_of_this_integration() -> None:
    shown = configuration_words.in_force(laid(), e.Own(approvals=2, labels=("a|b",)))

    assert "| `approvals` | `2` | this integration |" in shown
    assert "| `labels` | `a\\|b` | this integration |" in shown
    assert "| `reminders` | `true` | the bot's default |" in shown
    assert counting(e.Own(approvals=2), Configuration(approvals=3)) == {}


def test_what_holds_is_said_to_whoever_set_it() -> None:
    assert own_words.adjusted({"approvals": 2}, by="ann").endswith("alone: `approvals` `2`.")
    assert "Nothing is set" in own_words.adjusted({}, by="ann")
    assert own_words.listed({"labels": []}) == "`labels` none"


def test_whoever_asked_does_not_approve_the_plan_alone_that_another_wanted_after_them() -> None:
    proposed = structs.replace(PLANNING[-2], demanded=False)
    history = (*PLANNING[:-2], proposed, PLANNING[-1])
    mine = (*history, *adjust(integration(history), by=REQUESTER, own=e.Own(plan_first=True)))

    theirs = (*mine, *adjust(integration(mine), by=ADMIN, own=e.Own(plan_first=True)))

    assert planning.own_counts(integration(mine), alone=False)
    assert not planning.own_counts(integration(theirs), alone=False)


def test_nor_that_of_the_next_version_which_whoever_asked_for_the_first_wanted() -> None:
    first = (*ACTIVE, set_to(REQUESTER, plan_first=True))
    proposed = e.PlanProposed(spec=PLAN, demanded=False, survey="")
    theirs = integration((*first, structs.replace(ANOTHER, by=DEVELOPER), proposed))

    assert not planning.own_counts(theirs, alone=False)


@pytest.mark.parametrize("reason", ["tests", "tests_disputed"])
def test_what_failed_is_tried_again_from_the_plan_that_somebody_wants_since(reason: str) -> None:
    history = (*failed(*WORKED, reason=reason), e.UndoFinished())
    before, since = integration(history), after(history, set_to(ADMIN, plan_first=True))

    assert State.GENERATING in good_from(before)
    assert (good_from(since), best_from(since)) == ((State.VALIDATING,), State.VALIDATING)
