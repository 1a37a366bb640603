"""What the adapter for conversations promises the application, kept against GitHub's stand-in."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.application.conversation_ports import Conversations
from bot.conversation_records import Said
from bot.infrastructure.github_comments import GitHubComments
from bot.infrastructure.github_conversations import PAGE, GitHubConversations
from bot.records import StepFailed
from tests.contracts.github_side import ERP, Side, github_side


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        side.github.person("ada", {ERP: "read"})
        yield side


@pytest.fixture
def conversations(side: Side) -> Conversations:
    return GitHubConversations(side.app)


async def test_it_is_told_with_who_said_what_and_what_was_this_apps(
    side: Side, conversations: Conversations
) -> None:
    number = await side.github.open_issue("ada", ERP, "Invoices", "Too many.")
    first = await side.github.comment("ada", ERP, number, "Are they?")
    second = await GitHubComments(side.app).create(side.repository, number, body="Yes.")

    told = await conversations.read(side.repository, number)

    assert (told.title, told.body, told.author) == ("Invoices", "Too many.", side.actor("ada"))
    asked = told.comments[0]
    assert asked == Said(id=first, body="Are they?", by=side.actor("ada"), at=asked.at, edited_at=asked.at)
    assert [(each.id, each.body, each.is_own) for each in told.comments[1:]] == [(second, "Yes.", True)]
    assert told.earlier == 0


async def test_it_is_told_when_something_was_edited(side: Side, conversations: Conversations) -> None:
    number = await side.github.open_issue("ada", ERP, "Invoices", "")
    comments = GitHubComments(side.app)
    made = await comments.create(side.repository, number, body="Yes.")
    side.github.skew += timedelta(seconds=5)
    await comments.edit(side.repository, made, body="No.")

    [said] = (await conversations.read(side.repository, number)).comments

    assert said.edited_at is not None
    assert said.edited_at > said.at


async def test_where_nobody_said_anything_nothing_is_asked_for(
    side: Side, conversations: Conversations
) -> None:
    number = await side.github.open_issue("ada", ERP, "Invoices", "")

    assert (await conversations.read(side.repository, number)).comments == ()


async def test_of_a_long_one_its_end_is_read(side: Side, conversations: Conversations) -> None:
    number = await side.github.open_issue("ada", ERP, "Invoices", "")
    for nth in range(2 * PAGE + 5):
        await side.github.comment("ada", ERP, number, f"{nth}")

    told = await conversations.read(side.repository, number)

    assert (told.earlier, told.comments[0].body, told.comments[-1].body) == (
        PAGE,
        f"{PAGE}",
        f"{2 * PAGE + 4}",
    )
    assert len(told.comments) == PAGE + 5


async def test_one_that_is_not_there_is_gone(side: Side, conversations: Conversations) -> None:
    with pytest.raises(StepFailed) as failure:
        await conversations.read(side.repository, 99)

    assert failure.value.code == "issue_gone"
