"""GitHub, Claude and the sandbox as they are on a bad day."""

# ruff: noqa: E501  a sentence is pinned as it is said

import os
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from standins.faults import Fault, Kind
from tests.story import Team
from tests.story.places import EACH_ONCE
from tests.story.scripts import CHANGE, wanders

REPOSITORY = "/repos/{owner}/{repo}"
CREATING = (
    f"{REPOSITORY}/issues/{{issue_number}}/comments",
    f"{REPOSITORY}/issues/comments/{{comment_id}}/reactions",
    f"{REPOSITORY}/git/refs",
    f"{REPOSITORY}/pulls",
    f"{REPOSITORY}/check-runs",
    f"{REPOSITORY}/deployments",
)
MERGING = f"{REPOSITORY}/pulls/{{pull_number}}/merge"
CODING = "You are the engineer"
HUGE = {
    "input_tokens": 400_000,
    "output_tokens": 20_000,
    "cache_read_input_tokens": 0,
    "cache_creation_input_tokens": 0,
}


@pytest.mark.long
@pytest.mark.parametrize("kind", ["lose", "cut_after"])
async def test_f17_f18_f21_what_was_done_although_the_answer_was_lost_is_not_done_again(
    team: Team, kind: Kind
) -> None:
    for route in CREATING:
        team.github.world.faults.add(Fault(kind=kind, method="POST", route=route))
    team.github.world.faults.add(Fault(kind=kind, method="PUT", route=MERGING))
    issue, pull = await team.has_a_pull_request()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert len(team.github.world.faults.met) == len(CREATING) + 1
    assert team.github.effects() == EACH_ONCE
    assert (len(issue.statuses()), len(issue.last_words()), len(pull.replies())) == (1, 1, 1)


async def test_f17_a_commit_whose_answer_was_lost_is_on_no_branch(team: Team) -> None:
    team.github.world.faults.add(Fault(kind="lose", method="POST", route=f"{REPOSITORY}/git/commits"))

    _, pull = await team.has_a_pull_request()

    assert team.github.seen_effects() == {"create_branch": 1, "create_check": 1, "open_pull": 1}
    assert team.github.repository.branches[pull.branch] == pull.head


@pytest.mark.long
async def test_f19_a_pull_request_that_the_list_does_not_show_yet_is_not_opened_again(team: Team) -> None:
    team.github.world.faults.add(Fault(kind="lose", method="POST", route=f"{REPOSITORY}/pulls"))
    team.github.world.faults.add(
        Fault(kind="stale", method="GET", route=f"{REPOSITORY}/pulls", seconds=60, times=2)
    )

    await team.has_a_pull_request()

    assert team.github.effects()["open_pull"] == 1


async def test_f22_a_github_that_fails_for_a_while_is_waited_for(team: Team) -> None:
    team.github.world.faults.add(Fault(kind="refuse", status=503, times=3))

    await team.has_a_pull_request()

    assert len(team.github.world.faults.met) == 3


@pytest.mark.parametrize("kind", ["overloaded", "internal", "cut", "reset", "error_event", "garbled"])
async def test_f54_f55_f57_a_claude_that_fails_is_asked_again_and_no_tool_is_run_before(
    team: Team, kind: str
) -> None:
    team.claude.fail(kind, where=CODING)

    _, pull = await team.has_a_pull_request()

    assert (await team.bot.facts()).count("ToolsRun") == 1
    assert team.github.file("erp.txt", branch=pull.branch) == CHANGE


async def test_f56_an_answer_that_broke_off_is_in_the_cost(team: Team) -> None:
    team.claude.fail("cut", where=CODING)

    issue, _ = await team.has_a_pull_request()

    await team.bot.comes_to_rest()
    it = await team.bot.integration()
    assert (await team.bot.facts()).count("AnswerLost") == it.lost == 1
    assert len(team.claude.requests) == it.turns + 1
    assert "model turns, 1 answer that broke off; " in issue.status_comment()


async def test_f56_an_answer_that_was_broken_off_by_a_cancel_is_paid_too(team: Team) -> None:
    team.claude.fail("stall", where=CODING)
    issue = await team.asks()
    await team.claude_is_asked(times=2)

    await team.requester.comments("/claude cancel", on=issue)

    ended = await team.bot.reaches(State.FAILED, because="cancelled")
    assert (ended.turns, ended.lost) == (1, 1)


@pytest.mark.parametrize("script", [wanders(usage=HUGE)])
async def test_ab_01_answers_that_always_break_off_rest_at_the_budget(team: Team) -> None:
    team.claude.fail("error_event", where=CODING, times=100)
    await team.asks()

    await team.bot.waits_for("budget")

    it = await team.bot.integration()
    assert (it.paused and it.paused.detail, it.turns, it.lost) == ("dollars", 1, 3)
    assert len(team.claude.requests) == 4


async def test_f53_claude_is_not_asked_before_the_time_it_names(team: Team) -> None:
    team.claude.fail("rate_limited", where=CODING, retry_after=2)

    await team.has_a_pull_request()

    assert await team.bot.seconds_between("RequestValidated", "ToolsRun") > 2


async def test_f58_an_answer_cut_inside_a_tool_call_runs_nothing_and_is_asked_for_with_more_room(
    team: Team,
) -> None:
    team.claude.fail("max_tokens", where=CODING)

    _, pull = await team.has_a_pull_request()

    limits = [each["max_tokens"] for each in team.claude.requests if each.get("tools")]
    assert limits == [16_000, 64_000, 16_000]
    assert (await team.bot.facts()).count("ToolsRun") == 1
    assert team.github.file("erp.txt", branch=pull.branch) == CHANGE


async def test_f58_an_answer_that_is_always_cut_ends_it(team: Team) -> None:
    team.claude.fail("max_tokens", where=CODING, times=2)
    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because="answer_too_long")

    await team.bot.comes_to_rest()
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Write the code” (`answer_too_long`). The model's answer was longer than I may let it be. Ask in smaller pieces.

What I took back:
- Write the code: nothing to undo\
"""
    ])


async def test_f59_a_claude_that_pauses_goes_on(team: Team) -> None:
    team.claude.fail("pause_turn", where=CODING, times=2)

    await team.has_a_pull_request()

    assert (await team.bot.facts()).count("ToolsRun") == 1


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("unknown_stop", "unknown_stop_reason"),
        ("context_exceeded", "context_exceeded"),
    ],
)
async def test_f62_what_will_not_get_better_ends_it_with_the_reason(
    team: Team, kind: str, reason: str
) -> None:
    team.claude.fail(kind, where=CODING)
    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because=reason)

    await team.bot.comes_to_rest()
    assert team.github.effects() == {}
    assert f"(`{reason}`)" in issue.last_words()[0]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("bad_key", "The model does not accept the operator's key. (`claude_refused_account`)"),
        ("unknown_model", "The model that the operator has set does not exist. (`claude_unknown_model`)"),
        (
            "spend_limit",
            "The operator's account for the model has reached its spending limit. (`claude_spend_limit`)",
        ),
    ],
)
async def test_f64_while_the_model_does_not_take_the_key_runs_are_held_back_and_go_on_after(
    team: Team, kind: str, said: str
) -> None:
    team.claude.fail(kind, where=CODING, times=5)
    issue = await team.asks()
    await team.bot.has_noted("HeldUp")

    await team.viewer.comments("/claude why", on=issue)

    await team.is_told(f"**Held back.** {said}", on=issue, times=2)  # in the reply, and in the status comment
    await team.bot.has_a_pull_request()
    await team.bot.comes_to_rest()
    assert "Held back" not in issue.status_comment()
    assert issue.last_words() == []
    assert team.claude.paid_twice == {}


@pytest.fixture
def no_bubblewrap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every program of the system but that one."""
    everything = {each.name: each for place in os.defpath.split(":") for each in Path(place).iterdir()}
    (tmp_path / "bin").mkdir()
    for name in everything.keys() - {"bwrap"}:
        (tmp_path / "bin" / name).symlink_to(everything[name])
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


@pytest.mark.usefixtures("no_bubblewrap")
async def test_f69_sb_06_without_a_sandbox_nothing_is_run(team: Team) -> None:
    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because="sandbox_unavailable")

    await team.bot.comes_to_rest()
    assert team.github.effects() == {}
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Validate the request” (`sandbox_unavailable`). The sandbox cannot run here, and I run no code outside it. The operator can ask `python -m bot doctor`.

There was nothing to take back.\
"""
    ])


async def test_f53_people_are_told_that_claude_does_not_answer_until_it_does(team: Team) -> None:
    team.claude.fail("overloaded", where=CODING, retry_after=6)
    issue = await team.asks()
    await team.bot.has_noted("HeldUp")

    await team.viewer.comments("/claude why", on=issue)

    said = "**Claude does not answer at the moment** (`claude_overloaded`)."
    await team.is_told(said, on=issue, times=2)  # in the reply, and in the status comment
    await team.bot.has_a_pull_request()
    await team.bot.comes_to_rest()
    assert said not in issue.status_comment()
    assert (await team.bot.facts()).count("HeldUp") == 1
