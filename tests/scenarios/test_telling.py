"""What people are told, whatever became of what they were told before."""

from datetime import timedelta

from bot.domain.states import State
from tests.story import Team, Thread
from tests.story.clock import Ahead


async def deletes_the_status_comment(team: Team, issue: Thread) -> None:
    (status,) = [each for each in issue.comments() if ":status:" in each.body]
    await team.github.world.delete_comment("admin", issue.repository_name, status.id)


async def test_a_status_comment_that_somebody_deleted_is_made_anew(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    await deletes_the_status_comment(team, issue)

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    assert ": active" in issue.status_comment()
    assert len(issue.last_words()) == 1


async def test_a_clock_that_is_behind_the_one_that_told_last_does_not_silence_it(
    team: Team, clock: Ahead
) -> None:
    clock.ahead = timedelta(seconds=20)
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()

    clock.ahead = timedelta()
    await team.admin.comments("/claude reject not now", on=pull)

    await team.bot.reaches(State.FAILED, because="rejected")
    await team.bot.comes_to_rest()
    assert ": failed" in issue.status_comment()
