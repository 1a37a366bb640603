"""The long work, step by step: each question paid once, each verdict noted once, each stop obeyed."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from bot.application.coding import REPORT_CHARACTERS, coding_question, finish_code, take_turn, use_tools
from bot.application.configuration import PATH
from bot.application.ports import World
from bot.application.showing import shown_paths
from bot.application.testing import judge_change
from bot.application.validating import conclude, consult, survey_repository, try_tests
from bot.application.watching import watched
from bot.domain import events as e
from bot.domain.merging import METHODS
from bot.domain.policy import Rules
from bot.domain.reporting import REPORT
from bot.records import (
    Answer,
    Commit,
    MergeMethod,
    Outcome,
    Repository,
    Spent,
    StepFailed,
    TreeEntry,
    Unavailable,
    Usage,
)
from standins.stories import SPEC as CLEAR
from tests.unit.fakes import ABOUT, FakeClaude, FakeSandbox, FakeSources, Stage
from tests.unit.histories import (
    AGREED,
    ASKED,
    BASE,
    CHANGE,
    ID,
    REPAIRING,
    TAKEN_UP,
    WORKED,
    WRITTEN,
    History,
    answer,
    cancelled,
    integration,
    kept,
    turn,
)

USAGE = Usage(input_tokens=1000, output_tokens=100, cache_read_tokens=0, cache_write_tokens=0)
FAILED = Outcome(status=1, output="1 failed", seconds=2.0, ended="exited")
CONFIGURED = {".github/claude-bot.yml": b"test: pytest -q\nenvironment: staging\n"}
VIEW = {"type": "tool_use", "id": "t1", "name": "str_replace_based_edit_tool"}
CREATE = {**VIEW, "input": {"command": "create", "path": "new.py", "file_text": "x = 1\n"}}


def said(text: str, *, stop_reason: str | None = "end_turn", calls: tuple[Any, ...] = ()) -> Answer:
    content = ({"type": "text", "text": text}, *calls)
    return Answer(content=content, stop_reason=stop_reason, usage=USAGE, model="claude-opus-5-5")


def staged(history: History, *answers: Answer, files: Mapping[str, bytes] | None = None) -> Stage:
    stage = Stage(claude=FakeClaude(answers=list(answers)))
    stage.log.holds(history)
    stage.sources = FakeSources(files={BASE: dict(CONFIGURED if files is None else files)})
    return stage


def new(stage: Stage, history: History) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(history) :]]


async def survey(stage: Stage) -> dict[str, str]:
    return await survey_repository(stage.world, ID, key="survey")


async def test_a_survey_finds_the_base_its_configuration_and_its_tests() -> None:
    assert await survey(staged(TAKEN_UP)) == {
        "base": "main",
        "base_commit": BASE,
        "tests": '["pytest", "-q"]',
        "configured": "yes",
        "environment": "staging",
        "deploy": '["deployment", "", []]',
        "merge_method": "merge",
        "merge_reverts": "",
        "approvals": "1",
        "approval_days": "14",
        "path_rules": "[]",
        "unread": "[]",
        "test_remarks": "report",
        "test_reruns": "1",
        "not_secret": "[]",
        "reports": "[]",
        "branch": "claude/{issue}-{id}",
        "labels": "[]",
        "setup": '{"lines": [], "is_detected": false, "files": []}',
        "reviewers": '["codeowners"]',
        "send_back": "yes",
        "outsiders": "[]",
        "plan_first": "",
        "tester": "sandbox",
        "check_minutes": "60",
        "checks_needed": "[]",
        "reminders": "",
        "update": "",
    }


async def test_the_command_is_a_fact_before_it_is_used() -> None:
    stage = staged(TAKEN_UP)
    for _ in range(2):
        await survey(stage)

    assert stage.log.events()[len(TAKEN_UP) :] == [e.TestsChosen(tests=("pytest", "-q"), configured=True)]


async def test_the_same_command_is_not_chosen_twice() -> None:
    stage = staged((*TAKEN_UP, e.TestsChosen(tests=("pytest", "-q"), configured=True)))

    await survey(stage)

    assert new(stage, TAKEN_UP) == ["TestsChosen"]


@pytest.mark.parametrize(
    ("allowed", "preferred", "method"),
    [(("squash", "rebase"), b"", "squash"), (METHODS, b"merge_method: rebase\n", "rebase")],
)
async def test_a_survey_finds_how_it_may_be_merged(
    allowed: tuple[MergeMethod, ...], preferred: bytes, method: MergeMethod
) -> None:
    stage = staged(TAKEN_UP, files={PATH: b"test: pytest\n" + preferred})
    stage.repositories.facts = replace(ABOUT, merge_methods=allowed)

    assert (await survey(stage))["merge_method"] == method


async def test_without_configuration_the_test_command_is_detected() -> None:
    found = await survey(staged(TAKEN_UP, files={"go.mod": b"module shop\n", "shop_test.go": b""}))

    assert json.loads(found["tests"])[:2] == ["go", "test"]


async def test_without_any_tests_it_ends() -> None:
    with pytest.raises(StepFailed, match="no_tests"):
        await survey(staged(TAKEN_UP, files={"notes.txt": b""}))


async def test_rc_02_a_configuration_that_asks_for_more_ends_it() -> None:
    with pytest.raises(StepFailed, match="bad_configuration"):
        await survey(staged(TAKEN_UP, files={".github/claude-bot.yml": b"self_approval: true"}))


async def test_an_asked_for_base_is_taken_and_must_exist() -> None:
    stage = staged((structs.replace(integration_request(), base="next"), TAKEN_UP[1]))
    with pytest.raises(StepFailed, match="base_missing"):
        await survey(stage)

    stage.branches.heads["next"] = Commit(sha=BASE, tree="")

    assert (await survey(stage))["base"] == "next"


def integration_request() -> e.IntegrationRequested:
    [fact] = [fact for fact in TAKEN_UP if isinstance(fact, e.IntegrationRequested)]
    return fact


async def test_id_12_nothing_is_begun_for_a_requester_who_lost_access() -> None:
    stage = staged(TAKEN_UP)
    stage.repositories.roles = {1: "triage"}

    with pytest.raises(StepFailed, match="requester_lost_access"):
        await survey(stage)


async def test_nothing_is_begun_in_an_archived_repository() -> None:
    stage = staged(TAKEN_UP)
    stage.repositories.facts = replace(ABOUT, archived=True)

    with pytest.raises(StepFailed, match="archived"):
        await survey(stage)


@pytest.mark.parametrize(("spent", "ends"), [(29_999, True), (30_000, True), (30_001, False)])
async def test_the_repositorys_month_is_a_ceiling_over_all_its_runs(spent: int, ends: bool) -> None:  # noqa: FBT001  a table's column
    stage = staged(TAKEN_UP)
    stage.log.holds(WORKED, stream="another")
    stage.rules = Rules(monthly_micro_usd=spent)

    failures = [failure async for failure in failing(survey(stage))]

    assert failures == (["monthly_budget"] if ends else [])


async def failing(work: Any) -> Any:
    try:
        await work
    except StepFailed as failure:
        yield failure.code


async def test_the_model_is_asked_once_however_often_the_step_is_run() -> None:
    stage = staged(TAKEN_UP, said("{}"))
    surveyed = await survey(stage)

    first = await consult(stage.world, ID, surveyed, key="k")
    again = await consult(stage.world, ID, surveyed, key="k")

    assert (first, len(stage.claude.asked)) == (again, 1)
    assert new(stage, TAKEN_UP) == ["TestsChosen", "TurnTaken"]
    assert stage.log.rows[ID]["cost_micro_usd"] > 0


async def test_killed_after_the_answer_the_same_one_is_noted_and_not_paid_again() -> None:
    stage = staged(TAKEN_UP, said("{}"))
    surveyed = await survey(stage)
    await consult(stage.world, ID, surveyed, key="k")
    stage.log.streams[ID].pop()

    await consult(stage.world, ID, surveyed, key="k")

    assert (len(stage.claude.asked), new(stage, TAKEN_UP)) == (1, ["TestsChosen", "TurnTaken"])


async def concluded(
    text: str, *, stop_reason: str = "end_turn", history: History = TAKEN_UP, **known: str | None
) -> Stage:
    """Concluded twice, on what the survey found; `known` differs from that, None where it was not found."""
    stage = staged(history)
    digest = answer(stop_reason, text)
    stage.blobs.contents |= {digest: Stage().blobs.contents[digest]}
    found = {**await survey(stage), **known}
    surveyed = {name: value for name, value in found.items() if value is not None}
    for _ in range(2):
        await conclude(stage.world, ID, surveyed, digest, key="k")
    return stage


async def test_a_clear_request_becomes_a_spec_over_the_surveyed_commit_once() -> None:
    stage = await concluded(json.dumps(CLEAR))

    fact = stage.log.events()[-1]
    assert isinstance(fact, e.RequestValidated)
    assert (fact.base, fact.base_commit, fact.tests, fact.environment) == (
        "main",
        BASE,
        ("pytest", "-q"),
        "staging",
    )
    assert new(stage, TAKEN_UP) == ["TestsChosen", "RequestValidated"]


@pytest.mark.parametrize(("known", "method"), [("rebase", "rebase"), (None, "merge")])
async def test_a_survey_of_an_older_version_names_no_method(known: str | None, method: MergeMethod) -> None:
    stage = await concluded(json.dumps(CLEAR), merge_method=known)

    assert integration(stage.log.events()).merge_method == method


async def test_a_survey_of_an_older_version_says_nothing_of_checks() -> None:
    stage = await concluded(json.dumps(CLEAR), send_back=None)

    assert integration(stage.log.events()).sends_back


async def validated(**surveyed: str) -> e.RequestValidated:
    stage = staged(TAKEN_UP, files={**CONFIGURED, ".env": b"", "certs/test.pem": b""})
    digest = answer("end_turn", json.dumps(CLEAR))
    stage.blobs.contents |= {digest: Stage().blobs.contents[digest]}
    await conclude(stage.world, ID, {**await survey(stage), **surveyed}, digest, key="k")
    fact = stage.log.events()[-1]
    assert isinstance(fact, e.RequestValidated)
    assert (
        stage.blobs.contents[fact.kept_back]
        == json.dumps([path for path in (".env", "certs/test.pem") if path not in fact.not_secret]).encode()
    )
    return fact


@pytest.mark.parametrize("known", ["yes", ""])
async def test_checks_may_send_it_back_unless_the_configuration_says_no(known: str) -> None:
    assert (await validated(passed="5", send_back=known)).sends_back is bool(known)


async def test_what_the_tests_and_the_configuration_told_is_agreed_on_with_the_spec() -> None:
    fact = await validated(passed="5", test_remarks="refuse", not_secret='["certs/test.pem"]')

    assert (fact.passed, fact.refuses_remarks, fact.not_secret) == (5, True, ("certs/test.pem",))


async def test_tests_that_could_not_be_counted_are_not_counted() -> None:
    fact = await validated(passed="")

    assert (fact.passed, fact.refuses_remarks, fact.not_secret) == (None, False, ())


async def test_a_survey_of_an_earlier_version_is_concluded_as_before() -> None:
    stage = staged(TAKEN_UP)
    digest = answer("end_turn", json.dumps(CLEAR))
    stage.blobs.contents |= {digest: Stage().blobs.contents[digest]}
    earlier = {
        name: it for name, it in (await survey(stage)).items() if name not in {"test_remarks", "not_secret"}
    }

    await conclude(stage.world, ID, earlier, digest, key="k")

    fact = stage.log.events()[-1]
    assert isinstance(fact, e.RequestValidated)
    assert (fact.passed, fact.refuses_remarks, fact.not_secret, fact.kept_back) == (None, False, (), "")


async def test_before_anything_is_asked_the_tests_are_run_and_counted() -> None:
    stage = staged(TAKEN_UP)
    stage.sandbox = FakeSandbox(outcome=Outcome(status=0, output="5 passed in 1s", seconds=1, ended="exited"))

    assert await try_tests(stage.world, ID, await survey(stage), key="k") == 5


async def test_red_tests_end_it_and_the_report_names_what_they_were_not_shown() -> None:
    stage = staged(TAKEN_UP, files={**CONFIGURED, "certs/test.pem": b""})
    stage.sandbox = FakeSandbox(outcome=FAILED)

    with pytest.raises(StepFailed, match="tests_red") as failure:
        await try_tests(stage.world, ID, await survey(stage), key="k")

    report = json.loads(stage.blobs.contents[failure.value.detail])
    assert (report["output"], report["hidden"]) == ("1 failed", ["certs/test.pem"])


async def test_sx_07_what_was_left_out_of_a_question_is_noted_with_its_turn() -> None:
    token = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    stage = staged(TAKEN_UP, said("{}"), files={**CONFIGURED, "README.md": f"Use {token}.".encode()})

    await consult(stage.world, ID, await survey(stage), key="k")

    fact = stage.log.events()[-1]
    assert isinstance(fact, e.TurnTaken)
    assert fact.left_out == ("GitHub token",)
    [question] = stage.claude.asked
    assert "Use [secret left out: GitHub token]" in question.messages[0]["content"][0]["text"]


async def test_an_unclear_request_is_asked_back_once() -> None:
    stage = await concluded(json.dumps({**CLEAR, "questions": ["Which ERP?", "How often?"]}))

    fact = stage.log.events()[-1]
    assert isinstance(fact, e.QuestionsAsked)
    assert stage.blobs.contents[fact.questions] == b"- Which ERP?\n- How often?"
    assert stage.log.rows[ID]["waiting_for"] == "answer"


@pytest.mark.parametrize(
    ("text", "stop_reason", "code"),
    [
        (json.dumps({**CLEAR, "refusal": "It is spam."}), "end_turn", "refused"),
        ("", "refusal", "refused_by_model"),
        ("Sure!", "end_turn", "spec_unintelligible"),
    ],
)
async def test_a_refusal_ends_it_with_its_reason(text: str, stop_reason: str, code: str) -> None:
    with pytest.raises(StepFailed) as failure:
        await concluded(text, stop_reason=stop_reason)

    assert failure.value.code == code


def test_a_long_listing_is_cut_and_says_so() -> None:
    shown = shown_paths([f"{number:04}" for number in range(503)]).splitlines()

    assert (len(shown), shown[-1]) == (501, "... and 3 more")


async def test_a_turn_with_tools_is_asked_for_run_and_noted_once() -> None:
    stage = staged(AGREED, said("", stop_reason="tool_use", calls=(CREATE,)))

    moves = [await take_turn(stage.world, ID, key="ask") for _ in range(2)]
    for _ in range(2):
        await use_tools(stage.world, ID, key="use")

    assert (moves, len(stage.claude.asked)) == (["tools", "tools"], 1)
    assert new(stage, AGREED) == ["TurnTaken", "ToolsRun"]
    fact = stage.log.events()[-1]
    assert isinstance(fact, e.ToolsRun)
    assert list(json.loads(stage.blobs.contents[fact.change])["files"]) == ["new.py"]


@pytest.mark.parametrize(
    ("given", "move"),
    [
        (said("Done."), "finished"),
        (said("", stop_reason="pause_turn"), "again"),
        (said("", stop_reason="max_tokens"), "again"),
    ],
)
async def test_what_follows_from_a_turn(given: Answer, move: str) -> None:
    assert await take_turn(staged(AGREED, given).world, ID, key="k") == move


async def test_an_answer_that_was_cut_is_asked_for_again_with_more_room_once() -> None:
    stage = staged(AGREED, *[said("", stop_reason="max_tokens")] * 2)

    await take_turn(stage.world, ID, key="a")
    with pytest.raises(StepFailed, match="answer_too_long"):
        await take_turn(stage.world, ID, key="b")

    assert [question.max_tokens for question in stage.claude.asked] == [16_000, 64_000]
    assert [len(question.messages) for question in stage.claude.asked] == [1, 1]


@pytest.mark.parametrize(
    ("stop_reason", "code"),
    [(None, "answer_incomplete"), ("refusal", "refused_by_model"), ("brand_new", "unknown_stop_reason")],
)
async def test_a_turn_nothing_can_come_of_ends_it_and_was_paid(stop_reason: str | None, code: str) -> None:
    stage = staged(AGREED, said("", stop_reason=stop_reason))

    with pytest.raises(StepFailed, match=code):
        await take_turn(stage.world, ID, key="k")

    assert new(stage, AGREED) == ["TurnTaken"]


@pytest.mark.parametrize("field", ["turns", "tokens", "micro_usd"])
async def test_at_a_ceiling_the_model_is_not_asked(field: str) -> None:
    limits: dict[str, Any] = {field: 1}
    stage = staged((structs.replace(integration_request(), **limits), *AGREED[1:]), said("Done."))

    with pytest.raises(StepFailed, match="budget"):
        await take_turn(stage.world, ID, key="k")

    assert stage.claude.asked == []


BROKE_OFF = Spent(model="claude-opus-5-5", usage=replace(USAGE, output_tokens=1))


def losses(stage: Stage) -> list[e.AnswerLost]:
    return [fact for fact in stage.log.events() if isinstance(fact, e.AnswerLost)]


async def test_f56_every_answer_that_breaks_off_is_a_fact_with_its_cost() -> None:
    stage = staged(AGREED, said("Done."))
    stage.claude.broken = [
        (BROKE_OFF, Unavailable("claude_cut_off")),
        (BROKE_OFF, Unavailable("claude_stalled")),
    ]
    for _ in range(2):
        with pytest.raises(Unavailable):
            await take_turn(stage.world, ID, key="k")

    await take_turn(stage.world, ID, key="k")

    assert new(stage, AGREED) == ["AnswerLost", "AnswerLost", "TurnTaken"]
    assert [(lost.code, lost.step, lost.turn, lost.micro_usd) for lost in losses(stage)] == [
        ("claude_cut_off", "generate_code", 2, 5025),
        ("claude_stalled", "generate_code", 2, 5025),
    ]
    assert stage.log.rows[ID]["cost_micro_usd"] == integration(AGREED).micro_usd + 2 * 5025 + 7500


async def test_ab_01_answers_that_break_off_use_the_budget_up() -> None:
    stage = staged((structs.replace(integration_request(), micro_usd=20_000), *AGREED[1:]), said("Done."))
    stage.claude.broken = [(BROKE_OFF, Unavailable("claude_cut_off"))] * 5
    for _ in range(2):
        with pytest.raises(Unavailable):
            await take_turn(stage.world, ID, key="k")

    with pytest.raises(StepFailed, match="budget") as over:
        await take_turn(stage.world, ID, key="k")

    assert (over.value.detail, len(losses(stage)), stage.claude.asked) == ("dollars", 2, [])


async def test_an_answer_that_will_not_come_any_more_is_paid_too() -> None:
    stage = staged(AGREED)
    stage.claude.broken = [(BROKE_OFF, StepFailed("answer_incomplete"))]

    with pytest.raises(StepFailed, match="answer_incomplete"):
        await take_turn(stage.world, ID, key="k")

    assert [lost.code for lost in losses(stage)] == ["answer_incomplete"]


async def test_when_its_time_is_over_the_model_is_not_asked() -> None:
    stage = staged((structs.replace(integration_request(), minutes=30), *AGREED[1:]), said("Done."))
    stage.clock.time += timedelta(minutes=31)

    with pytest.raises(StepFailed, match="budget") as over:
        await take_turn(stage.world, ID, key="k")

    assert (over.value.detail, stage.claude.asked) == ("minutes", [])


async def test_a_model_that_repeats_itself_is_stopped() -> None:
    call = json.dumps({"content": [CREATE], "stop_reason": "tool_use", "model": "m", "usage": [1, 1, 0, 0]})
    round_ = (
        structs.replace(turn(2, stop_reason="tool_use"), answer=kept(call)),
        e.ToolsRun(attempt=1, turn=2, results=kept("[]"), change=CHANGE),
    )
    stage = staged((*AGREED, *round_ * 4), said("Done."))

    with pytest.raises(StepFailed, match="no_progress"):
        await take_turn(stage.world, ID, key="k")


async def test_the_conversation_is_given_back_as_it_went() -> None:
    stage = staged(REPAIRING)

    question = await coding_question(stage.world, integration(REPAIRING))

    assert [message["role"] for message in question.messages] == [
        "user",
        "assistant",
        "user",
        "assistant",
        "user",
    ]
    assert "exit status 1" in question.messages[-1]["content"][0]["text"]
    assert "1 failed" in question.messages[-1]["content"][0]["text"]


async def test_sx_07_what_tests_printed_is_looked_at_before_it_is_cut() -> None:
    token = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    output = token + " " * (REPORT_CHARACTERS - 10)
    report = {"status": 1, "output": output, "seconds": 2.0, "ended": "exited"}
    failing = e.TestsFailed(attempt=1, report=kept(json.dumps(report)), ended="exited")
    history = (*WRITTEN, failing, e.RepairStarted(attempt=2))

    question = await coding_question(staged(history).world, integration(history))

    assert token[-10:] not in question.messages[-1]["content"][0]["text"]


async def test_a_finished_change_goes_to_the_tests_once() -> None:
    stage = staged(WORKED)

    standings = [await finish_code(stage.world, ID, key="k") for _ in range(2)]

    assert (standings, new(stage, WORKED)) == ([["testing", None]] * 2, ["CodeGenerated"])


async def test_without_a_change_there_is_nothing_to_do() -> None:
    with pytest.raises(StepFailed, match="nothing_to_do"):
        await finish_code(staged((*AGREED, turn(2))).world, ID, key="k")


async def judged(outcome: Outcome, history: History = WRITTEN, *, repairs: int = 3) -> Stage:
    stage = staged(history)
    stage.sandbox, stage.rules = FakeSandbox(outcome=outcome), Rules(repairs=repairs)
    for _ in range(2):
        await judge_change(stage.world, ID, key="k")
    return stage


async def test_passing_tests_are_run_once_and_lead_to_the_gate() -> None:
    stage = await judged(Outcome(status=0, output="5 passed in 1s", seconds=1.0, ended="exited"))

    assert (stage.sandbox.ran, new(stage, WRITTEN)) == (
        [["pytest", f"--junitxml={REPORT}", "-q"]],
        ["SandboxNoted", "TestsPassed"],
    )


@pytest.mark.parametrize(
    "outcome", [FAILED, replace(FAILED, status=None, ended="timeout"), replace(FAILED, status=5)]
)
async def test_anything_but_a_clean_exit_is_a_failure_and_begins_a_repair(outcome: Outcome) -> None:
    stage = await judged(outcome)

    assert new(stage, WRITTEN) == ["SandboxNoted", "TestsFailed", "RepairStarted"]


async def test_passing_tests_are_counted() -> None:
    stage = await judged(Outcome(status=0, output="8 passed in 1.00s", seconds=1.0, ended="exited"))

    fact = stage.log.events()[-1]
    assert isinstance(fact, e.TestsPassed)
    assert (fact.passed, fact.remarks) == (8, ())


async def test_without_a_repair_left_failing_tests_end_it() -> None:
    with pytest.raises(StepFailed, match="tests") as failure:
        await judged(FAILED, repairs=0)

    assert failure.value.detail == "attempt 1"


async def test_a_stop_while_the_tests_run_is_obeyed_after_their_verdict() -> None:
    stage = staged(WRITTEN)
    stage.sandbox = FakeSandbox(meanwhile=lambda: stage.log.holds(cancelled()))

    with pytest.raises(StepFailed, match="cancelled"):
        await judge_change(stage.world, ID, key="k")


@pytest.mark.parametrize("work", [take_turn, use_tools, finish_code, judge_change])
async def test_once_stopped_no_work_is_begun(work: Any) -> None:
    stage = staged(cancelled(*WRITTEN), said("Done."))

    with pytest.raises(StepFailed, match="cancelled"):
        await work(stage.world, ID, key="k")

    assert (stage.claude.asked, stage.sandbox.ran) == ([], [])


async def test_long_work_ends_within_about_a_second_of_being_stopped() -> None:
    stage, ended = staged(ASKED), asyncio.Event()

    async def forever() -> None:
        try:
            stage.log.holds(cancelled())
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with asyncio.timeout(5):
        with pytest.raises(StepFailed, match="cancelled"):
            await watched(stage.world, ID, forever())

    assert ended.is_set()


class UnreachableSources(FakeSources):
    """A git that never answers; the integration is cancelled meanwhile."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage

    async def listing(self, repository: Repository, commit: str) -> Mapping[str, TreeEntry]:
        self.stage.log.holds(cancelled())
        await asyncio.Event().wait()
        raise AssertionError


async def surveys(world: World, integration_id: str, *, key: str) -> None:
    await survey_repository(world, integration_id, key=key)


async def tries_tests(world: World, integration_id: str, *, key: str) -> None:
    await try_tests(world, integration_id, SURVEYED, key=key)


async def consults(world: World, integration_id: str, *, key: str) -> None:
    await consult(world, integration_id, SURVEYED, key=key)


SURVEYED = {"base_commit": BASE, "tests": '["pytest"]'}


@pytest.mark.parametrize(
    ("work", "history"),
    [
        (surveys, TAKEN_UP),
        (tries_tests, TAKEN_UP),
        (consults, TAKEN_UP),
        (take_turn, AGREED),
        (use_tools, WORKED),
        (judge_change, WRITTEN),
    ],
)
async def test_who_waits_for_git_is_stopped_as_well(work: Any, history: History) -> None:
    stage = staged(history, said("Done."))
    stage.sources = UnreachableSources(stage)

    async with asyncio.timeout(5):
        with pytest.raises(StepFailed, match="cancelled"):
            await work(stage.world, ID, key="k")

    assert stage.claude.asked == []


async def test_a_look_that_cannot_be_had_is_had_a_second_later() -> None:
    stage = staged(ASKED)
    stage.log.silent = 1

    async def forever() -> None:
        stage.log.holds(cancelled())
        await asyncio.Event().wait()

    async with asyncio.timeout(5):
        with pytest.raises(StepFailed, match="cancelled"):
            await watched(stage.world, ID, forever())


async def test_work_that_fails_fails_as_itself() -> None:
    async def fails() -> None:
        raise StepFailed("sandbox_unavailable")

    with pytest.raises(StepFailed, match="sandbox_unavailable"):
        await watched(staged(ASKED).world, ID, fails())


async def test_work_that_ends_gives_its_result() -> None:
    async def ends() -> int:
        return 7

    assert await watched(staged(ASKED).world, ID, ends()) == 7
