"""Commands typed in Slack are GitHub's own: the same facts, by the same rights, and refused in the same words."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json
from datetime import timedelta
from typing import Final

import pytest
from inline_snapshot import snapshot

from bot.application.slack_asking import place_asked
from bot.application.slack_channels import bound_to, channels_of
from bot.domain import events as e
from bot.domain.slack_links import linked, stream_of
from bot.domain.streams import is_integrations
from bot.issue_records import Issue
from bot.records import Actor
from bot.slack_link_records import Ticket
from bot.slack_records import Place, SlackChannel, Workspace
from handlers import SLACK
from handlers.conversation import Context
from tests.unit.fake_slack import ALICE, FakeSlack, typed
from tests.unit.fakes import Stage
from tests.unit.histories import (
    ADMIN,
    ASKED,
    BEGAN,
    COMMIT,
    DEVELOPER,
    ID,
    MERGED_FOR_A_DEVELOPER,
    PULL,
    REQUESTER,
    SHOP,
    STRANGER,
    UP_FOR_REVIEW,
    VIEWER,
    WORKED,
    History,
)

HERE: Final = Place(workspace=Workspace(team="T1"), channel="C1")


def staged(person: Actor, history: History = ()) -> Stage:
    """That history, and alice in Slack, who is that person on GitHub."""
    stage = Stage(slack=FakeSlack())
    if history:
        stage.log.holds(history)
    stage.pulls.has(PULL, "claude/3-x", COMMIT)
    ticket = Ticket(user=ALICE, name="alice", workspace="acme", at=BEGAN, nonce="n" * 22)
    fact = stage.log._recorded(stream_of(ALICE), linked(ticket, person), 1, {"key": "linked"})  # noqa: SLF001
    stage.log.streams[stream_of(ALICE)] = [fact]
    return stage


async def types(text: str, stage: Stage, *, key: str = "d-1") -> str:
    """What is answered to it."""
    assert stage.slack is not None
    context = Context(world=stage.world, key=key, door="slack", heard_at=BEGAN + timedelta(days=1))
    await SLACK["slack:command"](typed(text), context)
    return stage.slack.told[-1]


def new(stage: Stage, history: History) -> list[str]:
    return [type(fact).__name__ for fact in stage.log.events()[len(history) :]]


SAID: Final = {
    "answer": (f"answer {ID} SAP", REQUESTER, ASKED, "Answered", "Thank you, @requester."),
    "approve": (f"approve {ID}", DEVELOPER, UP_FOR_REVIEW, "Approved", "Approved by @developer"),
    "reject": (f"reject {ID} too risky", DEVELOPER, UP_FOR_REVIEW, "Rejected", "Rejected by @developer."),
    "deploy": (f"deploy {ID}", ADMIN, MERGED_FOR_A_DEVELOPER, "DeployReleased", "@admin lets it go out."),
    "cancel": (f"cancel {ID}", DEVELOPER, WORKED, "CancelRequested", "Stopped by @developer."),
    "budget": (f"budget {ID} +1", ADMIN, WORKED, "BudgetRaised", "@admin"),
    "config": (f"config {ID} approvals: 2", DEVELOPER, WORKED, "Adjusted", "approvals"),
}


@pytest.mark.parametrize(("text", "by", "history", "fact", "said"), SAID.values(), ids=SAID)
async def test_a_command_is_a_fact_and_an_answer(
    text: str, by: Actor, history: History, fact: str, said: str
) -> None:
    stage = staged(by, history)

    answers = [await types(text, stage) for _ in range(2)]

    assert new(stage, history) == [fact]
    assert said in answers[0]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("text", [each[0] for each in SAID.values()])
async def test_sl_15_to_who_may_not_read_it_there_is_nothing(text: str) -> None:
    stage = staged(STRANGER, UP_FOR_REVIEW)

    said = await types(text, stage)

    assert said == await types(text.replace(ID, ID[::-1]), stage)
    assert said.startswith(("There is nothing by that name", "Say in which repository"))
    assert SHOP.full_name not in said
    assert new(stage, UP_FOR_REVIEW) == []


async def test_who_may_only_read_is_told_who_could_and_that_is_a_fact_of_the_conversation() -> None:
    stage = staged(VIEWER, UP_FOR_REVIEW)

    said = await types(f"approve {ID}", stage)

    assert "integration:approve" in said
    assert new(stage, UP_FOR_REVIEW) == []
    [refused] = stage.log.streams[f"conversation:{SHOP.id}:3"]
    assert (refused.type, refused.meta["door"], refused.data["by"]["id"]) == (
        "CommandRefused",
        "slack",
        VIEWER.id,
    )


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("approve", "Say which, by its id"),
        ("answer", "Say which, by its id"),
        ("freeze because", "Say in which repository"),
        ("integrate send invoices", "Say in which repository"),
        ("integrate send invoices --repo shop", "Say in which repository"),
        ("review", "Say which pull request"),
        ("fix the tests", "Say which pull request"),
        ("ask", "Ask something"),
        ("integrate", "Say what to integrate"),
        ("integrate x --budget much", "The value of `--budget`"),
        ("default shop", "Say a repository"),
    ],
)
async def test_what_is_missing_is_asked_for(text: str, asks: str) -> None:
    assert (await types(text, staged(ADMIN))).startswith(asks)


async def test_an_integration_is_asked_for_on_an_issue_that_is_opened_for_it() -> None:
    stage = staged(REQUESTER)

    text = "integrate send invoices --repo acme/shop --base next --budget 2.50"
    [said, _] = [await types(text, stage) for _ in range(2)]

    [stream] = [each for each in stage.log.streams if is_integrations(each)]
    [fact] = stage.log.events(stream)
    assert isinstance(fact, e.IntegrationRequested)
    assert (fact.by, fact.issue, fact.base, fact.micro_usd) == (REQUESTER, 501, "next", 2_500_000)
    assert json.loads(stage.blobs.contents[fact.request])["request"] == "send invoices"
    assert stage.issues.opened == [501]
    assert "@requester asked for this in Slack" in stage.issues.there[501].body
    assert await place_asked(stream, stage) == HERE
    assert f"`{stream}` in acme/shop" in said
    assert "https://github.com/acme/shop/issues/501" in said


async def test_what_is_asked_for_twice_is_said_where_it_was_opened() -> None:
    stage = staged(REQUESTER)
    await types("integrate send invoices --repo acme/shop", stage)

    said = await types("integrate send invoices --repo acme/shop", stage, key="d-2")

    assert said.startswith("This is already under way in #501")
    assert stage.issues.opened == [501]


async def test_where_no_issue_can_be_opened_it_is_said() -> None:
    stage = staged(REQUESTER)
    stage.issues.refuses = "issues_disabled"

    assert "issues" in await types("integrate send invoices --repo acme/shop", stage)


async def test_sl_15_nobody_asks_for_anything_where_they_may_not_read() -> None:
    stage = staged(STRANGER)

    unknown = await types("integrate x --repo acme/none", stage)

    assert await types("integrate x --repo acme/shop", stage, key="d-2") == unknown
    assert stage.issues.opened == []


async def test_a_channel_has_the_repository_that_its_administrator_says() -> None:
    stage = staged(ADMIN, UP_FOR_REVIEW)

    said = [
        await types(text, stage, key=f"d-{nth}")
        for nth, text in enumerate([
            "default",
            "default acme/shop",
            "default",
            "list",
            "list mine",
            "default none",
            "default none",
        ])
    ]

    assert said == snapshot([
        "This channel has no repository. Somebody who administers one can say `/claude default &lt;owner&gt;/&lt;name&gt;`.",
        "From now on acme/shop is the repository of this channel.",
        "acme/shop is the repository of this channel, since 2026-01-01 09:00 UTC, said by admin.",
        """\
id · asked for by · on · stands · pull request · cost
`k7p2m4q9xa` · requester · #3 · *reviewing*, waits for approval · #12 · $0.0300\
""",
        "There is none (mine). `/claude list all` shows every one.",
        "Done: acme/shop is the repository of this channel no more.",
        "This channel has no repository. Somebody who administers one can say `/claude default &lt;owner&gt;/&lt;name&gt;`.",
    ])
    assert await bound_to(HERE, stage) is None


async def test_the_channels_of_a_repository_are_found() -> None:
    stage = staged(ADMIN)
    await types("default acme/shop", stage)

    [held] = await channels_of(SHOP, stage)

    assert (held.channel, held.by, held.repository.id) == (HERE, ADMIN, SHOP.id)


@pytest.mark.parametrize("person", [DEVELOPER, VIEWER])
async def test_nobody_else_binds_or_frees_a_channel(person: Actor) -> None:
    stage = staged(person)

    assert "user:manage" in await types("default acme/shop", stage)
    assert await bound_to(HERE, stage) is None


async def test_sl_15_a_private_repository_is_no_channels_in_which_strangers_read_along() -> None:
    stage = staged(ADMIN)
    assert stage.slack is not None
    stage.slack.channels.seen = SlackChannel(id="C1", name="shared", is_shared=True)

    assert (await types("default acme/shop", stage)).startswith("People of another organisation read along")
    assert await bound_to(HERE, stage) is None


async def test_sl_15_the_channels_repository_is_told_to_who_may_read_it() -> None:
    stage = staged(ADMIN)
    await types("default acme/shop", stage)
    stage.repositories.roles = {}

    assert (await types("default", stage, key="d-2")).startswith("There is nothing by that name")


async def test_a_channel_that_the_bot_is_not_in_is_told_to_invite_it() -> None:
    stage = staged(ADMIN)
    assert stage.slack is not None
    stage.slack.channels.seen = SlackChannel(id="C1", name="deploys")

    assert "`/invite` me" in await types("default acme/shop", stage)


async def test_a_pull_request_is_named_by_its_repository_or_by_the_channels() -> None:
    stage = staged(ADMIN)
    await types("default acme/shop", stage)

    said = [
        await types(text, stage, key=f"p-{nth}")
        for nth, text in enumerate([f"pause acme/shop#{PULL}", f"resume #{PULL}", "pause #99"])
    ]

    assert said == snapshot([
        "Paused by admin: no review of this pull request follows by itself from now on. One that is being read comes to its end, `/claude review` asks for one all the same, and `/claude resume` ends the pause.",
        "The pause is over, by admin. None follows by itself all the same: this repository wants none or stands still, or this is a draft, a fork's, closed, or one of mine. `/claude review` asks for one.",
        "Nothing is reviewed on an issue. Say `/claude pause` or `/claude resume` on a pull request.",
    ])


async def test_what_is_begun_says_where_it_stands() -> None:
    stage = staged(DEVELOPER)

    said = await types(f"review acme/shop#{PULL}", stage)

    assert said.startswith("I am at it. What comes of it stands on <https://github.com/acme/shop/issues/12>")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (f"ask acme/shop#{PULL} why is that?", PULL),
        ("ask acme/shop why is that?", 0),
    ],
)
async def test_what_is_asked_is_answered_where_the_two_talk(text: str, number: int) -> None:
    stage = staged(DEVELOPER)
    stage.issues.there[PULL] = Issue(title="x", body="", author=None)

    said = await types(text, stage)

    assert said == "I am at it. The answer comes to you alone, where the two of us talk."
    assert f"questions:{SHOP.id}:{number}" in stage.log.streams
