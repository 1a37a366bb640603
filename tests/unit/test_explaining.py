"""What is answered to list, plan, history, why and config, and what a refusal leaves behind."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json
from datetime import UTC, datetime
from typing import get_args

import pytest
from inline_snapshot import snapshot
from msgspec import structs
from msgspec.structs import replace

from bot.application.fact_words import told
from bot.domain import events as e
from bot.domain.moments import before
from bot.domain.streams import is_integrations
from handlers import GITHUB
from handlers.conversation import Context
from tests.unit.deliveries import comment
from tests.unit.fakes import FakeClock, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    ADMIN_APPROVAL,
    AGREED,
    ANOTHER,
    ANOTHER_PLAN,
    ASKED,
    BASE,
    BASE_MOVED,
    BRANCH,
    COMMIT,
    DEPRECATED,
    GIVEN_UP,
    HELD_UP,
    ID,
    LOST,
    MORE,
    OPENED_TO_REMOVE,
    PLAN_AGREED,
    PULL,
    REPAIRING,
    REPORT,
    REQUESTER,
    RESTING,
    SANDBOX,
    STRANGER,
    TAKEN_UP,
    UP_AGAIN,
    UP_FOR_REVIEW,
    VIEWER,
    WORKED,
    WRITTEN,
    History,
    cancelled,
    failed,
    kept,
)

OTHER_ID = "zzzzzzzzzz"
SPEC = {
    "goal": "Every paid invoice reaches the ERP. @everyone",
    "title": "Send paid invoices",
    "systems": ["ERP"],
    "secrets_needed": ["ERP_TOKEN"],
    "files_likely_touched": ["shop/erp.py"],
    "acceptance_tests": ["a paid invoice is posted once"],
    "risks": [],
    "out_of_scope": ["refunds"],
    "questions": [],
    "refusal": None,
}


def staged(*histories: History) -> Stage:
    stage = Stage(clock=FakeClock(time=datetime(2026, 1, 1, 10, 0, tzinfo=UTC)))
    stage.pulls.has(PULL, BRANCH, COMMIT)
    for stream, history in zip((ID, OTHER_ID), histories, strict=False):
        stage.log.holds(history, stream=stream)
    return stage


async def says(body: str, stage: Stage, *, by: object = VIEWER, key: str = "d-1", on: int = 3) -> str:
    """The bot's answer to it, without its marker."""
    await GITHUB["issue_comment.created"](comment(body, by=by, on=on), Context(world=stage.world, key=key))  # type: ignore[arg-type]
    [reply] = [each for each in stage.comments.on(on) if f"reply:{key} " in each]
    return reply.partition(" -->\n")[2]


# --- list ----------------------------------------------------------------------------------------------


async def test_a_list_shows_what_is_under_way_newest_first() -> None:
    stage = staged(UP_FOR_REVIEW, ASKED)

    assert await says("/claude list", stage) == snapshot("""\
| id | asked for by | on | stands | pull request | cost |
|---|---|---|---|---|--:|
| `zzzzzzzzzz` | requester | #3 | **validating**, waits for answer |  | $0.0000 |
| `k7p2m4q9xa` | requester | #3 | **reviewing**, waits for approval | #12 | $0.0300 |\
""")


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("open", [ID]),
        ("waiting", [ID]),
        ("failed", [OTHER_ID]),
        ("reviewing", [ID]),
        ("active", []),
        ("all", [OTHER_ID, ID]),
        ("mine", []),
        (" ALL ", [OTHER_ID, ID]),
    ],
)
async def test_a_list_can_be_narrowed(wanted: str, shown: list[str]) -> None:
    said = await says(f"/claude list {wanted}", staged(UP_FOR_REVIEW, failed(*WORKED)))

    assert [line[3:13] for line in said.splitlines() if line.startswith("| `")] == shown


async def test_mine_are_those_that_the_asker_asked_for() -> None:
    said = await says("/claude list mine", staged(UP_FOR_REVIEW), by=REQUESTER)

    assert f"| `{ID}` |" in said


async def test_a_list_of_nothing_says_what_there_is_a_list_of() -> None:
    assert await says("/claude list `x` @all", staged(WORKED)) == snapshot(
        "I cannot list `'x' @\u200ball`. I can list: `open`, `waiting`, `mine`, `all`, `draft`, `validating`, `generating`, `testing`, `reviewing`, `deploying`, `active`, `failed`, `deprecated`."
    )
    assert await says("/claude list active", staged(WORKED)) == snapshot(
        "There is none (active). `/claude list all` shows every one."
    )


async def test_a_list_ends_somewhere() -> None:
    stage = Stage()
    for number in range(35):
        stage.log.holds(WORKED, stream=f"aaaaaaaa{number:02}")

    said = await says("/claude list", stage)

    assert said.count("| `") == 30
    assert said.endswith("5 older ones not shown.")


# --- history -------------------------------------------------------------------------------------------


async def test_a_history_is_a_line_for_each_fact_and_one_for_the_small_steps_in_a_row() -> None:
    assert await says("/claude history", staged((*REPAIRING,))) == snapshot("""\
`k7p2m4q9xa` is **generating**; 3 model turns, $0.0300.

- 2026-01-01 09:00:00 @requester asked for it on #3
- 2026-01-01 09:00:01 I began to validate the request
- 2026-01-01 09:00:02 1 model turn ($0.0100)
- 2026-01-01 09:00:03 the request is clear: on `main` at `ba5eba5`, judged by `pytest -q`
- 2026-01-01 09:00:04 2 model turns ($0.0200)
- 2026-01-01 09:00:07 the code is written: 1 file, attempt 1
- 2026-01-01 09:00:08 the tests failed in attempt 1
- 2026-01-01 09:00:09 I began to repair: attempt 2\
""")


async def test_a_history_names_the_remarks_on_tests_that_passed() -> None:
    remarks = ("old_tests_fail", "tests_changed")
    refused = e.TestsFailed(attempt=1, report=REPORT, ended="remarks", remarks=remarks)
    passed = e.TestsPassed(attempt=1, report=REPORT, passed=8, remarks=remarks[1:])

    said = await says("/claude history", staged((*WRITTEN, refused)))
    again = await says("/claude history", staged((*WRITTEN, passed)))

    assert [said.splitlines()[-1][22:], again.splitlines()[-1][22:]] == snapshot([
        "the tests passed in attempt 1, with remarks that count as failed: `old_tests_fail`, `tests_changed`",
        "the tests passed in attempt 1, with remarks: `tests_changed`",
    ])


async def test_a_history_up_to_a_moment_says_what_it_was_then() -> None:
    said = await says("/claude history --at 2026-01-01T09:00:02", staged(UP_FOR_REVIEW))

    assert said.splitlines()[0] == snapshot(
        "`k7p2m4q9xa` was, at 2026-01-01 09:00:02 UTC, **validating**; 1 model turn, $0.0100."
    )
    assert said.count("\n- ") == 3


async def test_before_it_was_asked_for_there_was_nothing() -> None:
    said = await says("/claude history --at 2025-12-31", staged(UP_FOR_REVIEW))

    assert said == "At 2025-12-31 00:00:00 UTC there was nothing yet."


async def test_a_time_that_is_none_is_asked_again() -> None:
    assert await says("/claude history --at soon", staged(UP_FOR_REVIEW)) == snapshot(
        "`soon` is no time that I understand. Say `2026-01-31`, `2026-01-31T09:30` (UTC, or with a zone), or how long ago: `90m`, `2h`, `3d`."
    )


NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T09:30", datetime(2026, 1, 1, 9, 30, tzinfo=UTC)),
        ("2026-01-01T09:30+02:00", datetime(2026, 1, 1, 7, 30, tzinfo=UTC)),
        ("90m", datetime(2026, 1, 2, 10, 30, tzinfo=UTC)),
        ("2h", datetime(2026, 1, 2, 10, 0, tzinfo=UTC)),
        ("1d", datetime(2026, 1, 1, 12, 0, tzinfo=UTC)),
        ("", None),
        ("h", None),
        ("-2h", None),
        ("٣h", None),
        ("9999999d", None),
        ("999999d", None),
        ("0001-01-01T00:30+05:00", None),
        ("2026-13-01", None),
    ],
)
def test_a_moment_is_a_time_or_how_long_ago(text: str, at: datetime | None) -> None:
    found = before(text, NOON)

    assert (found, found and found.tzinfo) == (at, at and UTC)


async def test_an_integration_of_the_repository_may_be_named_from_elsewhere() -> None:
    said = await says(f"/claude history {ID}", staged(UP_FOR_REVIEW), on=99)

    assert said.startswith(f"`{ID}` is **reviewing**")


async def test_an_integration_of_another_repository_is_not_seen() -> None:
    stage = staged(UP_FOR_REVIEW)
    stage.log.rows[ID]["repository_id"] = 8

    said = await says(f"/claude history {ID}", stage, on=99)

    assert said == "Nothing here waits for that now. `/claude status` shows where it stands."


MOVED = e.RepositoryMoved(repository="acme/store", installation_id=5)


READ = e.RulesRead(path_rules=(), approval_days=14)


LET_GO = tuple(e.DeploymentSeen(deployment=51, needs_person=waits) for waits in (True, False))


def test_every_fact_has_its_sentence() -> None:
    every = [*ACTIVE, *ASKED, *cancelled(*failed(*REPAIRING)), e.DeployReleased(by=ADMIN), e.UndoFinished()]
    every += [e.ApprovalWithdrawn(by=ADMIN, whose=REQUESTER), LOST]
    every += [e.GateRuled(head=COMMIT, change=""), e.ApprovalLapsed(whose=ADMIN, head=COMMIT, days=14)]
    every += [e.Answered(by=REQUESTER, text=""), e.Rejected(by=ADMIN, why=None), ADMIN_APPROVAL]
    every += [*PLAN_AGREED, *ANOTHER_PLAN, e.Reminded(of="answer")]
    every += [HELD_UP, e.WentOn(), *UP_AGAIN]
    every += [
        e.Titled(by=ADMIN, title="`a`"),
        e.Adjusted(by=ADMIN, own=e.Own(approvals=2)),
        RESTING,
        e.Resumed(),
        MORE,
        e.PullRequestLabelled(labels=("a",)),
    ]
    every += [e.ChecksFailed(head=COMMIT, failing=(1, 2), said=""), e.SentBackByChecks(attempt=2)]
    every += [e.ChecksPassed(head=COMMIT), e.ChecksDisputed(head=COMMIT), READ]
    every += [e.ChecksCounted(head=COMMIT, done=1, total=2), e.PullRequestReady(number=1)]
    every += [e.TestsChosen(tests=("pytest",), configured=known) for known in (True, False)]
    every += [SANDBOX, e.PassportCompleted(taken=False), e.TestsRepeated(attempt=1, report=REPORT, failed=1)]
    every += [e.ReviewersAsked(head=COMMIT, names=())]
    every += [BASE_MOVED, structs.replace(BASE_MOVED, conflicts=1)]
    every += [e.MergeHeld(code="queue"), e.MergeTriedAgain(because="push")]
    every += [e.StepUndone(step="deploy", outcome="needs_person", what="")]
    every += [e.ContextCompacted(upto=1, tokens=1)]
    every += [ANOTHER, *DEPRECATED, GIVEN_UP, e.DeprecationRequested(by=ADMIN, why=None, removed_in=9)]
    every += [e.RemovalClosed(merged=False, by=ADMIN), replace(OPENED_TO_REMOVE, left_files=2)]
    every += [e.InstallsWanted(paths=("a",)), e.InstallsGranted(by=ADMIN), e.ReachedAgain(), MOVED]
    every += [e.WorkflowDispatched(workflow="deploy.yml", run=None), e.RunEnded(run=1, outcome="failure")]
    every += [e.RunSeen(run=1, url="", head=COMMIT, needs_person=waits) for waits in (True, False)]
    every += [
        e.RollBackRequested(by=ADMIN, why=None),
        e.Retried(by=ADMIN, state="testing", attempt=2),
        *LET_GO,
        e.JudgedAgain(attempt=3),
    ]

    assert {type(event) for event in every} == set(get_args(e.Event))
    assert all(told(event) and not told(event).endswith("..") for event in every)


def test_a_withdrawal_tells_whose_doing_it_was() -> None:
    assert told(e.ApprovalWithdrawn(by=ADMIN, whose=REQUESTER)) == snapshot(
        "@admin dismissed the approval of @requester"
    )
    assert told(e.ApprovalWithdrawn(by=ADMIN, whose=ADMIN)) == snapshot("@admin took their approval back")


# --- plan ----------------------------------------------------------------------------------------------


async def test_a_plan_is_what_was_understood_in_quotation() -> None:
    validated = e.RequestValidated(
        spec=kept(json.dumps(SPEC)),
        base="main",
        base_commit=BASE,
        tests=("pytest",),
        environment="production",
        merge_reverts=False,
    )

    assert await says("/claude plan", staged((*TAKEN_UP, validated))) == snapshot("""\
> **Send paid invoices**
> \n\
> Every paid invoice reaches the ERP. @\u200beveryone
> \n\
> Systems:
> - ERP
> \n\
> Secrets it needs, by name:
> - ERP_TOKEN
> \n\
> Files it will probably touch:
> - shop/erp.py
> \n\
> How one will know that it works:
> - a paid invoice is posted once
> \n\
> Not part of it:
> - refunds\
""")


async def test_without_a_clear_request_there_is_no_plan() -> None:
    assert await says("/claude plan", staged(ASKED)) == snapshot(
        "There is no plan: the request was never found clear (it is **validating** now)."
    )


async def test_a_plan_that_was_deleted_is_said_to_be() -> None:
    assert await says("/claude plan", staged(AGREED)) == snapshot(
        "The plan has been deleted, as everything of a run is after its time."
    )


# --- why -----------------------------------------------------------------------------------------------


async def test_why_it_waits_and_who_can_help() -> None:
    assert await says("/claude why", staged(UP_FOR_REVIEW)) == snapshot("""\
`k7p2m4q9xa` is **reviewing** since 2026-01-01 09:00:08 UTC (59 min 52 s).

**Waits for an approval** of `c0dec0d` by somebody with write access other than @requester: approve #12 in a review, or comment `/claude approve`, `/claude changes <what>` or `/claude reject <why>` there. An approval by somebody who may deploy releases the deployment as well.\
""")


async def test_why_it_failed() -> None:
    assert await says("/claude why", staged(failed(*WORKED))) == snapshot("""\
`k7p2m4q9xa` is **failed** since 2026-01-01 09:00:07 UTC (59 min 53 s).

It failed in “Run the tests” (`tests`). The tests still failed after every repair I may try.\
""")


async def test_why_it_is_at_work() -> None:
    assert (await says("/claude why", staged(WORKED))).splitlines()[-1] == snapshot(
        "It is at work: “Write the code”. It waits for nobody."
    )


async def test_why_it_is_held_up() -> None:
    assert (await says("/claude why", staged((*WORKED, HELD_UP)))).splitlines()[-1] == snapshot(
        "**Claude does not answer at the moment** (`claude_unreachable`). I try again by myself, for up to half an hour."
    )


async def test_why_it_is_being_stopped() -> None:
    assert (await says("/claude why", staged(cancelled(*WORKED)))).splitlines()[-1] == snapshot(
        "It is being stopped. It was cancelled."
    )


async def test_why_it_is_active() -> None:
    assert (await says("/claude why", staged(ACTIVE))).splitlines()[-1] == snapshot(
        "#12 was merged, and its deployment to production succeeded."
    )


async def test_why_nothing_happened_where_nothing_was_asked_for() -> None:
    assert await says("/claude why", Stage()) == "Nothing was asked for here."


async def test_what_was_refused_here_is_told_the_newest_first() -> None:
    stage = staged(UP_FOR_REVIEW)
    await says("/claude approve", stage, by=REQUESTER, key="d-1")
    await says("/claude cancel", stage, by=VIEWER, key="d-2")

    said = await says("/claude why", stage, key="d-3")

    assert said.partition("Refused here:\n")[2] == snapshot("""\
- 2026-01-01 09:00:01 `/claude cancel` by viewer: This needs `integration:write`, and you are viewer here. Somebody who is developer or admin could do it.
- 2026-01-01 09:00:00 `/claude approve` by requester: You asked for it, so somebody else with write access has to approve it.\
""")


async def test_what_was_refused_where_nothing_began_is_told_as_well() -> None:
    stage = Stage()
    await says("/claude integrate it", stage, by=VIEWER, key="d-1")

    said = await says("/claude why", stage, key="d-2")

    assert said.startswith("Nothing was asked for here, or it was refused.\n\nRefused here:\n- ")


async def test_a_refusal_is_one_fact_however_often_its_delivery_is_handled() -> None:
    stage = staged(UP_FOR_REVIEW)

    for _ in range(2):
        await says("/claude approve", stage, by=STRANGER)

    [conversation] = [stream for stream in stage.log.streams if not is_integrations(stream)]
    [record] = stage.log.streams[conversation]
    assert record.data["by"] == {"id": STRANGER.id, "login": "stranger"}
    assert (record.data["command"], record.data["code"]) == ("approve", "not_allowed")


async def test_a_refusal_whose_words_were_deleted_is_still_told() -> None:
    stage = staged(UP_FOR_REVIEW)
    await says("/claude cancel", stage, by=VIEWER, key="d-1")
    stage.blobs.contents.clear()

    said = await says("/claude why", stage, key="d-2")

    assert said.endswith("by viewer: (what I said then has been deleted)")


async def test_refusals_elsewhere_are_not_told_here() -> None:
    stage = staged(UP_FOR_REVIEW)
    await says("/claude cancel", stage, by=VIEWER, key="d-1", on=PULL)

    assert "Refused here" not in await says("/claude why", stage, key="d-2")


# --- config --------------------------------------------------------------------------------------------


async def test_the_configuration_says_where_each_value_comes_from() -> None:
    stage = Stage()
    stage.sources.files[BASE] = {".github/claude-bot.yml": b"test: pytest -q\n"}

    assert await says("/claude config", stage) == snapshot("""\
| key | value | from |
|---|---|---|
| `test` | `pytest -q` | this repository, [line 1](https://github.com/acme/shop/blob/ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e/.github/claude-bot.yml#L1) |
| `tester` | `sandbox` | the bot's default |
| `report` | (not set) | the bot's default |
| `environment` | `production` | the bot's default |
| `deploy` | (not set) | the bot's default |
| `merge_method` | (not set) | the bot's default |
| `merge_reverts` | `false` | the bot's default |
| `approvals` | `1` | the bot's default |
| `approval_days` | `14` | the bot's default |
| `approval_paths` | (not set) | the bot's default |
| `plan_first` | `false` | the bot's default |
| `reminders` | `true` | the bot's default |
| `update` | `false` | the bot's default |
| `test_remarks` | `report` | the bot's default |
| `test_reruns` | `1` | the bot's default |
| `checks` | `send_back: true, minutes: 60` | the bot's default |
| `ask` | `readers: false` | the bot's default |
| `review` | `automatic: false, forks: false, patient: false, own: false, confidence: 70, tools: false` | the bot's default |
| `branch` | `claude/{issue}-{id}` | the bot's default |
| `labels` | (not set) | the bot's default |
| `reviewers` | `codeowners` | the bot's default |
| `not_secret` | (not set) | the bot's default |
| `setup` | (not set) | the bot's default |
| `setup_files` | (not set) | the bot's default |\
""")


async def test_a_configuration_that_cannot_be_read_is_said_to_be() -> None:
    stage = Stage()
    stage.sources.files[BASE] = {".github/claude-bot.yml": b"tests: pytest\n"}

    assert await says("/claude config", stage) == snapshot(
        "`.github/claude-bot.yml` cannot be followed: acme/shop, line 1: `tests`: there is no such key. Did you mean `test`? The keys are test, tester, report, environment, deploy, merge_method, merge_reverts, approvals, approval_days, approval_paths, plan_first, reminders, update, test_remarks, test_reruns, checks, ask, review, branch, labels, reviewers, not_secret, setup, setup_files. I know of no earlier version that could. Until it is mended, nothing can be asked for here."
    )


@pytest.mark.parametrize("command", ["list", "history", "plan", "why", "config"])
async def test_a_stranger_is_told_nothing(command: str) -> None:
    stage = staged(UP_FOR_REVIEW)

    said = await says(f"/claude {command}", stage, by=STRANGER)

    assert said.startswith("This needs `integration:read`")
