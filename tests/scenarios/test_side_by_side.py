"""Several at once: issues of one repository, and several repositories."""

import asyncio

from bot.domain.states import State
from tests.story import Team, Thread
from tests.story.places import EACH_ONCE
from tests.story.scripts import REPOSITORY, writes


async def test_two_integrations_of_one_repository_do_not_disturb_each_other(team: Team) -> None:
    team.claude.script = lambda asked: writes(f"erp_{'second' in asked.said[0]}.txt")(asked)
    first = await team.asks("/claude integrate the first")
    second = await team.asks("/claude integrate the second")

    for issue in (first, second):
        pull = await team.bot.has_a_pull_request(on=issue)
        await team.admin.comments("/claude approve", on=pull)
        await team.bot.reaches(State.ACTIVE, on=issue)

    await team.bot.comes_to_rest()
    assert team.github.effects() == dict.fromkeys(EACH_ONCE, 2)
    assert len(first.last_words()) == len(second.last_words()) == 1
    assert team.github.file("erp_False.txt") == team.github.file("erp_True.txt")


async def test_two_repositories_are_served_at_once(team: Team) -> None:
    team.github.also_has("acme/office", REPOSITORY)
    issues = [await team.asks(), await team.asks(repository="acme/office")]

    async def goes_live(issue: Thread) -> None:
        pull = await team.bot.has_a_pull_request(on=issue)
        await team.admin.comments("/claude approve", on=pull)
        await team.bot.reaches(State.ACTIVE, on=issue)

    await asyncio.gather(*map(goes_live, issues))

    await team.bot.comes_to_rest()
    assert team.github.effects() == team.github.effects("acme/office") == EACH_ONCE


async def test_another_repositorys_integration_does_not_exist_here(team: Team) -> None:
    team.github.also_has("acme/office", REPOSITORY)
    issue, _ = await team.has_a_pull_request()
    elsewhere = await team.requester.opens_an_issue(repository="acme/office")

    await team.requester.comments(f"/claude cancel {(await team.bot.integration()).id}", on=elsewhere)

    await team.bot.comes_to_rest()
    assert (await team.bot.integration(issue)).cancelled is None
    assert elsewhere.replies() == ["Nothing here waits for that now. `/claude status` shows where it stands."]
