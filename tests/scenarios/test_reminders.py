"""Whoever is waited for is reminded once, whatever happens to the bot, and may answer by quoting."""

from datetime import timedelta

import pytest

from tests.story import Team
from tests.story.clock import Ahead
from tests.story.scripts import asks


@pytest.mark.parametrize("script", [asks("Which ERP?", until=1)])
async def test_a_question_is_reminded_of_once_and_answered_by_quoting_it(team: Team, clock: Ahead) -> None:
    issue = await team.asks()
    await team.bot.waits_for("answer")
    await team.bot.looks_whom_to_remind()
    assert issue.by_the_bot("reminder") == []

    clock.ahead += timedelta(days=1)
    await team.bot.looks_whom_to_remind()
    await team.bot.restarts()
    clock.ahead += timedelta(days=4)
    await team.bot.looks_whom_to_remind()

    [reminder] = issue.by_the_bot("reminder")
    assert reminder.startswith("@requester, a reminder of <id>.")
    await team.developer.comments(f"{quoted(reminder)}\n\nThe new one.", on=issue)
    pull = await team.bot.has_a_pull_request(on=issue)

    for days in (1, 1, 2):
        clock.ahead += timedelta(days=days)
        await team.bot.looks_whom_to_remind()
    assert len(pull.by_the_bot("reminder")) == 2
    assert len(issue.by_the_bot("reminder")) == 1


def quoted(text: str) -> str:
    """As GitHub quotes a comment in a reply."""
    return "\n".join(f"> {line}" for line in text.splitlines())
