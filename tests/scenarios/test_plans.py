"""The plan before the work: shown, changed, and approved."""

from collections.abc import Mapping

import pytest
from inline_snapshot import snapshot

from standins.claude_replies import Asked, Raw, Reply
from tests.story import Team
from tests.story.scripts import REPOSITORY, asks, spec, wants_a_spec, writes

PLAN_FIRST: Mapping[str, str] = {
    **REPOSITORY,
    ".github/claude-bot.yml": 'test: "sh run_tests.sh"\nplan_first: true\n',
}
ASKED_FIRST = "/claude integrate send every paid invoice to the ERP --plan-first"


def listens(asked: Asked) -> Reply | Raw | None:
    """Plans what is wanted different."""
    if wants_a_spec(asked) and "without refunds" in asked.told:
        return spec(title="Send paid invoices, without refunds")
    return writes()(asked)


@pytest.mark.parametrize("script", [listens])
@pytest.mark.parametrize("files", [PLAN_FIRST])
async def test_nothing_is_written_before_this_very_plan_is_approved(team: Team) -> None:
    issue = await team.asks()
    await team.bot.waits_for("plan_approval")
    await team.bot.comes_to_rest()
    assert team.github.effects() == {}

    await team.requester.comments("/claude approve", on=issue)
    await team.is_told("You asked for it", on=issue, times=1)
    await team.developer.comments("/claude changes do it without refunds", on=issue)
    await team.is_told("Send paid invoices, without refunds", on=issue, times=2)
    await team.bot.waits_for("plan_approval")
    await team.bot.restarts()
    await team.developer.comments("/claude approve", on=issue)

    pull = await team.bot.has_a_pull_request(on=issue)
    await team.bot.comes_to_rest()
    assert [said.splitlines()[2] for said in issue.by_the_bot("plan")] == [
        "> **Send paid invoices to the ERP**",
        "> **Send paid invoices, without refunds**",
    ]
    assert issue.replies() == snapshot([
        "You asked for it, so somebody else with write access has to approve it.",
        "@developer, I make the plan anew, and show it here.",
        "The plan is approved by @developer. I am at it; what I write then waits for an approval of its own.",
    ])
    assert not pull.is_merged
    assert sum(wants_a_spec(Asked(body=each)) for each in team.claude.requests) == 2


@pytest.mark.parametrize("script", [asks("Which ERP?", until=1)])
async def test_who_wanted_to_see_it_may_let_it_be_written(team: Team) -> None:
    issue = await team.asks(ASKED_FIRST)
    await team.bot.waits_for("answer")
    await team.requester.comments("/claude answer the one we have", on=issue)
    await team.bot.waits_for("plan_approval")
    await team.bot.comes_to_rest()

    await team.requester.comments("/claude approve", on=issue)

    pull = await team.bot.has_a_pull_request(on=issue)
    await team.requester.comments("/claude approve", on=pull)
    await team.bot.comes_to_rest()
    assert pull.replies() == snapshot([
        "You asked for it, so somebody else with write access has to approve it."
    ])
    assert not pull.is_merged
