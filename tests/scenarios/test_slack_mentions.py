"""People speak to the bot in Slack: exact commands by its name or directly, answered in the thread."""

import pytest
from inline_snapshot import snapshot

from standins.faults import Fault
from standins.slack.state import Message
from tests.story import Team
from tests.story.places import worded
from tests.story.slack import CHANNEL

pytestmark = pytest.mark.slack


@pytest.fixture(autouse=True)
def _doubled(team: Team) -> None:
    """What Slack sends comes twice."""
    team.slack.world.postman.twice = True


async def binds(team: Team) -> None:
    """From now on this is the channel of the repository."""
    assert "acme/shop" in await team.slack.admin.types("default acme/shop")


def answers(team: Team, to: Message, *, channel: str = CHANNEL) -> list[str]:
    """What the bot says in the thread of a message."""
    return team.slack.by_the_bot(thread=to.thread_ts or to.ts, channel=channel)


def shown(message: Message) -> str:
    """What a message shows to those who see blocks."""
    return worded("\n".join(str((each.get("text") or {}).get("text", "")) for each in message.blocks))


async def asked(team: Team) -> str:
    """The id of an integration that waits for an approval."""
    await team.has_a_pull_request()
    row = await team.bot.row()
    assert row is not None
    return str(row["id"])


@pytest.mark.parametrize("words", ["{bot} status {id}", "{bot} /claude status {id}", "{bot}: status {id}?"])
async def test_a_command_by_the_bots_name_is_answered_in_the_thread(team: Team, words: str) -> None:
    named = await asked(team)
    await binds(team)
    before = len(team.claude.requests)

    said = await team.slack.viewer.says(words.format(bot=team.slack.mention, id=named))
    await team.bot.comes_to_rest()

    [told] = answers(team, said)
    assert told.startswith("• <id>: *reviewing*, waiting for approval")
    assert len(team.claude.requests) == before


async def test_a_command_written_directly_needs_no_name(team: Team) -> None:
    named = await asked(team)

    await team.slack.viewer.writes(f"status {named}")
    await team.bot.comes_to_rest()

    [told] = _directly(team, "viewer")
    assert told.startswith("• <id>: *reviewing*, waiting for approval")


def _directly(team: Team, name: str) -> list[str]:
    return team.slack.told_directly(name)


async def test_sl_15_a_private_repository_is_told_of_in_no_channel_but_its_own(team: Team) -> None:
    named = await asked(team)

    said = await team.slack.viewer.says(f"{team.slack.mention} status {named}")
    await team.bot.comes_to_rest()

    assert answers(team, said) == []
    [told] = _directly(team, "viewer")
    assert told.startswith("• <id>: *reviewing*, waiting for approval")


async def test_sl_15_what_one_may_not_read_is_answered_as_what_is_not_there(team: Team) -> None:
    named = await asked(team)
    await binds(team)

    one = await team.slack.stranger.says(f"{team.slack.mention} status {named}")
    other = await team.slack.stranger.says(f"{team.slack.mention} status zzzzzzzzzz")
    words = await team.slack.stranger.says(f"{team.slack.mention} how is it going in acme/shop?")
    nowhere = await team.slack.stranger.says(f"{team.slack.mention} how is it going in acme/nowhere?")
    await team.bot.comes_to_rest()

    assert answers(team, one) == answers(team, other) != []
    assert (
        answers(team, words)
        == answers(team, nowhere)
        == snapshot(["There is nothing by that name that you could see."])
    )


async def test_whoever_is_not_linked_is_given_a_button_that_nobody_else_sees(team: Team) -> None:
    said = await team.slack.newcomer.says(f"{team.slack.mention} why are invoices counted twice?")
    await team.slack.newcomer.says(f"{team.slack.mention} status zzzzzzzzzz")
    await team.slack.newcomer.orders("status zzzzzzzzzz")
    await team.bot.comes_to_rest()

    whispers = team.slack.whispers("newcomer")
    assert [each.text.startswith("I do not know who you are on GitHub yet") for each in whispers] == [
        True
    ] * 3
    for each in whispers:
        [button] = [part for block in each.blocks for part in block.get("elements", ())]
        assert button["url"].startswith("http")
        assert "/slack/link?ticket=" in button["url"]
    assert len({each.blocks[-1]["elements"][0]["url"] for each in whispers}) == 3
    assert answers(team, said) == []
    assert [each for each in team.slack.messages() if each.by.id == team.slack.bot_user.id] == []


async def test_sl_09_whoever_is_not_of_the_workspace_is_not_heard(team: Team) -> None:
    slack = team.slack.world
    elsewhere = slack.workspace("Other")
    outsider = slack.person("outsider", elsewhere)
    channel = slack.channel_named(CHANNEL)
    channel.members.add(outsider.id)
    channel.shared_with.add(elsewhere.id)

    await team.slack.guest.says(f"{team.slack.mention} help")
    await team.slack.person("outsider").says(f"{team.slack.mention} help")
    await team.bot.comes_to_rest()

    assert "guest" in await team.slack.guest.is_told("guest")
    assert "another organisation" in await team.slack.person("outsider").is_told("another organisation")
    assert team.slack.by_the_bot() == []
    assert len(team.slack.whispers("outsider")) == 1


async def test_who_slack_does_not_know_is_told_so(team: Team) -> None:
    team.slack.world.faults.add(
        Fault(route="/api/users.info", kind="refuse", status=200, message="user_not_found", times=1)
    )

    await team.slack.developer.says(f"{team.slack.mention} help")

    await team.slack.developer.is_told("There is no such person")
    assert team.slack.by_the_bot() == []


async def test_bots_are_not_answered_nor_is_what_is_only_changed(team: Team) -> None:
    slack = team.slack.world
    robot = slack.person("robot", team.slack.team, kind="bot")
    slack.channel_named(CHANNEL).members.add(robot.id)

    said = await team.slack.admin.says("is anybody there?")
    await team.slack.person("robot").says(f"{team.slack.mention} help")
    await slack.edits("admin", CHANNEL, said.ts, f"{team.slack.mention} help")
    await team.slack.admin.says(
        f"> {team.slack.mention} help\nhe said, and `{team.slack.mention}` did not answer"
    )
    await team.bot.comes_to_rest()

    own = [each for each in team.slack.messages() if each.by.id == team.slack.bot_user.id]
    assert own == []
    assert team.slack.world.ephemerals == []


async def test_the_word_stop_in_a_thread_is_still_no_talk(team: Team) -> None:
    said = await team.slack.admin.says("what a day")
    await team.slack.admin.says("stop", thread=said.ts)
    await team.bot.comes_to_rest()

    assert team.slack.by_the_bot(thread=said.ts) == []


async def test_whoever_writes_directly_and_is_not_linked_is_given_the_button_there(team: Team) -> None:
    said = await team.slack.newcomer.writes("why are invoices counted twice?")
    await team.bot.comes_to_rest()

    place = team.slack.world.direct(team.slack.bot_user, team.slack.newcomer.user)
    [told] = [each for each in team.slack.world.said_in(place) if each.by.id == team.slack.bot_user.id]
    assert told.thread_ts == said.ts
    assert told.blocks[-1]["elements"][0]["url"].startswith("http")
    await team.slack.newcomer.clicks("link", on=told, channel=place.id)
    await team.bot.comes_to_rest()


async def test_the_word_stop_in_the_thread_of_a_run_stops_it_where_the_two_talk(team: Team) -> None:
    await team.slack.requester.types("integrate send every paid invoice to the ERP --repo acme/shop")
    await team.bot.waits_for("approval")
    await team.bot.comes_to_rest()
    place = team.slack.world.direct(team.slack.bot_user, team.slack.requester.user)
    [first] = team.slack.world.said_in(place)

    await team.slack.requester.writes("stop", thread=first.ts)

    await team.bot.has_noted("CancelRequested")
