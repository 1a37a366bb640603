"""One run, two windows: its thread in Slack says what GitHub's status comment says, and what is pressed there
is the same as a comment.
"""

import asyncio
from functools import partial
from typing import Final

import pytest

from bot.domain.slack_acts import Act
from bot.domain.states import State
from standins.slack.state import Message
from tests.scenarios.test_changes import SENT_BACK, WISH
from tests.story import Team
from tests.story.places import Thread
from tests.story.waiting import until

pytestmark = pytest.mark.slack

STOPPED_WITHIN: Final = 5.0
TIMES: Final = 20


async def binds(team: Team) -> None:
    """From now on this is the channel of the repository."""
    said = await team.slack.admin.types("default acme/shop")
    assert "acme/shop" in said


async def waits_at_its_gate(team: Team) -> tuple[Thread, Message]:
    """A run that waits to be approved, and the first message of its thread."""
    await binds(team)
    issue, _ = await team.has_a_pull_request()
    return issue, await offers(team, Act.APPROVE)


def buttons(message: Message) -> list[str]:
    """The names of what can be pressed."""
    rows = [each for each in message.blocks if each["type"] == "actions"]
    return [element["action_id"] for row in rows for element in row["elements"]]


def first_messages(team: Team) -> list[Message]:
    bot = team.slack.bot_user.id
    return [each for each in team.slack.messages() if each.by.id == bot and each.thread_ts is None]


async def offers(team: Team, *acts: Act) -> Message:
    """Wait until the thread's first message offers these."""

    async def shown() -> Message | None:
        wanted = {each.action for each in acts}
        return next((each for each in first_messages(team) if wanted <= {*buttons(each)}), None)

    return await until(shown, otherwise=partial(team.bot.story_so_far, f"Slack does not offer {acts}"))


async def offers_just(team: Team, *acts: Act) -> None:
    async def shown() -> bool:
        return [buttons(each) for each in first_messages(team)] == [[each.action for each in acts]]

    await until(shown, otherwise=partial(team.bot.story_so_far, f"Slack does not offer {acts} alone"))


async def test_a_run_is_shown_in_the_channel_of_its_repository_and_approved_there(team: Team) -> None:
    issue, first = await waits_at_its_gate(team)
    assert buttons(first) == ["run-approve", "run-changes", "run-cancel"]

    await team.slack.developer.clicks("run-approve", on=first)

    assert "Approved by @developer" in await team.slack.developer.is_told("Approved by @developer")
    await team.slack.shows("@developer approved")
    await team.bot.waits_for("deploy_approval", on=issue)
    await team.slack.admin.clicks("run-deploy", on=await offers(team, Act.DEPLOY))
    await team.bot.reaches(State.ACTIVE)
    await offers_just(team, Act.ROLLBACK)
    await team.bot.comes_to_rest()

    assert len(first_messages(team)) == 1
    thread = team.slack.by_the_bot(thread=first.ts)
    assert thread == ["@developer approved <commit>, in Slack.", "@admin let it go out, in Slack."]
    status = next(each.body for each in issue.comments() if "claude-code-bot:status" in each.body)
    assert "approved `" in status
    assert ", in Slack." in status


async def test_what_is_decided_on_github_is_in_the_thread_and_chatter_is_not(team: Team) -> None:
    issue, first = await waits_at_its_gate(team)

    await team.developer.comments("Looks good to me, does it not?", on=issue)
    await team.developer.comments("/claude changes one at a time", on=issue)
    await team.slack.shows("wanted")
    await team.bot.waits_for("approval", on=issue)
    await team.bot.comes_to_rest()

    [line] = team.slack.by_the_bot(thread=first.ts)
    assert "@developer wanted" in line
    assert ", on GitHub" in line


async def test_changes_are_asked_for_in_a_window(team: Team) -> None:
    issue, first = await waits_at_its_gate(team)

    await team.slack.developer.clicks("run-changes", on=first)
    [modal] = team.slack.developer.modals  # at once: it has three seconds
    await team.slack.developer.submits(modal, {"words": {"words": {"value": "one at a time"}}})
    await team.slack.developer.is_told("developer")
    await team.bot.has_noted("ChangesRequested")
    await team.bot.waits_for("approval", on=issue)


async def test_sl_12_who_may_not_approve_is_told_so_alone(team: Team) -> None:
    _, first = await waits_at_its_gate(team)

    for name in ("viewer", "requester", "newcomer", "guest", "stranger"):
        await team.slack.person(name).clicks("run-approve", on=first)

    assert "This needs `integration:approve`" in await team.slack.viewer.is_told("needs")
    assert "You asked for it" in await team.slack.requester.is_told("asked for it")
    assert "I do not know who you are" in await team.slack.newcomer.is_told("do not know")
    assert "/slack/link?ticket=" in team.slack.whispers("newcomer")[-1].blocks[-1]["elements"][0]["url"]
    assert "guest" in await team.slack.guest.is_told("guest")
    assert "nothing by that name" in await team.slack.stranger.is_told("nothing by that name")
    assert "Approved" not in await team.bot.facts()


@SENT_BACK
async def test_sl_12_a_button_of_an_older_commit_is_refused_and_the_message_is_brought_up_to_date(
    team: Team,
) -> None:
    issue, first = await waits_at_its_gate(team)
    old = [*first.blocks]
    await team.developer.comments(WISH, on=issue)
    await team.bot.has_noted("BranchMoved")
    await team.bot.waits_for("approval", on=issue)
    await team.bot.comes_to_rest()
    first.blocks[:] = old  # somebody's window was not brought up to date yet

    await team.slack.admin.clicks("run-approve", on=first)

    assert "shown before" in await team.slack.admin.is_told("shown before")
    assert "Approved" not in await team.bot.facts()
    await team.bot.comes_to_rest()
    assert first.blocks != old


@pytest.mark.parametrize("_nth", range(TIMES))
async def test_two_people_approve_on_the_two_windows_in_the_same_instant(team: Team, _nth: int) -> None:
    issue, first = await waits_at_its_gate(team)

    await asyncio.gather(
        team.slack.admin.clicks("run-approve", on=first),
        team.developer.comments("/claude approve", on=issue),
    )
    await team.bot.has_noted("Approved")
    await team.bot.comes_to_rest()

    assert (await team.bot.facts()).count("Approved") == 1
    alone = team.slack.whispers("admin")[-1]
    [reply] = [each.body for each in issue.comments() if "claude-code-bot:reply" in each.body]
    told = [alone.text, reply]
    assert sum("Approved by @" in each for each in told) == 1, told
    assert sum("done already: @" in each for each in told) == 1, told


async def test_where_the_bot_is_not_in_the_channel_any_more_it_answers_directly(team: Team) -> None:
    _, first = await waits_at_its_gate(team)
    await team.slack.viewer.clicks("run-changes", on=first)
    [modal] = team.slack.viewer.modals
    team.slack.world.channel_named("deploys").members.discard(team.slack.bot_user.id)

    await team.slack.viewer.submits(modal, {"words": {"words": {"value": "one at a time"}}})

    async def written() -> bool:
        return any("needs `integration:approve`" in each for each in team.slack.told_directly("viewer"))

    await until(written, otherwise=partial(team.bot.story_so_far, "viewer is not told"))


@pytest.mark.parametrize("how", ["cross", "word"])
async def test_a_cross_or_the_word_stop_stops_it_within_five_seconds(team: Team, how: str) -> None:
    issue, first = await waits_at_its_gate(team)

    async with asyncio.timeout(STOPPED_WITHIN):
        if how == "cross":
            await team.slack.developer.reacts("x", to=first)
        else:
            await team.slack.developer.says("please stop", thread=first.ts)
            await team.slack.developer.says("stop", thread=first.ts)
        await team.bot.has_noted("CancelRequested")

    await team.bot.reaches(State.FAILED, because="cancelled", on=issue)
    await offers(team, Act.RETRY)


async def test_who_may_not_stop_it_is_told_so(team: Team) -> None:
    _, first = await waits_at_its_gate(team)

    await team.slack.viewer.says("stop", thread=first.ts)

    assert "needs `integration:write`" in await team.slack.viewer.is_told("needs")
    assert "CancelRequested" not in await team.bot.facts()


async def test_sl_15_where_no_channel_is_the_repositorys_nothing_is_told_in_slack(team: Team) -> None:
    await team.has_a_pull_request()
    await team.bot.comes_to_rest()

    assert team.slack.messages() == []


async def test_what_is_asked_for_in_slack_has_its_thread_there_and_its_issue_on_github(team: Team) -> None:
    await binds(team)

    await team.slack.requester.types("integrate send every paid invoice to the ERP")
    first = await offers(team, Act.APPROVE)
    await team.slack.admin.clicks("run-approve", on=first)
    await team.bot.reaches(State.ACTIVE)
    await offers_just(team, Act.ROLLBACK)


async def test_sl_15_what_is_asked_for_where_it_may_not_be_told_is_told_to_who_asked(team: Team) -> None:
    await team.slack.requester.types("integrate send every paid invoice to the ERP --repo acme/shop")
    await team.bot.waits_for("approval")
    await team.bot.comes_to_rest()

    assert first_messages(team) == []
    [told] = team.slack.told_directly("requester")
    assert "Waits for an approval" in told


async def test_everything_that_comes_twice_is_done_once(team: Team) -> None:
    team.slack.world.postman.twice = team.github.world.postman.twice = True

    _, first = await waits_at_its_gate(team)
    await team.slack.admin.clicks("run-approve", on=first)
    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()

    assert len(first_messages(team)) == 1
    assert len(team.slack.by_the_bot(thread=first.ts)) == 1
    assert len(team.slack.whispers("admin")) == 2  # that the channel is the repository's, and the approval
