"""Approvals for paths, and for their time: asked, written down, told, and looked at again before the merge."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import pytest
from inline_snapshot import snapshot
from msgspec import structs

from bot.application import publishing, steps
from bot.application.lapsing import find_waiting, lapse_of
from bot.application.notifying import look, show_status
from bot.application.passports import passport_section
from bot.application.status_words import status_comment
from bot.domain import events as e
from bot.domain.states import State
from bot.landing_records import Merging
from bot.records import Commit, FileEdit, MergeMethod, Repository, StepFailed
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import comment, review
from tests.unit.fakes import FakeClock, FakePullRequests, Stage
from tests.unit.histories import (
    ADMIN,
    BASE,
    BEGAN,
    BRANCH,
    BRANCHED,
    CHANGE,
    CHECKED,
    COMMIT,
    DEVELOPER,
    ID,
    MERGED_SHA,
    PULL,
    History,
    kept,
)
from tests.unit.test_approving import BY_ADMIN, HOLDS, INFRA, LAPSED, NOW, PAYMENTS, TEAM, ruled

ANY_PATH: Final = e.PathRule(path="docs/")
RULES: Final = (PAYMENTS, INFRA, ANY_PATH)
BEFORE: Final = {"README.md": b"", "infra/a.tf": b"1"}


def staged(history: History, **bent: object) -> Stage:
    stage = Stage(**bent)  # type: ignore[arg-type]
    stage.log.holds(history)
    stage.pulls.has(PULL, BRANCH, COMMIT)
    stage.checks.runs[31] = (COMMIT, ID, None)
    stage.sources.files = {BASE: BEFORE, COMMIT: {**BEFORE, "shop/erp.py": b"new"}}
    return stage


async def says(words: str, stage: Stage, *, by: object = DEVELOPER) -> str:
    """What is answered on the pull request."""
    delivery = comment(words, by=by, on=PULL, number=900 + stage.comments.made)  # type: ignore[arg-type]
    key = f"d-{stage.comments.made}"
    await GITHUB["issue_comment.created"](delivery, Context(key=key, door="github", world=stage.world))
    return stage.comments.on(PULL)[-1]


async def ruled_by(stage: Stage) -> tuple[e.PathRule, ...]:
    """Driven until its gate is there; the rules that were written down for it."""
    for number in range(6):
        await publishing.create_pull_request(stage.world, ID, key=str(number))
    [fact] = [each for each in stage.log.events() if isinstance(each, e.GateRuled)]
    assert (fact.head, stage.log.integration().waiting_for) == (COMMIT, "approval")
    return fact.rules


@pytest.mark.parametrize(
    ("there", "holding"),
    [
        ({**BEFORE, "shop/erp.py": b"new"}, ()),
        ({**BEFORE, "payments/ledger.py": b"by hand"}, (PAYMENTS,)),
        ({"README.md": b"", "docs/a.tf": b"1"}, (INFRA, ANY_PATH)),
        ({"README.md": b"", "infra/a.tf": b"2"}, (INFRA,)),
    ],
    ids=["none of them", "by hand", "renamed", "changed"],
)
async def test_what_the_commit_holds_says_which_rules_do(
    there: dict[str, bytes], holding: tuple[e.PathRule, ...]
) -> None:
    stage = staged(ruled(*RULES, of=BRANCHED, known=False))
    stage.sources.files[COMMIT] = there

    assert await ruled_by(stage) == holding


async def test_where_the_branch_left_its_base_is_asked_and_what_the_merge_would_change_counts_too() -> None:
    older = "01de" * 10
    change = kept(json.dumps({"base": BASE, "files": {"docs/moved.md": None}}))
    written = (
        structs.replace(each, change=change) if isinstance(each, e.CodeGenerated) else each
        for each in BRANCHED
    )
    stage = staged(ruled(*RULES, of=tuple(written), known=False))
    stage.branches.forked_at = older
    stage.sources.files |= {older: {"infra/a.tf": b"0"}, COMMIT: {"infra/a.tf": b"1"}}

    assert await ruled_by(stage) == (INFRA, ANY_PATH)


async def test_a_repository_without_rules_asks_nobody_and_notes_nothing() -> None:
    stage = staged(BRANCHED)

    for number in range(4):
        await publishing.create_pull_request(stage.world, ID, key=str(number))

    assert [type(each).__name__ for each in stage.log.events()[len(BRANCHED) :]] == [
        "PullRequestCreated",
        "CheckOpened",
    ]


async def test_what_is_missing_is_said_wherever_one_asks() -> None:
    stage = staged(ruled(PAYMENTS, INFRA))
    stage.repositories.teams = {"@acme/Platform": frozenset({DEVELOPER.id})}

    assert await says("/claude approve", stage, by=ADMIN) == snapshot("""\
<!-- claude-code-bot:reply:d-0 -->
Approved by @admin for `c0dec0d`.

For paths that it changes it **waits for**:
- 1 of 2 approvals by an admin for `payments/**`
- an approval by `@\u200bacme/Platform` or `@\u200bViewer` for `infra/`\
""")
    _, view = await look(stage.world, ID)
    assert status_comment(view).split("\n\n")[5:8] == snapshot([
        """\
For paths that it changes it **waits for**:
- 1 of 2 approvals by an admin for `payments/**`
- an approval by `@\u200bacme/Platform` or `@\u200bViewer` for `infra/`\
""",
        "Pull request #12 (1 file), tested by `pytest -q`: 8 passed, 5 before this change.",
        "Approved by @admin.",
    ])
    assert await says("/claude why", stage) == snapshot("""\
<!-- claude-code-bot:reply:d-1 -->
`k7p2m4q9xa` is **reviewing** since 2026-01-01 09:00:08 UTC (0.0 s).

**Waits for approvals (1 given)** of `c0dec0d` by somebody with write access other than @requester: approve #12 in a review, or comment `/claude approve`, `/claude changes <what>` or `/claude reject <why>` there. An approval by somebody who may deploy releases the deployment as well.

For paths that it changes it **waits for**:
- 1 of 2 approvals by an admin for `payments/**`
- an approval by `@\u200bacme/Platform` or `@\u200bViewer` for `infra/`\
""")
    section = await passport_section(stage.world, stage.log.integration())
    assert [line for line in section.splitlines() if "Approvals" in line] == snapshot([
        "- **Approvals**: @admin of `c0dec0dec0de`, 2026-01-01 09:00 UTC, may deploy (waits; it takes 1, and 2 approvals by an admin for `payments/**`, and 1 approval by `@\u200bacme/Platform` or `@\u200bViewer` for `infra/`)"
    ])
    await show_status(stage.world, ID, 99, 0, key="k")
    assert stage.checks.reworded == snapshot([(31, "Tests passed; waiting for approval")])

    assert await says("/claude approve", stage, by=DEVELOPER) == snapshot("""\
<!-- claude-code-bot:reply:d-3 -->
Approved by @developer for `c0dec0d`.

For paths that it changes it **waits for**:
- 1 of 2 approvals by an admin for `payments/**`\
""")
    last = [each for each in stage.log.events() if isinstance(each, e.Approved)][-1]
    assert (last.role, last.teams, last.unasked) == ("developer", ("@acme/Platform",), ())


async def test_a_review_that_does_not_suffice_is_answered_and_one_that_does_is_not() -> None:
    stage = staged(ruled(structs.replace(PAYMENTS, count=1)))
    for key, by in (("a", DEVELOPER), ("b", ADMIN)):
        context = Context(key=key, door="github", world=stage.world)
        await GITHUB["pull_request_review.submitted"](review(by=by, commit=COMMIT), context)

    assert stage.comments.on(PULL) == snapshot([
        """\
<!-- claude-code-bot:reply:a -->
Approved by @developer for `c0dec0d`.

For paths that it changes it **waits for**:
- an approval by an admin for `payments/**`\
"""
    ])
    assert stage.log.integration().approved


async def test_a_membership_that_cannot_be_known_grants_nothing_and_that_is_said() -> None:
    stage = staged(ruled(INFRA))
    stage.repositories.is_blind = True

    assert await says("/claude approve", stage) == snapshot("""\
<!-- claude-code-bot:reply:d-0 -->
Approved by @developer for `c0dec0d`.

For paths that it changes it **waits for**:
- an approval by `@\u200bacme/Platform` or `@\u200bViewer` for `infra/`

GitHub does not let me know whether @developer is a member of `@\u200bacme/Platform`, so this is no approval by it: the App lacks the right to read members. Its operator can grant it.\
""")
    assert not stage.log.integration().approved
    assert stage.log.integration().approvals[-1].unasked == ("@acme/Platform",)


async def test_who_becomes_an_administrator_approves_once_more_and_meets_the_rule() -> None:
    stage = staged(ruled(structs.replace(PAYMENTS, count=1)))
    await says("/claude approve", stage)
    stage.repositories.roles = {DEVELOPER.id: "admin"}

    said = await says("/claude approve", stage)

    assert stage.log.integration().approved
    assert "Approved by @developer for `c0dec0d`. I will merge exactly this commit" in said


# --- before the merge -------------------------------------------------------------------------------------

ONE_ADMIN: Final = structs.replace(PAYMENTS, count=1)


def about_to_merge(*rules: e.PathRule, approval: e.Approved = BY_ADMIN) -> Stage:
    before = ruled(*rules, of=CHECKED, approval_days=7)
    stage = staged(tuple(approval if isinstance(each, e.Approved) else each for each in before))
    stage.clock = FakeClock(time=NOW)
    return stage


async def test_id_12_who_is_no_administrator_by_then_lets_nothing_of_that_path_in() -> None:
    stage = about_to_merge(ONE_ADMIN)
    stage.repositories.roles = {**(stage.repositories.roles or {}), ADMIN.id: "write"}

    with pytest.raises(StepFailed, match="approver_lost_access") as failure:
        await steps.deploy(stage.world, ID, key="k")

    assert (failure.value.detail, stage.pulls.merged) == ("payments/**", [])


async def test_id_12_who_has_left_the_team_by_then_lets_nothing_of_that_path_in() -> None:
    stage = about_to_merge(INFRA, approval=structs.replace(BY_ADMIN, teams=(TEAM,)))
    stage.repositories.teams = {"@acme/Platform": frozenset()}

    with pytest.raises(StepFailed, match="approver_lost_access"):
        await steps.deploy(stage.world, ID, key="k")


async def test_what_is_met_still_is_merged() -> None:
    stage = about_to_merge(ONE_ADMIN)

    await steps.deploy(stage.world, ID, key="k")

    assert stage.pulls.merged == [(PULL, COMMIT)]


async def test_sm_02_an_approval_that_is_over_merges_nothing_however_late_that_is_noticed() -> None:
    stage = about_to_merge(ONE_ADMIN, approval=HOLDS)

    standing = await steps.deploy(stage.world, ID, key="k")

    assert (standing, stage.pulls.merged) == ([State.REVIEWING, None], [])
    assert stage.log.events()[-1] == LAPSED
    await publishing.create_pull_request(stage.world, ID, key="again")
    assert stage.log.integration().waiting_for == "approval"
    [(head, name, conclusion)] = [it for check, it in stage.checks.runs.items() if check != 31]
    assert (head, name, conclusion) == (COMMIT, f"{ID}:2", None)


async def test_where_others_hold_it_is_merged_without_the_one_that_is_over() -> None:
    stage = about_to_merge(approval=HOLDS)
    more = e.Approved(by=DEVELOPER, head=COMMIT, deploys=False, role="developer")
    stage.log.holds([more])

    await steps.deploy(stage.world, ID, key="k")

    assert stage.pulls.merged == [(PULL, COMMIT)]
    assert [type(each).__name__ for each in stage.log.events()[-2:]] == ["ApprovalLapsed", "Merged"]


async def test_what_was_merged_and_not_noted_is_not_unmerged_by_a_lapse() -> None:
    stage = about_to_merge(ONE_ADMIN, approval=HOLDS)
    stage.pulls.has(PULL, BRANCH, COMMIT, state="closed", merged=True, merge_sha=MERGED_SHA)

    await steps.deploy(stage.world, ID, key="k")

    assert stage.log.events()[-1] == e.Merged(head=COMMIT, commit=MERGED_SHA)


# --- where the base has moved since -----------------------------------------------------------------------

ONTO: Final = "0b0e" * 10
MOVED_THERE: Final = Merging(edits=(FileEdit(path="payments/erp.py", content=b"new"),))


def judged_by_checks(*, merging: Merging | StepFailed = MOVED_THERE, onto: str = ONTO) -> Stage:
    """About to merge what others' checks judge, whose base somebody has pushed to; no rule holds so far."""
    before = ruled(ONE_ADMIN, of=CHECKED)
    stage = staged(
        tuple(
            structs.replace(each, tester="checks")
            if isinstance(each, e.RequestValidated)
            else structs.replace(each, rules=())
            if isinstance(each, e.GateRuled)
            else structs.replace(BY_ADMIN, by=DEVELOPER, role="developer")
            if isinstance(each, e.Approved)
            else each
            for each in before
        )
    )
    stage.branches.heads["main"] = Commit(sha=onto, tree="7ee1" * 10)
    stage.branches.forked_at = BASE
    stage.sources.merging = merging
    return stage


@pytest.mark.parametrize("merging", [MOVED_THERE, StepFailed("merge_too_complex")], ids=["moved", "unknown"])
async def test_sm_02_what_the_base_moves_into_a_path_by_then_takes_that_paths_approvals(
    merging: Merging | StepFailed,
) -> None:
    stage = judged_by_checks(merging=merging)

    assert await steps.deploy(stage.world, ID, key="k") == [State.REVIEWING, None, "checks"]

    assert stage.pulls.merged == []
    assert stage.log.events()[-1] == e.GateRuled(head=COMMIT, change=CHANGE, rules=(ONE_ADMIN,))
    await publishing.create_pull_request(stage.world, ID, key="again")
    assert stage.log.integration().waiting_for == "approval"
    await says("/claude approve", stage, by=ADMIN)
    for key in ("release", "close", "passport", "merge"):
        it = stage.log.integration()
        step = publishing.create_pull_request if it.state is State.REVIEWING else steps.deploy
        await step(stage.world, ID, key=key)
    assert stage.pulls.merged == [(PULL, COMMIT)]
    assert sum(isinstance(each, e.GateRuled) for each in stage.log.events()) == 2


async def test_a_base_that_moves_nothing_into_such_a_path_or_not_at_all_shuts_no_gate() -> None:
    for stage in (
        judged_by_checks(merging=Merging(edits=(FileEdit(path="shop/erp.py", content=b"new"),))),
        judged_by_checks(merging=Merging(edits=())),
        judged_by_checks(onto=BASE),
    ):
        await steps.deploy(stage.world, ID, key="k")

        assert stage.pulls.merged == [(PULL, COMMIT)]


async def test_what_was_merged_and_not_noted_is_not_ruled_anew() -> None:
    stage = judged_by_checks()
    stage.pulls.has(PULL, BRANCH, COMMIT, state="closed", merged=True, merge_sha=MERGED_SHA)

    await steps.deploy(stage.world, ID, key="k")

    assert stage.log.events()[-1] == e.Merged(head=COMMIT, commit=MERGED_SHA)


# --- in time ----------------------------------------------------------------------------------------------


async def test_every_ten_minutes_what_is_over_lapses_once_and_its_giver_is_told_where_it_stood() -> None:
    stage = staged((*ruled(approvals=2, approval_days=7), HOLDS), clock=FakeClock(time=NOW))

    for key in ("one", "two"):
        for each in await find_waiting(stage.world, key=key):
            await lapse_of(stage.world, each, key=key)

    assert [each for each in stage.log.events() if isinstance(each, e.ApprovalLapsed)] == [LAPSED]
    for version in (98, 99):
        await show_status(stage.world, ID, version, 0, key="k")
    assert [said.partition(" -->\n")[2] for said in stage.comments.on(PULL)] == snapshot([
        "@admin, your approval of `c0dec0d` has lapsed: one holds for 7 days here. Look at it again, then `/claude approve`."
    ])


class Slow(FakePullRequests):
    """While it merges, somebody looks for approvals that are over."""

    meanwhile: Callable[[], Awaitable[None]]

    async def merge(
        self, repository: Repository, number: int, *, head: str, method: MergeMethod, message: str
    ) -> str | None:
        made = await super().merge(repository, number, head=head, method=method, message=message)
        await self.meanwhile()
        return made


async def test_sm_02_what_is_being_merged_is_left_by_the_look_for_lapses_to_whoever_merges_it() -> None:
    stage = about_to_merge(ONE_ADMIN, approval=HOLDS)
    stage.log.holds([e.MergeHeld(code="blocked")])
    stage.clock.time = NOW - timedelta(seconds=1)
    stage.pulls = pulls = Slow()
    pulls.has(PULL, BRANCH, COMMIT)

    async def a_second_later() -> None:
        stage.clock.time = NOW
        for each in await find_waiting(stage.world, key="lapse"):
            await lapse_of(stage.world, each, key="lapse")

    pulls.meanwhile = a_second_later

    await steps.deploy(stage.world, ID, key="k")

    it = stage.log.integration()
    assert (it.state, it.merged, it.lapses) == (State.DEPLOYING, MERGED_SHA, ())
    assert [each.by for each in it.approvals] == [ADMIN]


async def test_what_waits_to_be_merged_is_tried_again_once_an_approval_is_over() -> None:
    stage = about_to_merge(ONE_ADMIN, approval=HOLDS)
    stage.log.holds([e.MergeHeld(code="blocked")])

    for key in ("one", "two"):
        await lapse_of(stage.world, ID, key=key)

    assert [each for each in stage.log.events() if isinstance(each, e.MergeTriedAgain)] == [
        e.MergeTriedAgain(because="lapse")
    ]
    assert await steps.deploy(stage.world, ID, key="k") == [State.REVIEWING, None]
    assert stage.log.events()[-1] == LAPSED


async def test_f47_sm_02_what_was_said_too_long_ago_is_refused_with_the_reason() -> None:
    stage = staged(ruled(approval_days=7), clock=FakeClock(time=BEGAN + timedelta(days=9)))

    assert await says("/claude approve", stage) == snapshot("""\
<!-- claude-code-bot:reply:d-0 -->
You said that more than 7 days ago, and an approval holds no longer here. Look at it again, then say it again.\
""")
    context = Context(key="r", door="github", world=stage.world)
    late = review(by=ADMIN, commit=COMMIT)
    late["review"]["submitted_at"] = "2026-01-02T10:00:00Z"
    await GITHUB["pull_request_review.submitted"](late, context)
    assert stage.comments.on(PULL)[-1] == snapshot("""\
<!-- claude-code-bot:reply:r -->
This approval does not count for me. You said that more than 7 days ago, and an approval holds no longer here. Look at it again, then say it again.\
""")
    assert stage.log.integration().approvals == ()


async def test_an_approval_says_until_when_it_holds() -> None:
    stage = staged(ruled(approval_days=7), clock=FakeClock(time=BEGAN + timedelta(days=1)))

    await says("/claude approve", stage)

    [given] = stage.log.integration().approvals
    assert given.until == "2026-01-08T10:00:00+00:00"
    assert await find_waiting(stage.world, key="k") == []
