"""Whose approvals a change takes: by the paths that it touches, and for as long as they hold."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from msgspec import structs

from bot.application import approval_words
from bot.domain import approving, deciding, vouching
from bot.domain import events as e
from bot.domain.branch import paths_between
from bot.domain.policy import NotSeen, SelfApproval
from bot.domain.states import State
from bot.records import Actor, TreeEntry
from tests.unit.histories import (
    ADMIN,
    AGAIN,
    APPROVAL,
    BASE_MOVED,
    CHANGE,
    CHECKED,
    COMMIT,
    DEVELOPER,
    MERGED,
    RELEASED,
    REQUESTER,
    SPEC,
    STRANGER,
    UP_FOR_REVIEW,
    VIEWER,
    History,
    cancelled,
    failed,
    integration,
    recorded,
)

PAYMENTS: Final = e.PathRule(path="payments/**", count=2, role="admin")
INFRA: Final = e.PathRule(path="infra/", by=("@acme/Platform", "@Viewer"))
TEAM: Final = "@acme/platform"
LONG_AGO: Final = datetime(2025, 1, 1, tzinfo=UTC)
NOW: Final = datetime(2026, 1, 20, tzinfo=UTC)
BY_ADMIN: Final = e.Approved(by=ADMIN, head=COMMIT, deploys=True, role="admin")
BY_ANOTHER: Final = e.Approved(by=STRANGER, head=COMMIT, deploys=True, role="admin")
OVER: Final = NOW.isoformat()
LATER: Final = (NOW + timedelta(days=7)).isoformat()


def ruled(*rules: e.PathRule, of: History = UP_FOR_REVIEW, known: bool = True, **said: int) -> History:
    """The same, where the repository has these rules, and all of them hold."""
    validated = structs.replace(SPEC, path_rules=rules, **said)
    before = tuple(validated if each is SPEC else each for each in of)
    fact = e.GateRuled(head=COMMIT, change=CHANGE, rules=rules)
    at = next((n for n, each in enumerate(before) if isinstance(each, e.PullRequestCreated)), len(before))
    return (*before[:at], *([fact] if known else []), *before[at:])


def given(by: Actor, role: str = "developer", *teams: str) -> e.Approved:
    return e.Approved(by=by, head=COMMIT, deploys=False, role=role, teams=teams)


@pytest.mark.parametrize(
    ("path", "touched", "holds"),
    [
        ("payments/**", "payments/a/b.py", True),
        ("payments/**", "shop/payments/b.py", False),
        ("infra/", "infra/a.tf", True),
        ("infra/", "infra", False),
        ("*.sql", "db/a.sql", True),
        ("!no pattern", "whatever", True),
    ],
)
def test_a_rule_holds_where_a_path_is_meant(
    path: str,
    touched: str,
    holds: bool,  # noqa: FBT001  a table's column
) -> None:
    rule = e.PathRule(path=path)

    assert approving.holding([rule], {"README.md", touched}) == ((rule,) if holds else ())
    assert approving.holding([rule], {"README.md"}) == ((rule,) if path.startswith("!") else ())


@pytest.mark.parametrize(
    ("rule", "approval", "counts"),
    [
        (PAYMENTS, given(ADMIN, "admin"), True),
        (PAYMENTS, given(DEVELOPER), False),
        (PAYMENTS, given(DEVELOPER, ""), False),
        (INFRA, given(DEVELOPER), False),
        (INFRA, given(DEVELOPER, "developer", TEAM), True),
        (INFRA, given(DEVELOPER, "developer", "@acme/other"), False),
        (INFRA, given(VIEWER), True),
        (e.PathRule(path="a", role="developer"), given(DEVELOPER), True),
        (e.PathRule(path="a", role="admin", by=("@admin",)), given(ADMIN), False),
        (e.PathRule(path="a", role="admin", by=("@admin",)), given(ADMIN, "admin"), True),
        (e.PathRule(path="a"), given(REQUESTER, "admin"), False),
        (e.PathRule(path="a"), given(Actor(id=99, login="helper[bot]"), "admin"), False),
    ],
)
def test_who_counts_for_a_rule(
    rule: e.PathRule,
    approval: e.Approved,
    counts: bool,  # noqa: FBT001  a table's column
) -> None:
    [it] = approving.standing([rule], [approval], without={REQUESTER.id})

    assert it.given == ((approval.by,) if counts else ())
    assert it.missing == rule.count - counts


def test_id_13_one_person_counts_once_for_a_rule_whatever_they_are_called_by_then() -> None:
    renamed = Actor(id=ADMIN.id, login="the-admin")
    [it] = approving.standing([PAYMENTS], [given(ADMIN, "admin"), given(renamed, "admin")], without=())

    assert (it.given, it.missing) == ((renamed,), 1)


def test_one_person_counts_for_several_rules_and_more_than_needed_lack_nothing() -> None:
    rules = [e.PathRule(path="a"), e.PathRule(path="b")]

    found = approving.standing(rules, [given(ADMIN), given(DEVELOPER)], without=())

    assert [(len(each.given), each.missing) for each in found] == [(2, 0), (2, 0)]


def test_a_gate_opens_where_the_number_is_there_and_every_rule_is_met() -> None:
    one = (*ruled(PAYMENTS, approvals=1), BY_ADMIN)
    waits, met = integration(one), integration((*one, BY_ANOTHER))

    assert (waits.approvals_missing, waits.approved, waits.waiting_for) == (0, False, "approval")
    assert deciding.release(waits) == []
    assert waits.can_be_approved
    assert deciding.release(met) == [e.Released(head=COMMIT)]


def test_a_rule_that_is_met_does_not_stand_for_the_number() -> None:
    it = integration((*ruled(e.PathRule(path="a"), approvals=2), BY_ADMIN))

    assert (it.approved, it.approvals_missing) == (False, 1)


def test_id_13_neither_who_asked_nor_who_committed_meets_a_rule_even_where_they_may_approve() -> None:
    rule = e.PathRule(path="a")
    alone = (*ruled(rule), given(REQUESTER, "admin"))
    by_hand = structs.replace(BASE_MOVED, shared=True, authors=(DEVELOPER.id,))
    moved = (by_hand, e.CodeGenerated(attempt=2, change=CHANGE, files=1, summary=""))

    assert [each.missing for each in integration(alone).rules_standing] == [1]
    assert integration((*ruled(rule), *moved)).authors == (DEVELOPER.id,)
    again = integration((*ruled(rule), *moved, given(DEVELOPER)))
    assert [each.missing for each in again.rules_standing] == [1]


def test_before_it_is_known_which_rules_hold_nobody_approves_and_it_waits_for_nobody() -> None:
    it = integration(ruled(PAYMENTS, known=False))

    assert (it.is_ruled, it.is_moving, it.waiting_for, it.approved) == (False, True, None, False)
    assert (it.can_be_approved, it.rules_standing) == (False, ())


def test_rules_are_of_one_commit_and_of_one_change() -> None:
    there = ruled(PAYMENTS)

    for other in (e.GateRuled(head=AGAIN, change=CHANGE), e.GateRuled(head=COMMIT, change="0")):
        assert not integration((*there, other)).is_ruled
    assert integration((*there, e.GateRuled(head=COMMIT, change=CHANGE))).rules_standing == ()


def test_a_base_that_moves_under_an_approved_commit_has_its_rules_looked_up_again() -> None:
    keeps = structs.replace(BASE_MOVED, keeps=True, change="another")
    work = e.CodeGenerated(attempt=2, change="another", files=1, summary="")
    passed = e.TestsPassed(attempt=2, report="", passed=8)
    back = integration((*ruled(INFRA, of=CHECKED), keeps, work, passed))
    ruled_again = e.GateRuled(head=COMMIT, change="another", rules=(INFRA,))

    assert (back.state, back.is_ruled, back.waiting_for) == (State.REVIEWING, False, None)
    shut = integration((*ruled(INFRA, of=CHECKED), keeps, work, passed, ruled_again))
    assert (shut.at_gate, shut.gate, shut.approved) == (False, f"{shut.id}:2", False)
    opened = integration((
        *ruled(INFRA, of=CHECKED),
        keeps,
        work,
        passed,
        structs.replace(ruled_again, rules=()),
    ))
    assert (opened.at_gate, opened.gate, opened.approved) == (True, opened.id, True)


def test_the_facts_are_read_back_as_they_were_written() -> None:
    history = (*ruled(PAYMENTS, INFRA, approval_days=7), structs.replace(BY_ADMIN, teams=(TEAM,), until=OVER))

    assert e.decode(recorded(history)) == list(history)


# --- who they are by now ----------------------------------------------------------------------------------


def approve(history: History, approval: e.Approved, *, now: datetime = NOW) -> list[e.Event]:
    return vouching.approve(integration(history), approval, alone=False, now=now)


def test_an_approval_carries_who_gave_it() -> None:
    assert approve(ruled(PAYMENTS), BY_ADMIN) == [BY_ADMIN]


def test_said_twice_it_changes_nothing_unless_they_are_something_else_by_now() -> None:
    said = (*ruled(PAYMENTS), given(ADMIN))

    assert approve(said, given(ADMIN)) == []
    assert approve(said, BY_ADMIN) == [BY_ADMIN]
    assert integration((*said, BY_ADMIN)).approvals == (BY_ADMIN,)
    assert approve((*ruled(), given(ADMIN)), BY_ADMIN) == []  # it is approved, and nothing is left to say


def test_what_is_refused_stays_refused() -> None:
    with pytest.raises(SelfApproval):
        approve(ruled(PAYMENTS), given(REQUESTER, "admin"))
    with pytest.raises(NotSeen):
        vouching.approve(integration(ruled(PAYMENTS)), BY_ADMIN, alone=False, now=NOW, said_at=LONG_AGO)


def test_a_rule_lacks_who_is_no_admin_any_more_or_has_left_the_team() -> None:
    said = (BY_ADMIN, BY_ANOTHER, structs.replace(given(DEVELOPER), teams=(TEAM,)))
    it = integration((*ruled(PAYMENTS, INFRA), *said))
    admins = {ADMIN.id: "admin", STRANGER.id: "admin", DEVELOPER.id: "developer"}

    assert vouching.lacking(it, admins, {DEVELOPER.id: (TEAM,)}) == ()
    assert [each.rule for each in vouching.lacking(it, admins, {})] == [INFRA]
    gone = {**admins, ADMIN.id: "developer"}
    assert [each.rule for each in vouching.lacking(it, gone, {DEVELOPER.id: (TEAM,)})] == [PAYMENTS]


# --- for how long -----------------------------------------------------------------------------------------


def test_an_approval_holds_for_so_many_days_from_when_it_was_said() -> None:
    it, said_at = integration(ruled(approval_days=7)), NOW - timedelta(days=1)

    assert vouching.until(it, now=NOW, said_at=None) == (NOW + timedelta(days=7)).isoformat()
    assert vouching.until(it, now=NOW, said_at=said_at) == (NOW + timedelta(days=6)).isoformat()
    assert vouching.until(it, now=NOW, said_at=NOW + timedelta(days=9)) == vouching.until(
        it, now=NOW, said_at=None
    )
    assert vouching.until(integration(ruled()), now=NOW, said_at=None) is None


def test_f47_sm_02_an_approval_that_is_heard_after_its_time_is_refused_with_the_reason() -> None:
    history = ruled(approval_days=7)

    with pytest.raises(vouching.LapsedApproval) as refused:
        approve(history, structs.replace(BY_ADMIN, until=OVER))

    assert (refused.value.days, refused.value.code) == (7, "lapsed_approval")
    assert "more than 7 days ago" in approval_words.refused(refused.value)
    assert approve(history, structs.replace(BY_ADMIN, until=OVER), now=NOW - timedelta(seconds=1)) != []


def lapses_of(history: History, *, now: datetime = NOW) -> list[e.Event]:
    return vouching.lapse(integration(history), now=now)


HOLDS: Final = structs.replace(BY_ADMIN, until=OVER)
LAPSED: Final = e.ApprovalLapsed(whose=ADMIN, head=COMMIT, days=7)


@pytest.mark.parametrize("history", [(*ruled(approvals=2, approval_days=7), HOLDS)])
def test_it_lapses_at_that_moment_and_not_before(history: History) -> None:
    assert lapses_of(history, now=NOW - timedelta(seconds=1)) == []
    assert lapses_of(history) == [LAPSED]
    assert lapses_of((*history, LAPSED)) == []
    after = integration((*history, LAPSED))
    assert (after.approvals, after.lapses, after.waiting_for) == ((), (LAPSED,), "approval")
    assert (after.at_gate, after.gate) == (True, after.id)


def test_what_has_no_end_does_not_lapse_nor_does_what_is_over_itself() -> None:
    over = tuple(HOLDS if isinstance(each, e.Approved) else each for each in MERGED)

    assert lapses_of((*UP_FOR_REVIEW, APPROVAL), now=NOW + timedelta(days=9999)) == []
    assert lapses_of(over) == []
    for ended in (cancelled(*UP_FOR_REVIEW, HOLDS), failed(*UP_FOR_REVIEW, HOLDS)):
        assert lapses_of(ended) == []
    rejected = e.Rejected(by=DEVELOPER, why=None)
    assert lapses_of((*ruled(approvals=2), HOLDS, rejected)) == []


def test_sm_02_the_gate_is_not_opened_by_an_approval_that_is_over_however_late_that_is_noticed() -> None:
    it = integration((*ruled(approval_days=7), HOLDS))

    assert it.approved
    assert vouching.release(it, now=NOW) == [LAPSED]
    assert vouching.release(it, now=NOW - timedelta(seconds=1)) == [e.Released(head=COMMIT)]


@pytest.mark.parametrize("history", [RELEASED, CHECKED])
def test_a_gate_that_is_open_is_shut_again_with_a_check_run_of_its_own(history: History) -> None:
    before = tuple(HOLDS if isinstance(each, e.Approved) else each for each in ruled(of=history))
    held = (*before, e.MergeHeld(code="blocked"))

    after = integration((*held, LAPSED))

    if history is CHECKED:
        assert (after.state, after.at_gate, after.gate) == (State.REVIEWING, False, f"{after.id}:2")
        assert (after.passport_completed, after.released, after.held) == (False, False, None)
        opened = integration((*held, LAPSED, e.CheckOpened(check=32, head=COMMIT)))
        assert (opened.waiting_for, opened.can_be_approved) == ("approval", True)
    else:
        assert (after.state, after.at_gate, after.gate) == (State.REVIEWING, True, after.id)
        assert after.waiting_for == "approval"


def test_where_enough_others_hold_it_stays_open() -> None:
    before = tuple(HOLDS if isinstance(each, e.Approved) else each for each in ruled(of=CHECKED))
    more = next(n for n, each in enumerate(before) if isinstance(each, e.Released))

    after = integration((*before[:more], given(DEVELOPER), *before[more:], LAPSED))

    assert (after.state, after.gates, [each.by for each in after.approvals]) == (
        State.DEPLOYING,
        1,
        [DEVELOPER],
    )


def test_an_approval_of_another_commit_is_not_the_one_that_lapsed() -> None:
    other = structs.replace(HOLDS, head=AGAIN)

    assert approving.without([other, HOLDS], LAPSED.whose, LAPSED.head) == (other,)
    assert approving.with_one_more([other], HOLDS) == (other, HOLDS)


def test_of_two_commits_the_paths_that_differ_are_known_by_both_names() -> None:
    def at(path: str, sha: str, mode: str = "100644") -> TreeEntry:
        return TreeEntry(path=path, mode=mode, sha=sha, size=1)

    before = {"a": at("a", "1"), "old": at("old", "2"), "same": at("same", "3"), "x": at("x", "4")}
    there = {"a": at("a", "9"), "new": at("new", "2"), "same": at("same", "3"), "x": at("x", "4", "100755")}

    assert sorted(paths_between(before, there)) == ["a", "new", "old", "x"]


def test_who_approves_anew_what_is_over_and_nobody_has_noted_is_heard() -> None:
    history, anew = (*ruled(approvals=2, approval_days=7), HOLDS), structs.replace(BY_ADMIN, until=LATER)

    assert approve(history, anew, now=NOW - timedelta(seconds=1)) == []
    assert approve(history, anew) == [LAPSED, anew]
    assert integration((*history, LAPSED, anew)).approvals == (anew,)
    decided = ruled(approval_days=7)
    assert approve((*decided, HOLDS), anew) == [LAPSED, anew]
    with pytest.raises(vouching.LapsedApproval):
        approve(history, structs.replace(BY_ADMIN, until=OVER))


def rest_of(history: History) -> str:
    """What is asked of the one whose approval has lapsed."""
    return approval_words.lapsed(integration(history), LAPSED).partition(" here.")[2].strip()


def test_whose_approval_has_lapsed_hears_whether_another_is_wanted() -> None:
    before = tuple(HOLDS if isinstance(each, e.Approved) else each for each in ruled(of=CHECKED))
    shut, again = (*before, LAPSED), structs.replace(BY_ADMIN, until=LATER)

    assert not integration(shut).at_gate  # its check run is about to be opened
    assert rest_of(shut) == "Look at it again, then `/claude approve`."
    assert rest_of((*shut, e.Paused(cause="frozen", detail=""))) == rest_of(shut)
    assert rest_of((*shut, given(DEVELOPER))) == "It takes no other."
    assert rest_of((*shut, again)) == "You have approved it anew."
    assert rest_of(cancelled(*shut)) == ""


@pytest.mark.parametrize(
    ("by", "count", "is_vain"),
    [
        ((), 9, False),
        (("@Requester",), 1, True),
        (("@requester", "@ada"), 1, False),
        (("@requester", "@ada"), 2, True),
        (("@other/platform",), 1, True),
        (("@other/platform", "@ada"), 1, False),
        (("@Acme/platform",), 9, False),
    ],
)
def test_a_rule_that_too_few_can_meet_is_said_to_be_one(
    by: tuple[str, ...], count: int, *, is_vain: bool
) -> None:
    rule = e.PathRule(path="infra/", count=count, by=by)
    [standing] = integration(ruled(rule)).rules_standing

    said = approval_words.rules([standing])

    assert (standing.is_vain, "too few can give" in said[0]) == (is_vain, is_vain)
