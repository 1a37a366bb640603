"""Every sentence the bot says after a command, in a refusal, in a pull request and in a commit, pinned."""

# ruff: noqa: E501  a sentence is pinned as it is said

import re
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.application import (
    fix_words,
    refusal_words,
    remark_words,
    review_tool_words,
    slack_fault_words,
    words,
)
from bot.application.reasons import OUTCOMES, REASONS, why
from bot.application.status_words import THINGS
from bot.domain.commands import Misspoken
from bot.domain.policy import (
    CannotGoOn,
    CeilingReached,
    Denied,
    MergedAlready,
    NotAllowed,
    NothingWaits,
    OwnCommits,
    OwnerNotAllowed,
    Permission,
    Role,
    SelfApproval,
    StaleApproval,
    TooManyUnderWay,
)
from bot.domain.states import InvalidStateTransition, State
from bot.domain.trust import Remark, Tested
from bot.infrastructure.github_answers import _CODES, _OTHERWISE, _STANDSTILLS
from bot.troubles import SENTENCES
from handlers import COMMANDS
from tests.unit.histories import COMMIT, DEVELOPER, REQUESTER

ROOT = Path(__file__).parents[2]


def test_a_reason_that_has_no_sentence_yet_is_shown_as_its_code() -> None:
    assert why("brand_new") == snapshot("Reason: `brand_new`.")


REFUSALS: list[tuple[Denied | InvalidStateTransition, str]] = [
    (
        NotAllowed(Role.VIEWER, Permission.WRITE),
        snapshot(
            "This needs `integration:write`, and you are viewer here. Somebody who is developer or admin could do it."
        ),
    ),
    (
        NotAllowed(None, Permission.DEPLOY),
        snapshot(
            "This needs `integration:deploy`, and you have no role here. Somebody who is admin could do it."
        ),
    ),
    (
        NotAllowed(Role.DEVELOPER, Permission.READ),
        snapshot(
            "This needs `integration:read`, and you are developer here. Somebody who is viewer or developer or admin could do it."
        ),
    ),
    (
        MergedAlready(Role.DEVELOPER),
        snapshot(
            "It is merged. To stop it now is to roll it back, which needs `integration:deploy`, and you are developer here. Somebody who is admin could do it."
        ),
    ),
    (
        MergedAlready(None),
        snapshot(
            "It is merged. To stop it now is to roll it back, which needs `integration:deploy`, and you have no role here. Somebody who is admin could do it."
        ),
    ),
    (
        OwnerNotAllowed("evil"),
        snapshot("This bot does not serve this account. Its operator can add it to `ALLOWED_OWNERS`."),
    ),
    (
        SelfApproval(REQUESTER),
        snapshot("You asked for it, so somebody else with write access has to approve it."),
    ),
    (
        StaleApproval("0bad" * 10, COMMIT),
        snapshot(
            "The pull request shows `0bad0ba`, but I tested `c0dec0d`. I do not merge what I did not test. `/claude changes <what>` has me take it up."
        ),
    ),
    (
        OwnCommits(DEVELOPER),
        snapshot("You committed to it yourself, so somebody else with write access has to approve it."),
    ),
    (
        CeilingReached("turns"),
        snapshot(
            "This run has used up its turns, so I could not work on it. `/claude budget +<dollars>` allows more; or approve it as it is, or `/claude reject` it."
        ),
    ),
    (
        CannotGoOn("branch_rewritten", "claude/3-x"),
        snapshot(
            "I cannot go on from what stands on the branch. It was rewritten, and no longer holds my commit. Nothing has changed."
        ),
    ),
    (
        CannotGoOn("not_a_file", "a`link"),
        snapshot(
            "I cannot go on from what stands on the branch. I may change nothing of this, so it would not be tested: `a'link` (`not_a_file`). Nothing has changed."
        ),
    ),
    (
        TooManyUnderWay(10),
        snapshot(
            "You have 10 integrations under way here, and that is as many as one person may have. `/claude cancel` one, or wait until one has ended."
        ),
    ),
    (
        NothingWaits("approve"),
        snapshot("Nothing here waits for that now. `/claude status` shows where it stands."),
    ),
    (
        InvalidStateTransition(State.ACTIVE, State.TESTING),
        snapshot(
            "That is not possible now: `active cannot become testing; possible from here: generating, failed, deprecated`."
        ),
    ),
]


@pytest.mark.parametrize(("refusal", "said"), REFUSALS)
def test_a_refusal_says_why_and_who_could(refusal: Denied | InvalidStateTransition, said: str) -> None:
    assert refusal_words.refusal(refusal) == said


def test_what_was_not_understood_gets_the_nearest_and_the_help() -> None:
    assert [
        words.misspoken(Misspoken("unknown_command", "aprove", nearest="approve")),
        words.misspoken(Misspoken("unknown_command", "xy`@org/team", nearest=None)),
        words.misspoken(Misspoken("unknown_option", "--openai.key=x")),
        words.misspoken(Misspoken("option_without_value", "--base")),
        words.bad_value("--budget", "an amount of dollars"),
        words.empty_request(),
    ] == snapshot([
        "I do not know the command `aprove`. Did you mean `/claude approve`? `/claude help` shows what there is.",
        "I do not know the command `xy'@\u200borg/team`. `/claude help` shows what there is.",
        "I do not know the option `--openai.key=x`. `/claude help` shows what there is. What only looks like one goes below the first line.",
        "The option `--base` needs a value behind it.",
        "The value of `--budget` is not an amount of dollars.",
        "Say what to integrate: `/claude integrate <what>`.",
    ])


def test_what_is_said_after_a_command() -> None:
    assert [
        words.approved(by="developer", head=COMMIT, deploys=False, missing=0),
        words.approved(by="admin", head=COMMIT, deploys=True, missing=0),
        words.approved(by="developer", head=COMMIT, deploys=False, missing=1),
        words.approved(by="developer", head=COMMIT, deploys=False, missing=2),
        refusal_words.review_not_counted(StaleApproval("0bad" * 10, COMMIT)),
        refusal_words.review_not_counted(SelfApproval(REQUESTER)),
        words.released(by="admin"),
        words.rejected(by="developer"),
        words.cancelling(by="developer"),
        words.heard(by="requester"),
        words.nothing_here(),
        words.apology("key-1"),
        words.stopped("archived"),
    ] == snapshot([
        "Approved by @developer for `c0dec0d`. I will merge exactly this commit, then wait for somebody who may deploy (`/claude deploy`).",
        "Approved by @admin for `c0dec0d`. I will merge exactly this commit, then deploy it.",
        "Approved by @developer for `c0dec0d`. It takes 1 more approval.",
        "Approved by @developer for `c0dec0d`. It takes 2 more approvals.",
        "This approval is of `0bad0ba`, but I tested `c0dec0d`. I count only an approval of what I tested.",
        "This approval does not count for me. You asked for it, so somebody else with write access has to approve it.",
        "@admin lets it go out. I am deploying.",
        "Rejected by @developer. I am taking back what I made.",
        "Stopped by @developer. Nothing new will happen; I am taking back what I made.",
        "Thank you, @requester. I am looking at the request again.",
        "There is no integration here yet. `/claude integrate <what>` asks for one.",
        "Something went wrong on my side. `/claude status` shows whether anything of this was done. The operator finds what it was in the log under `key-1`; then you can say it again.",
        "The repository is archived.",
    ])


def test_where_the_integrations_of_an_issue_stand() -> None:
    rows = [
        {
            "id": "a", "state": "reviewing", "waiting_for": "approval", "reason": None,
            "pull_request": 12, "cost_micro_usd": 1_234_500,
        },
        {
            "id": "b", "state": "failed", "waiting_for": None, "reason": "tests",
            "pull_request": None, "cost_micro_usd": 0,
        },
    ]  # fmt: skip

    assert words.standing(rows) == snapshot("""\
- `a`: **reviewing**, waiting for approval, #12; $1.2345 so far
- `b`: **failed** (tests); $0.0000 so far\
""")


def test_the_help_of_an_administrator() -> None:
    assert words.help_text(command for command, _ in COMMANDS.values()) == snapshot("""\
| say | and I will |
|---|---|
| `/claude help` | say what you may do here |
| `/claude integrate <what> [--base <branch>] [--budget <dollars>] [--plan-first] [--anyway]` | write it, test it, open the pull request, and after an approval merge and deploy it |
| `/claude status` | say where it stands, what it waits for and what it cost |
| `/claude list [<which>]` | list this repository's integrations: open (if nothing is said), waiting, mine, all, or a state |
| `/claude plan [<id>]` | show what is to be built, as I understood it |
| `/claude why [<id>]` | say why it stands where it stands, why it waits, and what was refused here |
| `/claude history [<id>] [--at <time>]` | tell everything that happened to it, up to now or to that time |
| `/claude answer <text>` | take your answer to what I asked, and look at the request again |
| `/claude approve` | open the gate that is waiting: for the plan, what is to be installed, or the commit you see |
| `/claude changes <what>` | send what waits for approval back to me, to be changed as you say |
| `/claude reject [why]` | close the gate for good and take back what I made |
| `/claude deploy` | let what was merged go out |
| `/claude rollback [<id>] [<why>]` | take what runs out of use again: the deployment, and by a revert the merge |
| `/claude deprecate [<id>] [<why>] [--removed-in <pull request>]` | take what runs out for good, by a pull request that removes what it brought |
| `/claude cancel` | stop at once and take back what I made |
| `/claude retry [<id>] [from <state>]` | try again what failed, from where it is still good: validating, generating or testing |
| `/claude review [full] [focus]` | review this pull request, with an eye on what you say; `full` reads all of it again |
| `/claude describe [apply [title] [description] [labels]]` | offer a title, a description and labels for this pull request; `apply` takes them, or some of them |
| `/claude pause` | have no review of this pull request follow by itself; what you ask for is still done |
| `/claude resume` | let reviews of this pull request follow by themselves again |
| `/claude accept [finding] [why] [until <when>] [--undo]` | live with a finding of a review, until then or for 90 days: no review here says or counts it meanwhile; `--undo` takes that back |
| `/claude dismiss [finding] [why] [--undo]` | say that a finding of a review is none: no review here says or counts it again; `--undo` takes that back |
| `/claude fix [what]` | change this pull request, tested: a finding by its name, `checks` that fail, its `conflict`, or what you say; in a thread at a line, what is said there |
| `/claude ask <question>` | look into the code, and answer here with the files and lines that the answer rests on |
| `/claude budget [month] [+<dollars>]` | show what this run and this month cost and may cost; with an amount, allow so much more |
| `/claude freeze [repo or org] <why> [until <when>]` | stop everything at once, here or in the whole account, until then or until it is lifted |
| `/claude unfreeze [repo or org]` | lift that again, and let what stopped go on |
| `/claude config [<key>: <value>]` | show this repository's configuration, and where each value comes from; with a key and a value, set it for this integration alone (which needs `integration:write`) |\
""")


def test_the_pull_requests_own_words() -> None:
    body = words.pull_request_body(
        summary="Posts invoices.\n\n/lgtm\nFixes #1, thanks @org/team",
        requested_by="requester",
        issue=3,
        integration_id="k7p2m4q9xa",
        tests="pytest -q",
        tested=Tested(passed=8, before=5),
        passport="(the passport)",
    )

    assert body == snapshot("""\
For #3, asked for by @requester. Tested by `pytest -q` in a sandbox without network: 8 passed, 5 before this change. Integration `k7p2m4q9xa`.

`/claude approve`, `/claude changes <what>` or `/claude reject <why>` here decides; `/claude plan` shows what was to be built.

(the passport)

What the model says of its change:

> Posts invoices.
> \n\
> \\/lgtm
> F\u200bixes #1, thanks @\u200borg/team\
""")


def test_the_words_of_checks_closings_and_reverts() -> None:
    assert [
        *words.check_waiting("pytest `-q`", Tested(passed=8)),
        *words.check_released(Tested(passed=8)),
        *words.check_stopped("head_moved"),
        words.closing_reason("rejected"),
        words.revert_title(12),
        words.revert_body(12, "k7p2m4q9xa", reason="deployment"),
        words.inactive(),
    ] == snapshot([
        "Tests passed; waiting for approval",
        "`pytest '-q'` in the sandbox: 8 passed. `/claude approve` decides.",
        "Approved",
        "Tested in the sandbox and approved; merging exactly this commit.",
        "Stopped",
        "The pull request has commits that I did not test, so I did not merge it.",
        "Closed by the bot. It was rejected at the gate.",
        "Revert #12",
        "Takes the change of #12 back. The deployment failed after the merge. Integration `k7p2m4q9xa`.",
        "Rolled back by the bot",
    ])


REMARKS = (
    Remark(code="failing_test_passed"),
    Remark(code="old_tests_fail"),
    Remark(code="old_tests_fewer", before=5, now=4),
    Remark(code="flaky", names=("tests/test_a.py::test_`@org/team`", "test_b")),
    Remark(code="result_gone", before=5),
    Remark(code="nothing_passed"),
    Remark(code="fewer_passed", before=5, now=4),
    Remark(code="new_tests_idle", paths=("test_pings.py",)),
    Remark(code="report_failed"),
    Remark(code="report_fewer"),
    Remark(code="report_broken"),
    Remark(code="tests_removed", paths=("tests/`@org/team`.py",)),
    Remark(code="tests_changed", paths=tuple(f"tests/test_{number:02}.py" for number in range(12))),
    Remark(code="runner_changed"),
    Remark(code="installs_changed", paths=("requirements.txt",)),
)


def test_every_remark_has_its_sentence() -> None:
    assert [each.code for each in REMARKS] == list(remark_words.REMARKS)
    assert remark_words.remarks(REMARKS) == snapshot("""\
- A test that must fail was set beside the others. The run with it fails without this change, and not with it: something in the change makes failures disappear.
- The tests as they were before this change fail on it.
- Of the tests as they were before this change, fewer pass on it: 4, before 5.
- Flaky: on the very same change the tests failed at first (`tests/test_a.py::test_'@\u200borg/team'`, `test_b`), and passed when run again.
- The run ended with status 0, but without a result that could be counted; before this change there was one (5 passed).
- Not one test passed.
- Fewer tests pass than before this change: 4, before 5.
- New tests were written, and yet not one more passes than before: the command does not seem to run `test_pings.py`.
- The report that the run wrote counts tests that failed, although the run ended well.
- The report that the run wrote counts fewer tests that passed than the run printed.
- What the run wrote as its report is none, or cannot be read within bounds.
- Tests were removed: `tests/'@\u200borg/team'.py`.
- Tests that were there before, or files among them, were changed: `tests/test_00.py`, `tests/test_01.py`, `tests/test_02.py`, `tests/test_03.py`, `tests/test_04.py`, `tests/test_05.py`, `tests/test_06.py`, `tests/test_07.py`, `tests/test_08.py`, `tests/test_09.py`, and 2 more.
- What decides how tests are run was changed: (no longer known).
- What is installed for the tests was changed, and so was run with them: `requirements.txt`.\
""")


def test_sb_09_what_was_remarked_on_is_nowhere_called_a_plain_pass() -> None:
    tested = Tested(passed=4, before=5, remarks=REMARKS[1:2])
    body = words.pull_request_body(
        summary="Posts invoices.",
        requested_by="requester",
        issue=3,
        integration_id="k7p2m4q9xa",
        tests="pytest -q",
        tested=tested,
        passport="(the passport)",
    )

    assert [body, *words.check_waiting("pytest -q", tested), *words.check_released(tested)] == snapshot([
        """\
For #3, asked for by @requester. Tested by `pytest -q` in a sandbox without network: 4 passed, 5 before this change, but **with remarks**. Integration `k7p2m4q9xa`.

**Look at the tests.** They passed, but:

- The tests as they were before this change fail on it.

`/claude approve`, `/claude changes <what>` or `/claude reject <why>` here decides; `/claude plan` shows what was to be built.

(the passport)

What the model says of its change:

> Posts invoices.\
""",
        "Tests passed with remarks; waiting for approval",
        """\
`pytest -q` in the sandbox: 4 passed, 5 before this change, but **with remarks**. `/claude approve` decides.

**Look at the tests.** They passed, but:

- The tests as they were before this change fail on it.\
""",
        "Approved, with remarks on the tests",
        """\
Tested in the sandbox and approved; merging exactly this commit.

- The tests as they were before this change fail on it.\
""",
    ])


def test_what_could_not_be_counted_is_called_so() -> None:
    assert words.check_waiting("sh run.sh", Tested()) == snapshot((
        "Tests passed, not counted; waiting for approval",
        "`sh run.sh` in the sandbox: passed by its status alone, not counted. `/claude approve` decides.",
    ))


def test_a_commit_names_its_integration_and_its_requester_as_co_author() -> None:
    message = words.commit_message(
        title="Send paid invoices", requested_by="requester", requester_id=1, integration_id="k7p2m4q9xa"
    )

    assert message == snapshot("""\
Send paid invoices

Integration: k7p2m4q9xa
Co-authored-by: requester <1+requester@users.noreply.github.com>\
""")


def raised() -> set[str]:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py")]
    return {name for source in sources for name in re.findall(r'(?<!Raises )StepFailed\(\s*"(\w+)"', source)}


def test_every_failure_that_code_can_raise_has_its_sentence() -> None:
    looked_up = {*_CODES.values(), *_STANDSTILLS.values(), _OTHERWISE}

    assert {"head_moved", "nothing_to_do"} <= raised()
    said = {*REASONS, *SENTENCES, *fix_words.WHY, *review_tool_words.WHY, *slack_fault_words.WHY}
    assert (raised() | looked_up) - said == set()


def test_every_outcome_of_an_undo_has_its_words() -> None:
    source = (ROOT / "bot/application/undoing.py").read_text(encoding="utf-8")
    said = set(re.findall(r'"(undone|nothing|needs_person)", f?"(\w+)', source))

    assert len(said) >= 7
    assert {outcome for outcome, _ in said} <= set(OUTCOMES)
    assert {thing for _, thing in said} <= set(THINGS)
