"""Whoever asks why gets the recorded reason, after a restart too."""

from bot.operating import rows_of
from tests.story import Team


async def test_a_refusal_is_told_to_whoever_asks_why_even_after_a_restart(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.viewer.comments("/claude approve", on=pull)
    await team.bot.comes_to_rest()

    await team.bot.restarts()
    await team.viewer.comments("/claude why", on=pull)
    await team.bot.comes_to_rest()

    said = pull.replies()[-1]
    assert "is **reviewing** since" in said
    assert "**Waits for an approval**" in said
    assert "`/claude approve` by viewer: This needs `integration:approve`" in said


async def test_what_goes_on_is_listed_told_and_planned(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    row = await team.bot.row()
    assert row is not None

    for words in ("/claude list", f"/claude history {row['id']}", "/claude plan", "/claude config"):
        await team.viewer.comments(words, on=pull)
        await team.bot.comes_to_rest()

    listed, told, planned, configured = pull.replies()
    assert f"| <id> | requester | #{issue.number} | **reviewing**, waits for approval |" in listed
    assert f"the pull request #{pull.number} was opened" in told
    assert planned.startswith("> **")
    assert "| `test` |" in configured


async def test_the_read_model_is_rebuilt_from_integrations_alone(team: Team) -> None:
    issue = await team.viewer.opens_an_issue("Invoices")
    await team.viewer.comments("/claude integrate send invoices", on=issue)
    await team.bot.comes_to_rest()

    streams = [stream async for stream in team.bot.stored.log.streams()]

    assert len(streams) == 1
    assert await rows_of(team.bot.stored) == []
