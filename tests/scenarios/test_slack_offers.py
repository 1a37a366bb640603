"""What plain words in Slack would have built is shown to who said it, and done when they say so."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from standins.slack.state import Message
from tests.scenarios.test_slack_mentions import answers, binds, shown
from tests.story import Team
from tests.story.clock import Ahead
from tests.story.mentions import means
from tests.story.scripts import writes
from tests.story.waiting import until

pytestmark = pytest.mark.slack
INTEGRATES = pytest.mark.parametrize("script", [means("integrate", writes())])


@pytest.fixture(autouse=True)
def _doubled(team: Team) -> None:
    """What Slack sends comes twice."""
    team.slack.world.postman.twice = True


def buttons(message: Message) -> list[str]:
    """The names of what can be pressed."""
    rows = [each for each in message.blocks if each["type"] == "actions"]
    return [element["action_id"] for row in rows for element in row["elements"]]


async def offer(team: Team, to: Message) -> Message:
    """Wait until something is offered beneath that message."""

    async def offered() -> Any:
        there = [each for each in team.slack.messages() if each.thread_ts == (to.thread_ts or to.ts)]
        return next((each for each in there if buttons(each) == ["offer-take", "offer-leave"]), None)

    made: Message = await until(offered, otherwise=partial(team.bot.story_so_far, "nothing is offered"))
    return made


@INTEGRATES
async def test_an_integration_is_asked_for_once_its_asker_says_so(team: Team) -> None:
    await binds(team)
    first = await team.slack.viewer.says("invoices should go to the ERP, all that are paid")
    said = await team.slack.requester.says(f"{team.slack.mention} can you build that?", thread=first.ts)

    proposal = await offer(team, said)
    assert "This seems to ask for `/claude integrate` in acme/shop." in shown(proposal)
    assert "can you build that?" in shown(proposal)
    assert "invoices should go to the ERP, all that are paid" in shown(proposal)
    assert len(team.github.repository.issues) == 0

    pressable = [*proposal.blocks]
    await team.slack.requester.clicks("offer-take", on=proposal)
    await team.bot.waits_for("approval")

    row = await team.bot.row()
    assert row is not None
    assert row["requested_by"] == "requester"
    assert "invoices should go to the ERP" in str(team.github.issue(row["issue"]).issue.body)
    assert "I am at it" in shown(proposal)
    assert buttons(proposal) == []
    proposal.blocks[:] = pressable  # somebody's window was not brought up to date yet
    await team.slack.requester.clicks("offer-take", on=proposal)
    await team.bot.comes_to_rest()
    assert len(await team.bot.stored.integrations.find(requested_by_id=row["requested_by_id"])) == 1


@INTEGRATES
async def test_sl_12_nobody_else_takes_it_and_none_when_it_is_late(team: Team, clock: Ahead) -> None:
    await binds(team)
    said = await team.slack.requester.says(f"{team.slack.mention} send every paid invoice to the ERP")
    proposal = await offer(team, said)

    for name in ("admin", "viewer", "newcomer", "guest"):
        await team.slack.person(name).clicks("offer-take", on=proposal)
        assert "whoever said it" in await team.slack.person(name).is_told("whoever said it")
    clock.ahead = timedelta(hours=2)
    await team.slack.requester.clicks("offer-take", on=proposal)

    assert "more than an hour ago" in await team.slack.requester.is_told("more than an hour ago")
    await team.bot.comes_to_rest()
    assert len(team.github.repository.issues) == 0


@INTEGRATES
async def test_who_is_a_guest_by_now_takes_nothing_and_may_once_they_are_none(team: Team) -> None:
    await binds(team)
    said = await team.slack.requester.says(f"{team.slack.mention} send every paid invoice to the ERP")
    proposal = await offer(team, said)

    team.slack.requester.user.kind = "guest"
    await team.slack.requester.clicks("offer-take", on=proposal)
    assert "guest" in await team.slack.requester.is_told("guest")
    assert buttons(proposal) == ["offer-take", "offer-leave"]
    team.slack.requester.user.kind = "member"
    await team.slack.requester.clicks("offer-take", on=proposal)

    await team.bot.waits_for("approval")


@INTEGRATES
async def test_what_is_left_is_not_asked_for(team: Team) -> None:
    await binds(team)
    said = await team.slack.requester.says(f"{team.slack.mention} send every paid invoice to the ERP")
    proposal = await offer(team, said)

    await team.slack.requester.clicks("offer-leave", on=proposal)
    await team.bot.comes_to_rest()

    assert answers(team, said) == ["Nothing is asked for."]
    assert len(team.github.repository.issues) == 0


@INTEGRATES
async def test_taken_and_left_in_the_same_instant_it_is_one_of_the_two(team: Team) -> None:
    await binds(team)
    said = await team.slack.requester.says(f"{team.slack.mention} send every paid invoice to the ERP")
    proposal = await offer(team, said)

    await asyncio.gather(
        *(team.slack.requester.clicks(f"offer-{each}", on=proposal) for each in ("take", "leave"))
    )
    await team.slack.requester.is_told("That is answered already.")
    await team.bot.comes_to_rest()

    is_left = answers(team, said) == ["Nothing is asked for."]
    assert len(await team.bot.stored.integrations.find()) == (0 if is_left else 1)
    assert is_left or "I am at it" in shown(proposal)


@INTEGRATES
async def test_who_may_not_have_it_built_is_offered_nothing(team: Team) -> None:
    await binds(team)

    said = await team.slack.viewer.says(f"{team.slack.mention} send every paid invoice to the ERP")
    await team.bot.comes_to_rest()

    [told] = answers(team, said)
    assert "needs `integration:write`" in told
    assert [buttons(each) for each in team.slack.messages() if each.thread_ts == said.ts] == [[]]


@INTEGRATES
async def test_who_lost_the_right_meanwhile_is_refused_when_they_press(team: Team) -> None:
    await binds(team)
    said = await team.slack.requester.says(f"{team.slack.mention} send every paid invoice to the ERP")
    proposal = await offer(team, said)

    await team.slack.requester.types("unlink")
    await team.slack.requester.clicks("offer-take", on=proposal)
    await team.bot.comes_to_rest()

    assert len(team.github.repository.issues) == 0
    assert "I am at it" not in shown(proposal)
    assert "/slack/link?ticket=" not in str(proposal.blocks)
    assert "I do not know who you are" in await team.slack.requester.is_told("I do not know who you are")


@pytest.mark.parametrize("script", [writes()])
async def test_a_fix_of_the_pull_request_that_is_named_is_offered(team: Team) -> None:
    await binds(team)
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    team.claude.script = means("fix", writes())

    said = await team.slack.developer.says(f"{team.slack.mention} please mend the total in #{pull.number}")
    nowhere = await team.slack.developer.says(f"{team.slack.mention} please mend the total")
    proposal = await offer(team, said)
    await team.bot.comes_to_rest()

    assert f"`/claude fix` in acme/shop#{pull.number}" in shown(proposal)
    assert answers(team, nowhere) == [
        "I do not know which pull request you mean. Name it in your message, as `#12`."
    ]
    await team.slack.developer.clicks("offer-take", on=proposal)
    await team.bot.comes_to_rest()
    assert buttons(proposal) == []
