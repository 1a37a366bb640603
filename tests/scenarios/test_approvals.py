"""Approvals for paths: two rules at one gate, a path that comes later, and approvals whose time is over."""

# ruff: noqa: E501  a sentence is pinned as it is said

from datetime import timedelta
from typing import Any, Final

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from standins.claude_replies import Asked, Reply, calls, edit, says
from tests.story import Team
from tests.story.clock import Ahead
from tests.story.scripts import PATH, REPOSITORY, SUMMARY, spec, wants_a_spec

CONFIGURED = ".github/claude-bot.yml"
WISH = "/claude changes The credit notes as well, please."
RULES = """\
approvals: 1
approval_paths:
  - {path: "*.txt", by: ["@acme/billing"]}
  - {path: erp.txt, role: admin}
  - {path: payments/, count: 2, role: admin}
"""
PAYMENTS = "approvals: 2\napproval_paths: [{path: payments/, role: admin}]\n"
ONE = "approval_paths: [{path: payments/, role: admin}]\n"
TWO = "approvals: 2\napproval_days: 14\n"


def configured(said: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("files", [{**REPOSITORY, CONFIGURED: f"{REPOSITORY[CONFIGURED]}{said}"}])


def notes_too(asked: Asked) -> Reply:
    """A second time when asked, as wished."""
    if wants_a_spec(asked):
        return spec()
    if asked.calls_since_told:
        return says(SUMMARY)
    return calls(edit(f"toolu_{asked.turns}", "create", PATH, file_text=f"invoices {asked.turns}\n"))


def waiting_part(body: str) -> list[str]:
    """What the paths wait for, as it is said there."""
    parts = [part for part in body.split("\n\n") if part.startswith("For paths")]
    return parts[0].splitlines()[1:] if parts else []


@configured(RULES)
async def test_id_13_each_of_two_rules_is_met_by_those_who_may_and_by_nobody_else(team: Team) -> None:
    team.github.world.team("acme/billing", "developer", "requester")
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    assert waiting_part(issue.status_comment()) == snapshot([
        "- an approval by `@\u200bacme/billing` for `*.txt`",
        "- an approval by an admin for `erp.txt`",
    ])
    [check] = team.github.checks()
    assert waiting_part(check.output["summary"] or "") == waiting_part(issue.status_comment())

    await team.requester.comments("/claude approve", on=pull)
    await team.bot.comes_to_rest()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.comes_to_rest()
    assert pull.replies() == snapshot([
        "You asked for it, so somebody else with write access has to approve it.",
        """\
Approved by @admin for <commit>.

For paths that it changes it **waits for**:
- an approval by `@\u200bacme/billing` for `*.txt`\
""",
    ])
    assert (team.github.merged_heads(), waiting_part(issue.status_comment())) == snapshot((
        [],
        ["- an approval by `@\u200bacme/billing` for `*.txt`"],
    ))

    await team.bot.restarts()
    await team.developer.reviews(pull)

    it = await team.bot.reaches(State.ACTIVE)
    assert [(given.by.login, given.role, given.teams) for given in it.approvals] == [
        ("admin", "admin", ()),
        ("developer", "developer", ("@acme/billing",)),
    ]
    assert team.github.merged_heads() == [pull.head]


@configured(PAYMENTS)
@pytest.mark.parametrize("script", [notes_too])
async def test_sm_02_a_path_that_others_bring_in_after_an_approval_takes_its_own(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    assert waiting_part(issue.status_comment()) == []
    await team.admin.reviews(pull)
    await team.bot.comes_to_rest()
    await team.requester.pushes({"payments/ledger.txt": "By hand.\n"}, branch=pull.branch)
    await team.developer.reviews(pull)
    await team.bot.comes_to_rest()
    assert ("I tested" in pull.replies()[-1], team.github.merged_heads()) == (True, [])

    await team.requester.comments(WISH, on=pull)
    await team.bot.has_noted("BranchMoved")
    await team.bot.has_a_pull_request(on=issue)
    await team.bot.comes_to_rest()
    assert waiting_part(issue.status_comment()) == snapshot(["- an approval by an admin for `payments/`"])
    ruled = [(each.path, each.count, each.role) for each in await rules_of(team)]
    assert ruled == [("payments/", 1, "admin")]

    await team.developer.comments("/claude approve", on=pull)
    await team.bot.comes_to_rest()
    assert team.github.merged_heads() == []
    assert [given.by.login for given in (await team.bot.integration()).approvals] == ["developer"]
    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    assert team.github.file("payments/ledger.txt") == "By hand.\n"


async def rules_of(team: Team) -> Any:
    """Those that hold for the commit that waits."""
    ruled = (await team.bot.integration()).ruled
    assert ruled is not None
    return ruled.rules


@configured(ONE)
async def test_rc_02_what_the_configuration_says_later_changes_nothing_of_a_run(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    agreed = await rules_of(team)
    await team.admin.pushes({CONFIGURED: f"{REPOSITORY[CONFIGURED]}approvals: 9\n"})
    await team.bot.comes_to_rest()
    assert ((await team.bot.integration()).approvals_needed, await rules_of(team)) == (1, agreed)

    await team.admin.reviews(pull)

    await team.bot.reaches(State.ACTIVE)


@configured(TWO)
async def test_f47_sm_02_an_approval_lapses_after_its_time_and_another_opens_the_gate(
    team: Team, clock: Ahead
) -> None:
    clock.ahead = -timedelta(days=15)
    issue, pull = await team.has_a_pull_request()
    await team.developer.reviews(pull)
    await team.bot.comes_to_rest()
    assert "**Waits for 2 approvals (1 given)**" in issue.status_comment()
    await team.bot.looks_for_lapses()
    assert pull.by_the_bot("lapsed") == []

    clock.ahead = timedelta()
    await team.bot.looks_for_lapses()
    await team.bot.looks_for_lapses()
    await team.bot.comes_to_rest()

    assert "**Waits for 2 approvals (0 given)**" in issue.status_comment()
    assert pull.by_the_bot("lapsed") == snapshot([
        "@developer, your approval of <commit> has lapsed: one holds for 14 days here. Look at it again, then `/claude approve`."
    ])
    await team.admin.reviews(pull)
    await team.bot.comes_to_rest()
    assert team.github.merged_heads() == []
    await team.developer.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]


async def test_sm_02_what_waits_to_be_merged_is_not_once_its_approval_is_over(
    team: Team, clock: Ahead
) -> None:
    clock.ahead = -timedelta(days=15)
    issue, pull = await team.has_a_pull_request()
    await team.github.world.protect("acme/shop", "main", why="At least 2 approving reviews are required.")
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.waits_for("merge")

    clock.ahead = timedelta()
    await team.bot.looks_for_lapses()
    await team.bot.waits_for("approval")
    await team.bot.comes_to_rest()

    assert [each.conclusion for each in team.github.checks()] == ["success", None]
    assert pull.by_the_bot("lapsed") == snapshot([
        "@admin, your approval of <commit> has lapsed: one holds for 14 days here. Look at it again, then `/claude approve`."
    ])
    assert "**Waits for an approval**" in issue.status_comment()


LEDGER: Final = "".join(f"line {number}\n" for number in range(30))
RENAMED: Final = {
    **REPOSITORY,
    "shop/ledger.txt": LEDGER,
    CONFIGURED: "tester: checks\napproval_paths: [{path: payments/, role: admin}]\n",
}


def edits_the_ledger(asked: Asked) -> Reply:
    if wants_a_spec(asked):
        return spec()
    if asked.calls_since_told:
        return says(SUMMARY)
    return calls(edit("toolu_1", "str_replace", "shop/ledger.txt", old_str="line 9\n", new_str="line nine\n"))


@pytest.mark.parametrize("files", [RENAMED])
@pytest.mark.parametrize("script", [edits_the_ledger])
async def test_sm_02_what_others_move_into_such_a_path_while_it_waits_takes_its_approvals(
    team: Team, clock: Ahead
) -> None:
    issue = await team.asks()
    await team.bot.waits_for("checks")
    pull = await team.bot.has_opened_one(on=issue)
    build = await team.github.world.run_check("acme/shop", pull.head, "build")
    clock.ahead += timedelta(minutes=1)
    await team.github.world.end_check("acme/shop", build, "success")
    await team.bot.waits_for("approval")
    assert await rules_of(team) == ()
    await team.admin.pushes({"shop/ledger.txt": None, "payments/ledger.txt": LEDGER})

    await team.developer.comments("/claude approve", on=pull)
    await team.bot.has_noted("Released")
    await team.bot.waits_for("approval")
    await team.bot.comes_to_rest()
    assert team.github.merged_heads() == []
    assert waiting_part(issue.status_comment()) == ["- an approval by an admin for `payments/`"]

    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]
