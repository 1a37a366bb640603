"""Several at once: issues of one repository, and several repositories."""

import asyncio

import pytest

from bot.domain.states import State
from standins.claude_replies import Asked, Raw, Reply, Script, bash, calls
from standins.faults import rate_limited
from tests.story import Team, Thread
from tests.story.places import EACH_ONCE
from tests.story.scripts import REPOSITORY, wants_a_spec, writes
from tests.story.waiting import until

COMMENTS = "/repos/{owner}/{repo}/issues/{issue_number}/comments"


async def test_two_integrations_of_one_repository_do_not_disturb_each_other(team: Team) -> None:
    team.claude.script = lambda asked: writes(f"erp_{'second' in asked.said[0]}.txt")(asked)
    first = await team.asks("/claude integrate the first")
    second = await team.asks("/claude integrate the second")

    for issue in (first, second):
        pull = await team.bot.has_a_pull_request(on=issue)
        await team.admin.comments("/claude approve", on=pull)
        await team.bot.reaches(State.ACTIVE, on=issue)

    await team.bot.comes_to_rest()
    # The second is tested once more with what the first merged, and its passport completed once more.
    assert team.github.effects() == {**dict.fromkeys(EACH_ONCE, 2), "edit_pull": 3}
    assert len(first.last_words()) == len(second.last_words()) == 1
    assert team.github.file("erp_False.txt") == team.github.file("erp_True.txt")


def stays_until_it_may_go(words: str) -> Script:
    """What is asked for in these words is worked on for minutes; everything else at once."""

    def script(asked: Asked) -> Reply | Raw | None:
        if wants_a_spec(asked) or words not in asked.said[0]:
            return writes()(asked)
        return calls(bash(f"toolu_{asked.turns}", "sleep 600"))

    return script


async def test_who_waits_for_a_place_sees_where_in_line_and_goes_on_in_that_order(team: Team) -> None:
    team.claude.script = stays_until_it_may_go("one that stays")
    first, second = [await team.asks(f"/claude integrate one that stays, {nth}") for nth in ("a", "b")]
    await team.claude_is_asked(times=4)
    third = await team.asks("/claude integrate the third")
    await waits_in_line(team, third, "place 1 in this repository's queue. At work: #1, #2.")
    fourth = await team.asks("/claude integrate the fourth")
    await waits_in_line(team, fourth, "place 2 in this repository's queue, behind #3. At work: #1, #2.")
    await team.requester.comments("/claude why", on=fourth)
    await team.is_told("**Waits for its turn**: place 2", on=fourth, times=2)

    await team.requester.comments("/claude cancel", on=third)
    await team.bot.reaches(State.FAILED, because="cancelled", on=third)
    await waits_in_line(team, fourth, "place 1 in this repository's queue. At work: #1, #2.")
    await team.requester.comments("/claude cancel", on=first)

    await team.bot.has_a_pull_request(on=fourth)
    await team.requester.comments("/claude cancel", on=second)
    await team.bot.comes_to_rest()
    assert "Waits for its turn" not in fourth.status_comment()


async def waits_in_line(team: Team, issue: Thread, words: str) -> None:
    await team.is_told(f"**Waits for its turn**: {words}", on=issue, times=1)


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


@pytest.mark.parametrize("environment", [{"ALLOWED_OWNERS": "acme, globex"}])
async def test_an_installation_that_github_lets_wait_delays_no_other(team: Team) -> None:
    team.github.also_has("globex/desk", REPOSITORY)
    await team.github.world.install("globex")
    limited = [await team.requester.opens_an_issue() for _ in range(6)]
    faults = team.github.world.faults
    faults.add(rate_limited(retry_after=25, method="POST", route=COMMENTS))

    async def is_limited() -> bool:
        return bool(faults.met)

    for issue in limited:
        await team.requester.comments("/claude status", on=issue)
        await until(is_limited, otherwise=team.bot.story_so_far)
    elsewhere = await team.asks(repository="globex/desk")
    await team.bot.has_a_pull_request(on=elsewhere)

    assert [reply for issue in limited for reply in issue.replies()] == []
    await team.bot.comes_to_rest()
    assert [len(issue.replies()) for issue in limited] == [1] * len(limited)


async def test_another_repositorys_integration_does_not_exist_here(team: Team) -> None:
    team.github.also_has("acme/office", REPOSITORY)
    issue, _ = await team.has_a_pull_request()
    elsewhere = await team.requester.opens_an_issue(repository="acme/office")

    await team.requester.comments(f"/claude cancel {(await team.bot.integration()).id}", on=elsewhere)

    await team.bot.comes_to_rest()
    assert (await team.bot.integration(issue)).cancelled is None
    assert elsewhere.replies() == ["Nothing here waits for that now. `/claude status` shows where it stands."]
