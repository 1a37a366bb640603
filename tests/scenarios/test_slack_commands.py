"""Commands typed in Slack: heard at the door, answered to whoever typed them, with their rights on GitHub."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import pytest
from inline_snapshot import snapshot

from bot.application.slack_linking import all_links, link, offered
from bot.records import Actor
from bot.slack_link_records import SlackUser
from standins.faults import Fault
from standins.slack.app import new_app
from standins.slack.people import Slack
from standins.slack.server import serve
from tests.story import Team
from tests.story.waiting import until

SIGNING: Final = "slack-signing-canary-" + "s" * 32


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """Acme with the app in #deploys, its people, and somebody of another organisation in a shared channel."""
    it = Slack(app=new_app(signing_secret=SIGNING))
    acme, globex = it.workspace("Acme"), it.workspace("Globex")
    for name in ("alice", "boss"):
        it.person(name, acme)
    it.person("guest", acme, kind="guest")
    it.person("mallory", globex)
    async with await serve(it):
        it.give_token(acme, by="boss")
        members = ["claude", "alice", "boss", "guest"]
        it.create_channel("deploys", acme, members=members)
        yield it
        assert it.violations == []


@pytest.fixture
def environment(slack: Slack) -> Mapping[str, str]:
    return {
        "SLACK_SIGNING_SECRET": SIGNING,
        "SLACK_BOT_TOKEN": next(iter(slack.tokens)),
        "SLACK_API_URL": f"{slack.url}/api/",
    }


@dataclass
class Desk:
    """Slack's side of the story."""

    team: Team
    slack: Slack

    async def types(self, name: str, text: str) -> str:
        """What somebody is answered to a command, whom nobody else sees it."""
        before = len(self.slack.ephemerals)
        delivery = await self.slack.commands(name, "deploys", text)
        assert delivery.accepted

        async def answered() -> bool:
            return len(self.slack.ephemerals) > before

        await until(answered, otherwise=partial(self.team.bot.story_so_far, f"{name}: no answer to {text}"))
        told = self.slack.ephemerals[before]
        assert told.user == self.slack.named(name).id
        return told.text

    async def links(self, name: str, login: str) -> None:
        """As the page in the browser does it."""
        user, stored = self.slack.named(name), self.team.bot.stored
        who = SlackUser(team=user.team.id, id=user.id)
        ticket = offered(who, name=name, workspace="acme", at=stored.clock.now())
        person = self.team.github.world.account(login)
        await link(ticket, Actor(id=person.id, login=login), kept=stored, used=stored.sessions)


@pytest.fixture
async def desk(team: Team, slack: Slack) -> Desk:
    slack.door_url = f"http://127.0.0.1:{team.bot.port}/slack/events"
    return Desk(team=team, slack=slack)


async def test_who_linked_their_account_asks_in_slack_what_they_may_read_on_github(desk: Desk) -> None:
    await desk.team.has_a_pull_request()
    row = await desk.team.bot.row()
    assert row is not None

    before = await desk.types("alice", f"status {row['id']}")
    await desk.links("alice", "viewer")
    status = await desk.types("alice", f"status {row['id']}")
    why = await desk.types("alice", f"why {row['id']}")
    listed = await desk.types("alice", "list acme/shop")
    history = await desk.types("alice", f"history {row['id']}")

    assert before.startswith("I do not know who you are on GitHub yet")
    assert status.startswith(f"• `{row['id']}`: *reviewing*, waiting for approval")
    assert "*Waits for an approval*" in why
    assert f"`{row['id']}` · requester" in listed
    assert "asked for" in history


async def test_sl_15_a_stranger_to_the_repository_is_told_nothing_of_it(desk: Desk) -> None:
    await desk.team.has_a_pull_request()
    row = await desk.team.bot.row()
    assert row is not None
    await desk.links("boss", "stranger")

    told = [
        await desk.types("boss", text)
        for text in (f"status {row['id']}", "status zzzzzzzzzz", "list acme/shop")
    ]

    assert len(set(told)) == 1
    assert row["id"] not in told[0]


async def test_sl_09_a_guest_is_not_heard(desk: Desk) -> None:
    assert await desk.types("guest", "help") == snapshot(
        "You are a guest in this workspace, so I do not hear you here. The operator can name you in `SLACK_OUTSIDERS`."
    )


async def test_sl_16_who_is_deactivated_acts_as_nobody(desk: Desk) -> None:
    await desk.links("alice", "developer")

    await desk.slack.deactivate("alice")

    async def unlinked() -> bool:
        return await all_links(desk.team.bot.stored) == []

    await until(unlinked, otherwise=partial(desk.team.bot.story_so_far, "the link is still there"))


async def test_sl_07_what_slack_sends_twice_is_answered_once(desk: Desk) -> None:
    desk.slack.postman.twice = True

    await desk.types("alice", "help")
    await desk.team.bot.comes_to_rest()

    assert len(desk.slack.ephemerals) == 1


async def test_an_answer_that_slack_cannot_take_now_comes_later(desk: Desk) -> None:
    desk.slack.faults.add(Fault(kind="refuse", route="/commands/", status=503, times=2))

    assert (await desk.types("alice", "help")).startswith("say · and I will")


async def test_sl_05_nothing_that_acts_for_somebody_stays_in_the_database(desk: Desk) -> None:
    await desk.types("alice", "link")
    await desk.team.bot.comes_to_rest()

    stored = desk.team.bot.stored
    kept = await stored.database.read(
        lambda connection: list(
            connection.exec_driver_sql("SELECT body FROM deliveries WHERE source = 'slack'").scalars()
        )
    )
    assert [bytes(body) for body in kept] == [b""]
