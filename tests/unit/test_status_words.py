"""Every sentence of the status comment and of the last word, pinned in each state."""

# ruff: noqa: E501  a sentence is pinned as it is said

import re
from typing import Final

import pytest
from inline_snapshot import snapshot
from msgspec import structs

from bot.application.status_words import duration, last_word, status_comment
from bot.application.suite_words import failing_for_the_model
from bot.application.views import view_of
from bot.application.waiting_words import waiting_words
from bot.domain import events as e
from bot.domain.reports import Failing, Told
from bot.domain.trust import Remark, Tested
from tests.unit.histories import (
    ACTIVE,
    AGREED,
    ASKED,
    COMMIT,
    DEPLOYING,
    HELD_UP,
    LOST,
    MERGED_FOR_A_DEVELOPER,
    REPAIRING,
    REPORT,
    REQUESTED,
    REQUESTER,
    TAKEN_UP,
    TESTED,
    UP_FOR_REVIEW,
    WORKED,
    WRITTEN,
    History,
    cancelled,
    failed,
    integration,
    recorded,
    turn,
)

SELF_APPROVED = (*UP_FOR_REVIEW, e.Approved(by=REQUESTER, head=COMMIT, deploys=False))
UNDONE = (
    *failed(*DEPLOYING, reason="deployment", during="deploying", detail="failure"),
    e.StepUndone(step="deploy", outcome="needs_person", what="revert_opened:14"),
    e.StepUndone(step="create_pull_request", outcome="nothing", what="merged"),
    e.StepUndone(step="run_tests", outcome="nothing", what=""),
    e.StepUndone(step="generate_code", outcome="undone", what="branch_deleted"),
    e.UndoFinished(),
)


def comment(history: History, detail: str = "") -> str:
    return status_comment(view_of(integration(history), recorded(history), detail=detail))


def end(history: History, detail: str = "") -> str:
    return last_word(view_of(integration(history), recorded(history), detail=detail))


def below_the_table(history: History, detail: str = "") -> str:
    return comment(history, detail).partition("| Merge and deploy")[2].partition("\n\n")[2]


def test_the_status_comment_of_a_draft() -> None:
    assert comment(REQUESTED) == snapshot("""\
<!-- claude-code-bot:status:k7p2m4q9xa -->

### Integration `k7p2m4q9xa`: draft

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | to come |  |  |
| Write the code | to come |  |  |
| Run the tests | to come |  |  |
| Pull request and approval | to come |  |  |
| Merge and deploy | to come |  |  |

<sub>Cost so far: $0.0000 of at most $5.00, 0 of at most 60 model turns.</sub>\
""")


def test_the_status_comment_while_it_is_validated() -> None:
    assert comment(TAKEN_UP) == snapshot("""\
<!-- claude-code-bot:status:k7p2m4q9xa -->

### Integration `k7p2m4q9xa`: validating

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | **running** | 2026-01-01 09:00:01 |  |
| Write the code | to come |  |  |
| Run the tests | to come |  |  |
| Pull request and approval | to come |  |  |
| Merge and deploy | to come |  |  |

<sub>Cost so far: $0.0000 of at most $5.00, 0 of at most 60 model turns.</sub>\
""")


def test_the_status_comment_while_an_answer_is_waited_for() -> None:
    assert comment(ASKED, "- Which ERP, @org/team?\n- /lgtm") == snapshot("""\
<!-- claude-code-bot:status:k7p2m4q9xa -->

### Integration `k7p2m4q9xa`: validating

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | **waiting** | 2026-01-01 09:00:01 |  |
| Write the code | to come |  |  |
| Run the tests | to come |  |  |
| Pull request and approval | to come |  |  |
| Merge and deploy | to come |  |  |

**Waits for an answer** from @requester, or anyone with write access: `/claude answer <text>`.

> - Which ERP, @\u200borg/team?
> - /lgtm

<sub>Cost so far: $0.0000 of at most $5.00, 0 of at most 60 model turns.</sub>\
""")


def test_the_status_comment_while_the_code_is_written() -> None:
    assert comment(WORKED) == snapshot("""\
<!-- claude-code-bot:status:k7p2m4q9xa -->

### Integration `k7p2m4q9xa`: generating

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | 2026-01-01 09:00:01 | 2.0 s |
| Write the code | **running** | 2026-01-01 09:00:03 |  |
| Run the tests | to come |  |  |
| Pull request and approval | to come |  |  |
| Merge and deploy | to come |  |  |

Its tests are run by `pytest -q`.

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


@pytest.mark.parametrize(
    ("held_up", "said"),
    [
        (
            HELD_UP,
            "**Claude does not answer at the moment** (`claude_unreachable`). "
            "I try again by myself, for up to half an hour.",
        ),
        (
            e.HeldUp(by="git", code="git_unreachable"),
            "**GitHub does not answer at the moment** (`git_unreachable`). "
            "I try again by myself, for up to half an hour.",
        ),
        (
            e.HeldUp(by="claude", code="claude_rate_limited"),
            "**Claude asks me to wait** (`claude_rate_limited`). "
            "I try again by myself, for up to half an hour.",
        ),
        (
            e.HeldUp(by="claude", code="claude_refused_account"),
            "**Held back.** The model does not accept the operator's key. (`claude_refused_account`) "
            "Nothing is lost and nothing is paid for: I try again by myself, for up to half an hour",
        ),
    ],
)
def test_the_status_comment_says_what_does_not_answer(held_up: e.HeldUp, said: str) -> None:
    assert said in below_the_table((*WORKED, held_up))
    assert said not in below_the_table((*WORKED, held_up, turn(4)))


def test_the_status_comment_while_it_is_tested() -> None:
    assert comment(WRITTEN) == snapshot("""\
<!-- claude-code-bot:status:k7p2m4q9xa -->

### Integration `k7p2m4q9xa`: testing

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | 2026-01-01 09:00:01 | 2.0 s |
| Write the code | done | 2026-01-01 09:00:03 | 4.0 s |
| Run the tests | **running** | 2026-01-01 09:00:07 |  |
| Pull request and approval | to come |  |  |
| Merge and deploy | to come |  |  |

Its tests are run by `pytest -q`.

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


def test_the_status_comment_in_a_repair() -> None:
    assert comment(REPAIRING) == snapshot("""\
<!-- claude-code-bot:status:k7p2m4q9xa -->

### Integration `k7p2m4q9xa`: generating

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | 2026-01-01 09:00:01 | 2.0 s |
| Write the code | done | 2026-01-01 09:00:03 | 4.0 s |
| Run the tests | tests failed, repairing | 2026-01-01 09:00:07 | 2.0 s |
| Write the code | **running** | 2026-01-01 09:00:09 |  |
| Run the tests | to come |  |  |
| Pull request and approval | to come |  |  |
| Merge and deploy | to come |  |  |

Its tests are run by `pytest -q`.

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


TWO: Final = (
    Failing(name="test_a", where="tests.test_cart", message="assert 3 == 4"),
    Failing(name="tests/test_b.py::test_`b`", where="tests/test_b.py"),
)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            Told(passed=38, failed=2, failing=TWO),
            "**2 of 40 failed**: `tests.test_cart::test_a`, `tests/test_b.py::test_'b'`.",
        ),
        (Told(passed=1, failed=9, failing=TWO * 4), "**9 of 10 failed**: `tests.test_cart::test_a`, "),
        (Told(failed=3), "**3 failed**."),
        (
            Told(passed=2, failed=1, doubts=("report_passed",)),
            "**1 of 3 failed**. The run's own report counts no failure. How the run ended decides, not the report.",
        ),
        (
            Told(doubts=("report_broken",)),
            "What the run wrote as its report is none, or cannot be read within bounds.",
        ),
    ],
)
def test_which_tests_failed_stands_in_the_status_comment(told: Told, said: str) -> None:
    assert said in status_comment(view_of(integration(REPAIRING), recorded(REPAIRING), told=told))


def test_of_many_that_failed_some_are_named_and_the_rest_is_counted() -> None:
    told = Told(passed=1, failed=9, failing=TWO * 4)

    assert ", and 4 more." in status_comment(view_of(integration(REPAIRING), recorded(REPAIRING), told=told))


@pytest.mark.parametrize("told", [None, Told(), Told(passed=3), Told(passed=3, doubts=("report_failed",))])
def test_where_none_failed_none_is_named(told: Told | None) -> None:
    assert "failed**" not in status_comment(view_of(integration(REPAIRING), recorded(REPAIRING), told=told))


def test_the_model_is_told_more_of_them_with_their_messages() -> None:
    assert failing_for_the_model(Told(passed=38, failed=3, failing=TWO, doubts=("report_broken",))) == (
        "3 of 41 failed:\n"
        "- tests.test_cart::test_a: assert 3 == 4\n"
        "- tests/test_b.py::test_`b`\n"
        "- and 1 more\n"
        "What the run wrote as its report is none, or cannot be read within bounds."
    )
    assert failing_for_the_model(Told(failed=3)) == "3 failed."
    assert failing_for_the_model(Told(passed=3)) == ""


def test_the_status_comment_before_the_pull_request() -> None:
    assert comment(TESTED) == snapshot("""\
<!-- claude-code-bot:status:k7p2m4q9xa -->

### Integration `k7p2m4q9xa`: reviewing

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | 2026-01-01 09:00:01 | 2.0 s |
| Write the code | done | 2026-01-01 09:00:03 | 4.0 s |
| Run the tests | done | 2026-01-01 09:00:07 | 1.0 s |
| Pull request and approval | **running** | 2026-01-01 09:00:08 |  |
| Merge and deploy | to come |  |  |

Its tests are run by `pytest -q`.

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


def test_where_the_operator_allows_it_the_requester_may_approve_and_the_comment_says_so() -> None:
    view = view_of(integration(UP_FOR_REVIEW), recorded(UP_FOR_REVIEW), own_counts=True)

    assert waiting_words(view) == snapshot([
        "**Waits for an approval** of `c0dec0d` by somebody with write access, @requester too (the operator allows one's own approval here): approve #12 in a review, or comment `/claude approve`, `/claude changes <what>` or `/claude reject <why>` there. An approval by somebody who may deploy releases the deployment as well."
    ])


def test_the_status_comment_while_an_approval_is_waited_for() -> None:
    assert comment(UP_FOR_REVIEW) == snapshot("""\
<!-- claude-code-bot:status:k7p2m4q9xa -->

### Integration `k7p2m4q9xa`: reviewing

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | 2026-01-01 09:00:01 | 2.0 s |
| Write the code | done | 2026-01-01 09:00:03 | 4.0 s |
| Run the tests | done | 2026-01-01 09:00:07 | 1.0 s |
| Pull request and approval | **waiting** | 2026-01-01 09:00:08 |  |
| Merge and deploy | to come |  |  |

**Waits for an approval** of `c0dec0d` by somebody with write access other than @requester: approve #12 in a review, or comment `/claude approve`, `/claude changes <what>` or `/claude reject <why>` there. An approval by somebody who may deploy releases the deployment as well.

Pull request #12 (1 file), tested by `pytest -q`: 8 passed, 5 before this change.

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


def test_the_status_comment_says_that_one_approved_alone() -> None:
    assert below_the_table(SELF_APPROVED) == snapshot("""\
Pull request #12 (1 file), tested by `pytest -q`: 8 passed, 5 before this change.

Approved by @requester (the operator allows one's own approval here).

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


def test_the_status_comment_while_somebody_who_may_deploy_is_waited_for() -> None:
    assert comment(MERGED_FOR_A_DEVELOPER) == snapshot("""\
<!-- claude-code-bot:status:k7p2m4q9xa -->

### Integration `k7p2m4q9xa`: deploying

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | 2026-01-01 09:00:01 | 2.0 s |
| Write the code | done | 2026-01-01 09:00:03 | 4.0 s |
| Run the tests | done | 2026-01-01 09:00:07 | 1.0 s |
| Pull request and approval | done | 2026-01-01 09:00:08 | 6.0 s |
| Merge and deploy | **waiting** | 2026-01-01 09:00:14 |  |

**Merged; waits for somebody who may deploy** (a maintainer or an administrator): `/claude deploy`.

Pull request #12 (1 file), tested by `pytest -q`: 8 passed, 5 before this change.

Approved by @developer.

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


def test_the_status_comment_while_the_deployment_runs() -> None:
    assert below_the_table(DEPLOYING) == snapshot("""\
**Waits for the deployment** to production to report how it went.

Pull request #12 (1 file), tested by `pytest -q`: 8 passed, 5 before this change.

Approved by @admin.

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


REMARKED = (*WRITTEN, e.TestsPassed(attempt=1, report=REPORT, passed=4, remarks=("fewer_passed",)))
TESTED_SO = Tested(
    passed=4,
    before=5,
    remarks=(
        Remark(code="fewer_passed", before=5, now=4),
        Remark(code="tests_removed", paths=("tests/test_a.py", "tests/`@org/team`.py")),
    ),
)


def test_the_status_comment_names_the_remarks_before_an_approval() -> None:
    history = (*REMARKED, *UP_FOR_REVIEW[len(WRITTEN) + 1 :])

    said = status_comment(view_of(integration(history), recorded(history), tested=TESTED_SO))

    assert "| Run the tests | passed, with remarks |" in said
    assert said.partition("the deployment as well.\n\n")[2] == snapshot("""\
Pull request #12 (1 file), tested by `pytest -q`: 4 passed, 5 before this change, but **with remarks**.

**Look at the tests.** They passed, but:

- Fewer tests pass than before this change: 4, before 5.
- Tests were removed: `tests/test_a.py`, `tests/'@\u200borg/team'.py`.

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


def test_the_status_comment_says_what_could_not_be_counted() -> None:
    history = (*WRITTEN, e.TestsPassed(attempt=1, report=REPORT), *UP_FOR_REVIEW[len(WRITTEN) + 1 :])

    assert comment(history).partition("the deployment as well.\n\n")[2] == snapshot("""\
Pull request #12 (1 file), tested by `pytest -q`: passed by its status alone, not counted.

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


def test_the_status_comment_says_what_was_shown_to_nobody() -> None:
    history = (*AGREED, structs.replace(turn(2), left_out=("AWS key", "private key")))
    hidden = tuple(f"certs/{number:02}.pem" for number in range(12))

    said = status_comment(view_of(integration(history), recorded(history), kept_back=hidden))

    assert said.partition("to come |  |  |\n\n")[2].rpartition("\n\n")[0] == snapshot("""\
Its tests are run by `pytest -q`.

Shown neither to the model nor to the tests, for their names: `certs/00.pem`, `certs/01.pem`, `certs/02.pem`, `certs/03.pem`, `certs/04.pem`, `certs/05.pem`, `certs/06.pem`, `certs/07.pem`, `certs/08.pem`, `certs/09.pem` and 2 more.

Left out of what the model was shown, because it looks like a secret: AWS key, private key. Whoever can read the repository, the issue or what its tests print can read it: make it invalid.\
""")


@pytest.mark.parametrize(
    ("reason", "detail", "said"),
    [
        (
            "tests_remarked",
            "attempt 4",
            snapshot("""\
<!-- claude-code-bot:end:k7p2m4q9xa -->
@requester `k7p2m4q9xa` has **failed**.

**Failed** in “Run the tests” (`tests_remarked`). The tests pass, but with remarks, and this repository accepts none (`test_remarks: refuse`). After every repair I may try there still were these:

- Fewer tests pass than before this change: 4, before 5.
- Tests were removed: `tests/test_a.py`, `tests/'@\u200borg/team'.py`.

There was nothing to take back.\
"""),
        ),
        (
            "remarks_disputed",
            "The old test was wrong.",
            snapshot("""\
<!-- claude-code-bot:end:k7p2m4q9xa -->
@requester `k7p2m4q9xa` has **failed**.

**Failed** in “Run the tests” (`remarks_disputed`). The tests pass, but with remarks, and this repository accepts none (`test_remarks: refuse`). The model left its change as it is; `/claude retry from testing` tests it once more. These are the remarks, and what it says to them:

- Fewer tests pass than before this change: 4, before 5.
- Tests were removed: `tests/test_a.py`, `tests/'@\u200borg/team'.py`.

> The old test was wrong.

There was nothing to take back.\
"""),
        ),
    ],
)
def test_the_last_word_where_remarks_are_refused(reason: str, detail: str, said: str) -> None:
    history = (*failed(*WRITTEN, reason=reason, detail=detail), e.UndoFinished())

    assert (
        last_word(view_of(integration(history), recorded(history), tested=TESTED_SO, detail=detail)) == said
    )


def test_the_status_comment_of_what_runs() -> None:
    assert comment(ACTIVE) == snapshot("""\
<!-- claude-code-bot:status:k7p2m4q9xa -->

### Integration `k7p2m4q9xa`: active

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | 2026-01-01 09:00:01 | 2.0 s |
| Write the code | done | 2026-01-01 09:00:03 | 4.0 s |
| Run the tests | done | 2026-01-01 09:00:07 | 1.0 s |
| Pull request and approval | done | 2026-01-01 09:00:08 | 6.0 s |
| Merge and deploy | done | 2026-01-01 09:00:14 | 6.0 s |

Pull request #12 (1 file), tested by `pytest -q`: 8 passed, 5 before this change.

Approved by @admin.

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


def test_the_status_comment_while_it_is_taken_back() -> None:
    assert comment(failed(*cancelled(*WRITTEN), reason="cancelled")) == snapshot("""\
<!-- claude-code-bot:status:k7p2m4q9xa -->

### Integration `k7p2m4q9xa`: failed

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | 2026-01-01 09:00:01 | 2.0 s |
| Write the code | done | 2026-01-01 09:00:03 | 4.0 s |
| Run the tests | **failed** | 2026-01-01 09:00:07 | 2.0 s |

Its tests are run by `pytest -q`.

**Failed** in “Run the tests” (`cancelled`). It was cancelled.

I am taking back what I made.

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


def test_the_status_comment_of_a_roll_back() -> None:
    assert comment(UNDONE) == snapshot("""\
<!-- claude-code-bot:status:k7p2m4q9xa -->

### Integration `k7p2m4q9xa`: failed

Asked for by @requester.

| step | | began (UTC) | took |
|---|---|---|---|
| Validate the request | done | 2026-01-01 09:00:01 | 2.0 s |
| Write the code | done | 2026-01-01 09:00:03 | 4.0 s |
| Run the tests | done | 2026-01-01 09:00:07 | 1.0 s |
| Pull request and approval | done | 2026-01-01 09:00:08 | 6.0 s |
| Merge and deploy | **failed** | 2026-01-01 09:00:14 | 5.0 s |

Pull request #12 (1 file), tested by `pytest -q`: 8 passed, 5 before this change.

Approved by @admin.

**Failed** in “Merge and deploy” (`deployment`). The deployment failed after the merge.

Detail: `failure`.

What I took back:
- Merge and deploy: **needs a person** (revert pull request opened, for a person to merge, #14)
- Pull request and approval: nothing to undo (merged already; see the roll-back)
- Run the tests: nothing to undo
- Write the code: undone (branch deleted)

<sub>Cost so far: $0.0300 of at most $5.00, 3 of at most 60 model turns; 0% of what the model was given came from its cache.</sub>\
""")


def test_the_last_word_of_what_runs() -> None:
    assert end(ACTIVE) == snapshot("""\
<!-- claude-code-bot:end:k7p2m4q9xa -->
@requester `k7p2m4q9xa` is **active**: #12 is merged and deployed to production.\
""")


def test_the_last_word_of_what_was_refused() -> None:
    history = (
        *failed(*TAKEN_UP, reason="refused", during="validating", detail="digest"),
        e.UndoFinished(),
    )

    assert end(history, "It asks for a password,\nwhich @org/team must not commit.") == snapshot("""\
<!-- claude-code-bot:end:k7p2m4q9xa -->
@requester `k7p2m4q9xa` has **failed**.

**Failed** in “Validate the request” (`refused`). I will not do this, for the reason below.

> It asks for a password,
> which @\u200borg/team must not commit.

There was nothing to take back.\
""")


def test_the_last_word_of_what_failed_before_anything_began() -> None:
    assert end((*failed(*REQUESTED, reason="cancelled", during="draft"), e.UndoFinished())) == snapshot("""\
<!-- claude-code-bot:end:k7p2m4q9xa -->
@requester `k7p2m4q9xa` has **failed**.

**Failed** (`cancelled`). It was cancelled.

There was nothing to take back.\
""")


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ((), "3 of at most 60 model turns; 0%"),
        ((LOST,), "3 of at most 60 model turns, 1 answer that broke off; 2%"),
        ((LOST, LOST), "3 of at most 60 model turns, 2 answers that broke off; 4%"),
    ],
)
def test_the_cost_names_the_answers_that_broke_off(losses: History, said: str) -> None:
    assert comment((*WORKED, *losses)).endswith(
        f"{said} of what the model was given came from its cache.</sub>"
    )


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0.0 s"),
        (59.94, "59.9 s"),
        (60, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (90_061, "25 h 1 min"),
    ],
)
def test_a_span_of_time_is_said_as_people_read_it(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize("reason", ["sandbox_unavailable", "job_failed", "git_unavailable", "internal"])
def test_sx_12_the_operators_machine_is_not_described_to_everybody(reason: str) -> None:
    history = failed(
        *WRITTEN, reason=reason, detail="bwrap: Can't mkdir /srv/bot/data/copies: Read-only file system"
    )
    view = view_of(integration(history), recorded(history))

    assert not re.search(r"Detail|bwrap|/srv", status_comment(view) + last_word(view))
