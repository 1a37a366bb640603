"""Commands typed in Slack: heard at the door, answered to whoever typed them, with their rights on GitHub."""

# ruff: noqa: E501  a sentence is pinned as it is said

from functools import partial

import pytest
from inline_snapshot import snapshot

from bot.application.slack_linking import all_links
from bot.domain.states import State
from standins.faults import Fault
from tests.story import Team
from tests.story.waiting import until

pytestmark = pytest.mark.slack


async def test_who_linked_their_account_asks_in_slack_what_they_may_read_on_github(team: Team) -> None:
    await team.has_a_pull_request()
    row = await team.bot.row()
    assert row is not None

    before = await team.slack.newcomer.types(f"status {row['id']}")
    status = await team.slack.viewer.types(f"status {row['id']}")
    why = await team.slack.viewer.types(f"why {row['id']}")
    listed = await team.slack.viewer.types("list acme/shop")
    history = await team.slack.viewer.types(f"history {row['id']}")

    assert before.startswith("I do not know who you are on GitHub yet")
    assert status.startswith("• <id>: *reviewing*, waiting for approval")
    assert "*Waits for an approval*" in why
    assert "<id> · requester" in listed
    assert "asked for" in history


async def test_sl_15_a_stranger_to_the_repository_is_told_nothing_of_it(team: Team) -> None:
    await team.has_a_pull_request()
    row = await team.bot.row()
    assert row is not None

    told = [
        await team.slack.stranger.types(text)
        for text in (f"status {row['id']}", "status zzzzzzzzzz", "list acme/shop")
    ]

    assert len(set(told)) == 1
    assert row["id"] not in told[0]


async def test_sl_09_a_guest_is_not_heard(team: Team) -> None:
    assert await team.slack.guest.types("help") == snapshot(
        "You are a guest in this workspace, so I do not hear you here. The operator can name you in `SLACK_OUTSIDERS`."
    )


async def test_sl_16_who_is_deactivated_acts_as_nobody(team: Team) -> None:
    await team.slack.world.deactivate("requester")

    async def unlinked() -> bool:
        return all(each.name != "requester" for each in await all_links(team.bot.stored))

    await until(unlinked, otherwise=partial(team.bot.story_so_far, "the link is still there"))


async def test_sl_07_what_slack_sends_twice_is_answered_once(team: Team) -> None:
    team.slack.world.postman.twice = True

    await team.slack.newcomer.types("help")
    await team.bot.comes_to_rest()

    assert len(team.slack.whispers("newcomer")) == 1


async def test_an_answer_that_slack_cannot_take_now_comes_later(team: Team) -> None:
    team.slack.world.faults.add(Fault(kind="refuse", route="/commands", status=503, times=2))

    assert (await team.slack.newcomer.types("help")).startswith("say · and I will")


async def test_sl_05_nothing_that_acts_for_somebody_stays_in_the_database(team: Team) -> None:
    await team.slack.newcomer.types("link")
    await team.bot.comes_to_rest()

    stored = team.bot.stored
    kept = await stored.database.read(
        lambda connection: list(
            connection.exec_driver_sql("SELECT body FROM deliveries WHERE source = 'slack'").scalars()
        )
    )
    assert [bytes(body) for body in kept] == [b""]


async def test_asked_for_in_slack_and_approved_there_by_somebody_else_it_is_live(team: Team) -> None:
    await team.slack.admin.types("default acme/shop")

    said = await team.slack.requester.types("integrate send every paid invoice to the ERP")
    await team.bot.waits_for("approval")
    row = await team.bot.row()
    assert row is not None
    own = await team.slack.requester.types(f"approve {row['id']}")
    approved = await team.slack.admin.types(f"approve {row['id']}")
    it = await team.bot.reaches(State.ACTIVE)

    assert said.startswith("I am at it: <id> in acme/shop. How it goes stands on <http")
    assert it.requested_by.login == "requester"
    assert own == snapshot("You asked for it, so somebody else with write access has to approve it.")
    assert approved == snapshot(
        "Approved by @admin for <commit>. I will merge exactly this commit, then deploy it."
    )
    issue = team.github.issue(row["issue"])
    assert issue.issue.title == "send every paid invoice to the ERP"
    assert team.github.effects()["merge"] == 1


async def test_what_slack_sends_twice_is_asked_for_once(team: Team) -> None:
    team.slack.world.postman.twice = True

    await team.slack.requester.types("integrate send every paid invoice to the ERP --repo acme/shop")
    await team.bot.waits_for("approval")

    assert len(team.github.repository.issues) == 2
    assert len(team.slack.whispers("requester")) == 1


async def test_sl_15_a_repository_is_no_channels_by_a_word_of_who_does_not_administer_it(team: Team) -> None:
    refused = await team.slack.developer.types("default acme/shop")
    unseen = await team.slack.stranger.types("default acme/shop")

    assert "user:manage" in refused
    assert unseen.startswith("There is nothing by that name")
    assert await team.slack.admin.types("default") == snapshot(
        "This channel has no repository. Somebody who administers one can say `/claude default &lt;owner&gt;/&lt;name&gt;`."
    )


async def test_in_a_channel_that_the_bot_does_not_see_none_is_bound(team: Team) -> None:
    team.slack.world.create_channel("secret", team.slack.team, kind="private", members=["admin"])

    said = await team.slack.admin.types("default acme/shop", channel="secret")

    assert said == snapshot("There is no such channel, or the bot cannot see it: invite it there.")
