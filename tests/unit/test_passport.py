"""The passport: certain facts alone, folded, found again and completed, within GitHub's limit."""

# ruff: noqa: E501  a sentence is pinned as it is said

import hashlib
import json
from dataclasses import replace
from typing import Final

import pytest
from inline_snapshot import snapshot
from markdown_it import MarkdownIt
from msgspec import structs, to_builtins

from bot.application import passport_words as words
from bot.application import passports, steps
from bot.application.asking import ask
from bot.application.coding import coding_question
from bot.application.prompting import PROMPTS, noting, render
from bot.application.spec import Spec
from bot.application.tool_inputs import EDITOR
from bot.application.tools import run_tools
from bot.domain import events as e
from bot.domain.passport import Passport, passport_of
from bot.infrastructure.github_text import BODY_CHARACTERS, length
from bot.records import Answer, StepFailed, Unavailable, Usage
from tests.unit.bench import hand, use
from tests.unit.fakes import FakeClaude, Stage
from tests.unit.histories import (
    ACTIVE,
    ADMIN,
    AGREED,
    APPROVAL,
    CLOSED,
    COMMIT,
    DEVELOPER,
    ID,
    LOST,
    PULL,
    RENEWED,
    REPAIRING,
    REPORT,
    REQUESTED,
    SANDBOX,
    SECOND_ACTIVE,
    SPEC,
    SUMMARY,
    UP_AGAIN,
    UP_FOR_REVIEW,
    WRITTEN,
    History,
    integration,
    recorded,
    turn,
)

PLAN: Final = Spec(
    goal="Every paid invoice reaches the ERP. @everyone </details> <!-- x -->",
    title="Send paid invoices",
    systems=("ERP",),
    secrets_needed=(),
    files_likely_touched=("shop/erp.py",),
    acceptance_tests=("a paid invoice is posted once",),
    risks=(),
    out_of_scope=(),
    questions=(),
    refusal=None,
)
NOTED: Final[History] = (
    *AGREED,
    structs.replace(
        turn(2, stop_reason="tool_use"), prompts=(f"code:{'a' * 64}", f"code_request:{'b' * 64}")
    ),
    e.ToolsRun(attempt=1, turn=2, results="", change="", tools=("bash", "create", "bash", "not_run")),
    structs.replace(turn(3), cache_read_tokens=2000, prompts=(f"code:{'c' * 64}",)),
    LOST,
    e.CodeGenerated(attempt=1, change="c", files=1, summary=SUMMARY),
    SANDBOX,
    e.TestsFailed(attempt=1, report=REPORT, ended="exited"),
    e.TestsFailed(attempt=1, report=REPORT, ended="timeout"),
    e.TestsFailed(attempt=1, report=REPORT, ended="remarks", remarks=("old_tests_fail",)),
    e.TestsPassed(attempt=1, report=REPORT),
    *UP_FOR_REVIEW[len(WRITTEN) :],
)


def of(history: History) -> Passport:
    return passport_of(integration(history), recorded(history))


def shown(history: History, spec: Spec | None = PLAN) -> str:
    return words.section(of(history), spec)


def test_the_passport_says_what_was_recorded() -> None:
    assert shown(NOTED) == snapshot("""\
<!-- claude-code-bot:passport -->
<details><summary>Passport: how this came about</summary>

- **Request**: #3 by @requester, 2026-01-01 09:00 UTC, integration `k7p2m4q9xa`
- **Base**: `main` at `ba5eba5eba5e`
- **Model**: `claude-opus-5-5` (3 answers)
- **Prompts**: `code.md` `aaaaaaaaaaaa` and `cccccccccccc`, `code_request.md` `bbbbbbbbbbbb`
- **Tools**: `bash` 2, `create` 1, not run 1
- **Set-up**: none
- **Tests**: `pytest -q` (5 passed before anything was changed); attempt 1: failed; attempt 1: stopped by `timeout`; attempt 1: passed, **with remarks** (`old_tests_fail`); attempt 1: passed by its status alone; attempt 1: 8 passed
- **Attempts**: 1
- **Cost**: $0.0355; 3 model turns, 1 answer that broke off; 6,100 tokens given (34% of them read from the cache), 601 answered
- **Sandbox**: bubblewrap, control groups; at most 900 s, 2048 MiB of memory, 256 processes, 100000 files, 2048 MiB of disk, 64 MiB of output; no network, a set-up reaches nothing
- **Approvals**: none yet (waits; it takes 1)
- **Commit**: `c0dec0dec0dec0dec0dec0dec0dec0dec0dec0de`, 1 file
- **Chain of events**: `19:`

Whoever operates the bot checks this with `python -m bot passport k7p2m4q9xa` and `python -m bot verify --head 19:`.

The spec, in the model's words:

> **Send paid invoices**
> \n\
> Every paid invoice reaches the ERP. @\u200beveryone <\u200b/details> &lt;!-- x -->
> \n\
> Systems:
> - ERP
> \n\
> Files it will probably touch:
> - shop/erp.py
> \n\
> How one will know that it works:
> - a paid invoice is posted once

</details>
<!-- claude-code-bot:passport:end -->\
""")


def test_it_says_who_approved_and_who_no_longer_counts() -> None:
    withdrawn = e.ApprovalWithdrawn(by=DEVELOPER, whose=DEVELOPER)
    again = e.Approved(by=ADMIN, head=COMMIT, deploys=True)
    history = (*UP_FOR_REVIEW, APPROVAL, withdrawn, again, e.Released(head=COMMIT))

    assert [(each.by, each.stands) for each in of(history).approvals] == [
        ("developer", False),
        ("admin", True),
    ]
    assert (
        "- **Approvals**: @admin of `c0dec0dec0de`, 2026-01-01 09:00 UTC, may deploy; 1 earlier one no"
        in shown(history)
    )


def test_an_approval_of_an_earlier_commit_does_not_stand() -> None:
    assert [
        each.stands for each in of((*UP_FOR_REVIEW, APPROVAL, *UP_AGAIN[len(UP_FOR_REVIEW) :])).approvals
    ] == [False]


def test_what_an_earlier_version_did_not_note_is_said_to_be_unknown() -> None:
    section = shown(UP_FOR_REVIEW)

    assert section.count(words.NOT_NOTED) == 3


def test_a_passport_before_there_is_anything() -> None:
    passport = of(REQUESTED)

    assert (passport.spent.cached_share, passport.runs, passport.spec) == (None, (), "")
    section = words.section(passport, None)
    assert "none was asked" in section
    assert "no longer kept" not in section


def test_what_was_deleted_since_is_not_shown() -> None:
    assert "The spec is no longer kept." in shown(NOTED, None)


def test_the_names_and_hosts_of_a_set_up_are_told() -> None:
    agreed = structs.replace(SPEC, setup=("pip install -r requirements.txt",))
    history = (*AGREED[:-1], agreed, structs.replace(SANDBOX, setup_hosts=("index.example.org",)))
    told = structs.replace(SPEC, detects_setup=True)

    assert "- **Set-up**: `pip install -r requirements.txt`" in shown(history)
    assert "a set-up reaches `index.example.org` alone" in shown(history)
    assert "- **Set-up**: told from the files" in shown((*AGREED[:-1], told))


def test_where_the_repositorys_own_checks_judge_the_passport_says_so() -> None:
    section = shown((*AGREED[:-1], structs.replace(SPEC, tester="checks", tests=())))

    assert "- **Tests**: the repository's own checks (5 passed before anything was changed)" in section
    assert "- **Sandbox**: judged nothing: the repository's own checks did" in section


def test_every_life_and_every_entry_beyond_the_first_dozen_is_counted() -> None:
    prompts = tuple(f"p{nth:02}:{'a' * 64}" for nth in range(14))
    runs = [e.TestsFailed(attempt=nth, report=REPORT, ended="exited") for nth in range(14)]
    retried = e.Retried(by=ADMIN, state="testing", attempt=15)
    section = shown((*AGREED, structs.replace(turn(2), prompts=prompts), *runs, retried))

    assert "`p11.md` `aaaaaaaaaaaa`, and 2 more" in section
    assert "; 2 earlier runs; attempt 2: failed" in section
    assert f"integration `{ID}`, life 2" in section


def test_the_passport_of_another_version_begins_with_its_request() -> None:
    passport = of(SECOND_ACTIVE)
    answered = [event for event in SECOND_ACTIVE[len(ACTIVE) :] if isinstance(event, e.TurnTaken)]

    assert (passport.edition, passport.requested_by, passport.attempts) == (2, "developer", 1)
    assert (len(passport.runs), len(passport.approvals)) == (1, 1)
    assert sum(passport.models.values()) == len(answered)
    assert of(RENEWED).runs == ()
    assert of(RENEWED).attempts == of(ACTIVE).attempts == 1
    requested = recorded(SECOND_ACTIVE)
    assert passport_of(integration(SECOND_ACTIVE), requested).requested_at == requested[len(ACTIVE)].at


def test_what_it_cost_counts_every_version_as_the_ceilings_do() -> None:
    it, spent = integration(SECOND_ACTIVE), of(SECOND_ACTIVE).spent

    tokens = spent.input_tokens + spent.cache_read_tokens + spent.cache_write_tokens + spent.output_tokens
    assert (spent.turns, tokens, spent.micro_usd) == (it.turns, it.tokens, it.micro_usd)
    assert spent.micro_usd > of(ACTIVE).spent.micro_usd > 0
    assert "; earlier versions counted in" in shown(SECOND_ACTIVE)
    assert "counted in" not in shown(ACTIVE)
    assert f"integration `{ID}`, v2, life 2" in shown(SECOND_ACTIVE)


def test_the_same_is_told_as_json() -> None:
    told = json.loads(json.dumps(to_builtins(of(ACTIVE))))

    assert told["merged"] == integration(ACTIVE).merged
    assert told["requested_by"] == "requester"
    assert told["chain"].startswith(f"{len(ACTIVE)}:")


def test_out_09_nothing_of_the_spec_leaves_its_quotation() -> None:
    page = MarkdownIt("commonmark").enable("table").render(shown(NOTED))

    before, _, quotation = page.partition("<blockquote>")
    assert "Every paid invoice" not in before
    assert quotation.count("</details>") == 1
    assert quotation.endswith(f"</details>\n{words.END}")
    assert "@everyone" not in quotation


def test_a_passport_fits_into_a_body_however_long_its_spec_is() -> None:
    long = PLAN.model_copy(update={"risks": tuple("r" * 4_000 for _ in range(50))})
    section = shown(NOTED, long)

    assert "(Cut here; `/claude plan` shows the rest.)" in section
    assert length(section) < BODY_CHARACTERS / 2


def test_a_section_is_put_in_the_place_of_the_one_that_is_there() -> None:
    old, new = shown(UP_FOR_REVIEW), shown(ACTIVE)

    assert words.completed(f"Mine.\n\n{old}\n\nTheirs \\1.", new) == f"Mine.\n\n{new}\n\nTheirs \\1."
    assert words.completed("Only theirs.", new) == f"{new}\n\nOnly theirs."


def staged(history: History) -> Stage:
    stage = Stage()
    stage.log.holds(history)
    return stage


async def test_the_passport_is_completed_before_the_merge_and_what_people_wrote_stays() -> None:
    stage = staged(CLOSED)
    stage.pulls.bodies[PULL] = f"Before.\n{shown(UP_FOR_REVIEW)}\nAfter."

    await steps.deploy(stage.world, ID, key="k")

    assert stage.log.events()[len(CLOSED) :] == [e.PassportCompleted()]
    body = stage.pulls.bodies[PULL]
    assert (body[:8], body[-7:], body.count(words.BEGIN)) == ("Before.\n", "\nAfter.", 1)
    assert "**Approvals**: @admin" in body
    assert stage.pulls.merged == []


async def test_saying_it_again_changes_nothing() -> None:
    stage = staged(CLOSED)
    it = integration(CLOSED)
    await passports.complete(stage.world, it, key="killed")
    stage.log.streams[ID] = stage.log.streams[ID][: len(CLOSED)]

    await passports.complete(stage.world, it, key="k")

    assert stage.pulls.rewritten == 1


async def test_a_body_that_github_does_not_take_keeps_no_merge_waiting() -> None:
    stage = staged(CLOSED)
    stage.pulls.mute = StepFailed("github_forbidden")

    await steps.deploy(stage.world, ID, key="k")

    assert stage.log.events()[-1] == e.PassportCompleted(taken=False)


async def test_a_github_that_is_away_is_asked_again() -> None:
    stage = staged(CLOSED)
    stage.pulls.mute = Unavailable("github_unreachable")

    with pytest.raises(Unavailable):
        await steps.deploy(stage.world, ID, key="k")


async def test_each_prompt_is_noted_by_its_digest_where_it_is_first_used() -> None:
    usage = Usage(input_tokens=1, output_tokens=1, cache_read_tokens=3, cache_write_tokens=0)
    said = Answer(content=(), stop_reason="end_turn", usage=usage, model="m")
    stage = staged(REPAIRING)
    stage.claude = FakeClaude(answers=[said, said])
    it = integration(REPAIRING)

    question = await coding_question(stage.world, it)
    it, _ = await ask(stage.world, it, question, step="generate_code", key="1")
    it, _ = await ask(stage.world, it, question, step="generate_code", key="2")

    names = {each.partition(":")[0]: each.partition(":")[2] for each in it.prompts}
    assert sorted(names) == ["code", "code_request", "judge_command", "repair"]
    assert names["repair"] == hashlib.sha256((PROMPTS / "repair.md").read_bytes()).hexdigest()
    first, second = stage.log.events()[-2:]
    assert isinstance(first, e.TurnTaken)
    assert isinstance(second, e.TurnTaken)
    assert (len(first.prompts), second.prompts) == (4, ())


def test_only_what_is_filled_in_meanwhile_is_noted() -> None:
    render("code")
    with noting() as prompts:
        render("validate")
    render("code")

    assert [each.partition(":")[0] for each in prompts] == ["validate"]


async def test_each_call_is_noted_by_the_tool_that_it_used() -> None:
    at_work = await hand({"a.txt": "a\n"})
    asked = (
        use("bash", "1", command="true"),
        use(EDITOR, "2", command="view", path="a.txt"),
        use(EDITOR, "3", command="create", path=".github/workflows/x.yml", file_text=""),
        use(EDITOR, "4", command="burn", path="a.txt"),
        use("@org/team", "5"),
    )

    worked = await run_tools(asked, tree=at_work.tree, bench=at_work.bench)

    assert worked.tools == ("bash", "view", "create", "not_run", "not_run")


def test_what_the_model_was_given_and_had_cached_is_counted() -> None:
    it = integration(NOTED)

    assert (it.prompted, it.cached) == (1000 + 1000 + 3000 + 1100, 2100)
    assert it.cached_share == 2100 / 6100
    assert replace(it, prompted=0).cached_share is None
