"""The repository's own checks are the tester: a draft first, their word on it, then everything as ever."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import pytest

from bot.domain.states import State
from standins.claude_replies import Asked, Raw, Reply, calls, edit, says
from standins.faults import Fault, Kind
from tests.story import Team
from tests.story.clock import Ahead
from tests.story.places import EACH_SEEN_ONCE, PullRequest, Thread
from tests.story.scripts import PATH, REPOSITORY, SUMMARY, breaks_then_mends, spec, wants_a_spec

JUDGED: Final = {**REPOSITORY, ".github/claude-bot.yml": "tester: checks\n"}
SHOWN_ONCE: Final = {"create_branch": 1, "create_check": 1, "edit_pull": 1, "make_ready": 1, "open_pull": 1}


@pytest.fixture
def files() -> Mapping[str, str]:
    return JUDGED


async def is_put_up(team: Team) -> tuple[Thread, PullRequest]:
    """Something was asked for, and waits for what the repository's checks say."""
    issue = await team.asks()
    await team.bot.waits_for("checks")
    return issue, await team.bot.has_opened_one(on=issue)


async def checks_say(team: Team, pull: PullRequest, clock: Ahead, **said: str) -> None:
    """They run on the newest commit, a minute after it came, and end so."""
    world = team.github.world
    begun = {name: await world.run_check("acme/shop", pull.head, name, log=f"the {name}") for name in said}
    clock.ahead += timedelta(minutes=1)
    for name, conclusion in said.items():
        await world.end_check("acme/shop", begun[name], conclusion)


async def test_what_its_checks_pass_goes_the_whole_way(team: Team, clock: Ahead) -> None:
    issue, pull = await is_put_up(team)
    was_draft, said = pull.pull.draft, pull.issue.body or ""
    build = await team.github.world.run_check("acme/shop", pull.head, "build")
    await team.github.world.set_status("admin", "acme/shop", pull.head, "ci/old", "success")
    await team.is_told("1 of 2 done", on=issue, times=1)
    await team.bot.restarts()
    clock.ahead += timedelta(minutes=1)
    await team.github.world.end_check("acme/shop", build, "success")
    await team.bot.waits_for("approval")
    is_draft = pull.pull.draft

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert (was_draft, is_draft) == (True, False)
    assert "Tests are under way" in said
    assert "the repository's own checks on this commit: 2 passed" in (pull.issue.body or "")
    assert team.github.seen_effects() == {**EACH_SEEN_ONCE, "edit_pull": 2, "make_ready": 1}


@pytest.mark.parametrize("script", [breaks_then_mends])
async def test_what_its_checks_fail_is_mended_on_the_same_pull_request(team: Team, clock: Ahead) -> None:
    issue, pull = await is_put_up(team)
    wrong = pull.head
    await checks_say(team, pull, clock, lint="success", test="failure")
    await team.bot.has_noted("BranchMoved")
    await team.bot.waits_for("checks")

    await checks_say(team, pull, clock, lint="success", test="success")

    await team.bot.waits_for("approval")
    await team.bot.comes_to_rest()
    it = await team.bot.integration()
    assert (it.attempt, len(team.github.repository.pulls()), it.head != wrong) == (2, 1, True)
    assert "the test" in str(team.claude.requests[-1])
    assert team.github.file("word.txt", branch=pull.branch) == "right again\n"
    assert "| Run the tests | tests failed, repairing |" in issue.status_comment()


async def test_what_is_cancelled_while_it_waits_is_taken_back_in_the_order_that_it_was_made(
    team: Team,
) -> None:
    issue, pull = await is_put_up(team)

    await team.requester.comments("/claude cancel", on=issue)

    ended = await team.bot.reaches(State.FAILED, because="cancelled")
    await team.bot.comes_to_rest()
    assert [(each.step, each.outcome) for each in ended.undone] == [
        ("create_pull_request", "undone"),
        ("generate_code", "undone"),
    ]
    assert (pull.is_open, pull.branch in team.github.repository.branches) == (False, False)


@pytest.mark.parametrize("kind", ["lose", "cut_after"])
async def test_f21_a_draft_is_opened_and_made_ready_once_although_the_answers_were_lost(
    team: Team, clock: Ahead, kind: Kind
) -> None:
    for route in ("/repos/{owner}/{repo}/pulls", "/graphql"):
        team.github.world.faults.add(Fault(kind=kind, method="POST", route=route))

    _, pull = await is_put_up(team)
    await checks_say(team, pull, clock, build="success")

    await team.bot.waits_for("approval")
    assert len(team.github.world.faults.met) == 2
    assert team.github.seen_effects() == SHOWN_ONCE


async def test_where_there_are_no_drafts_and_no_test_command_it_goes_all_the_same(
    team: Team, clock: Ahead
) -> None:
    team.github.repository.has_drafts = False
    _, pull = await is_put_up(team)
    title, body = pull.issue.title, pull.issue.body or ""

    await checks_say(team, pull, clock, build="success")

    await team.bot.waits_for("approval")
    assert title.startswith("[tests under way] ")
    assert "GitHub has no drafts in this repository" in body
    assert "No command is known that would" in str(team.claude.requests[0])
    assert "under way" not in pull.issue.title + (pull.issue.body or "")
    assert "make_ready" not in team.github.seen_effects()


def writes_what_is_wished(asked: Asked) -> Reply | Raw | None:
    """Writes a file, and another where somebody wishes for it; what checks say it leaves as it is."""
    if wants_a_spec(asked):
        return spec()
    is_wished, is_told = "credit notes" in asked.told, "did not pass" in asked.told
    if asked.calls_since_told or is_told:
        return says(SUMMARY)
    return calls(edit(f"toolu_{asked.turns}", "create", "notes.txt" if is_wished else PATH, file_text="x\n"))


WISHED: Final = pytest.mark.parametrize("script", [writes_what_is_wished])


async def fails_as_wished(team: Team, clock: Ahead) -> tuple[Thread, PullRequest]:
    """It passed, a person had something changed, and what came of that fails for a cause of its own."""
    issue, pull = await is_put_up(team)
    await checks_say(team, pull, clock, lint="success")
    await team.bot.waits_for("approval")
    before = pull.head
    await team.developer.comments("/claude changes send the credit notes, too", on=pull)
    await team.bot.has_noted("BranchMoved")
    await team.bot.waits_for("checks")
    await team.github.world.run_check("acme/shop", pull.head, "outage", conclusion="failure")
    await team.bot.has_noted("ChecksDisputed")
    await team.is_told("I found nothing more to change for that", on=pull, times=1)
    assert pull.head != before
    return issue, pull


@WISHED
async def test_what_was_changed_and_fails_for_a_cause_of_its_own_is_shown_to_people_as_failing(
    team: Team, clock: Ahead
) -> None:
    issue, pull = await fails_as_wished(team, clock)

    await team.admin.comments("/claude approve", on=pull)
    await team.is_told("so I cannot merge it yet", on=pull, times=1)
    await team.bot.restarts()

    waits = await team.bot.integration()
    assert (waits.waiting_for, waits.head, pull.is_open) == ("approval", pull.head, True)
    assert "**Checks fail on this commit**" in (pull.issue.body or "")
    assert "No commit with this change has passed" in issue.status_comment()
    assert team.github.merged_heads() == []


@WISHED
async def test_and_once_nothing_of_it_fails_any_more_it_is_judged_again(team: Team, clock: Ahead) -> None:
    _, pull = await fails_as_wished(team, clock)
    head = pull.head

    await team.github.world.run_check("acme/shop", head, "outage", conclusion="success")
    await team.bot.has_noted("JudgedAgain")
    await team.bot.waits_for("checks")
    clock.ahead += timedelta(minutes=1)
    await team.bot.waits_for("approval")
    await team.bot.comes_to_rest()
    said = pull.issue.body or ""
    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert "the repository's own checks on this commit: 1 passed" in said
    assert team.github.merged_heads() == [head]
    assert {check.status for check in team.github.repository.checks.values()} == {"completed"}


async def test_what_fails_late_for_a_cause_of_its_own_stays_at_its_gate(team: Team, clock: Ahead) -> None:
    issue, pull = await is_put_up(team)
    await checks_say(team, pull, clock, lint="success")
    await team.bot.waits_for("approval")
    head, world = pull.head, team.github.world

    outage = await world.run_check("acme/shop", head, "outage", conclusion="failure")
    await team.bot.has_noted("ChecksDisputed")
    await team.is_told("and I changed nothing", on=pull, times=1)
    await team.admin.comments("/claude approve", on=pull)
    await team.is_told("so I cannot merge it yet", on=pull, times=1)
    await team.bot.restarts()

    waits = await team.bot.integration()
    assert (waits.waiting_for, waits.head, pull.head) == ("approval", head, head)
    assert "**Checks fail** on <commit>: `outage`. I found nothing to change" in issue.status_comment()
    await world.end_check("acme/shop", outage, "success")
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [head]
    assert team.github.seen_effects()["create_branch"] == 1
