"""Who may read the repository changes under what is at work: strangers may what GitHub says."""

from bot.domain.states import State
from tests.story import Team, Thread

NO_ROLE = "This needs `integration:read`, and you have no role here."


async def a_stranger_says(team: Team, words: str, thread: Thread) -> None:
    """Somebody of whom GitHub knows no more than that everybody may read what is public."""
    team.github.repository.roles.pop("stranger", None)
    await team.stranger.comments(words, on=thread)
    await team.bot.comes_to_rest()


async def test_f31_made_public_while_it_waits_strangers_may_read_and_approve_nothing(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    await a_stranger_says(team, "/claude status", issue)
    before = issue.replies()[-1]

    await team.github.world.publicize_repository("admin", "acme/shop")
    await a_stranger_says(team, "/claude status", issue)
    after = issue.replies()[-1]
    await a_stranger_says(team, "/claude approve", pull)
    await team.stranger.reviews(pull)
    await team.bot.comes_to_rest()

    assert before.startswith(NO_ROLE)
    assert "**reviewing**, waiting for approval" in after
    it = await team.bot.integration()
    assert (it.waiting_for, it.approvals) == ("approval", ())
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)


async def test_f31_made_public_while_it_is_at_work_it_goes_on(team: Team) -> None:
    issue = await team.asks()
    await team.claude_is_asked(times=1)

    await team.github.world.publicize_repository("admin", "acme/shop")

    assert (await team.bot.has_a_pull_request(on=issue)).is_open


async def test_f31_made_private_again_strangers_are_told_nothing_of_it(team: Team) -> None:
    await team.github.world.publicize_repository("admin", "acme/shop")
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    await a_stranger_says(team, "/claude status", issue)
    before = issue.replies()[-1]

    await team.github.world.privatize_repository("admin", "acme/shop")
    await a_stranger_says(team, "/claude status", issue)

    assert not before.startswith(NO_ROLE)
    assert issue.replies()[-1].startswith(NO_ROLE)
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
