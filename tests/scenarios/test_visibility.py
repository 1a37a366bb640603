"""Who may read the repository changes under what is at work: it goes on, and is told nowhere but there."""

from bot.domain.states import State
from tests.story import Team, Thread


async def asks_in_public(team: Team, words: str, issue: Thread) -> None:
    """Somebody from outside speaks where everybody may read by now."""
    await team.stranger.comments(words, on=issue)
    await team.bot.comes_to_rest()


async def test_f31_made_public_while_it_waits_strangers_approve_nothing(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()

    await team.github.world.publicize_repository("admin", "acme/shop")
    await asks_in_public(team, "/claude approve", pull)
    await team.stranger.reviews(pull)
    await team.bot.comes_to_rest()

    it = await team.bot.integration()
    assert (it.waiting_for, it.approvals) == ("approval", ())
    assert team.github.merged_heads() == []
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)


async def test_f31_made_public_while_it_is_at_work_it_goes_on_and_is_told_there_alone(team: Team) -> None:
    issue = await team.asks()
    await team.claude_is_asked(times=1)

    await team.github.world.publicize_repository("admin", "acme/shop")

    pull = await team.bot.has_a_pull_request(on=issue)
    assert pull.is_open
    elsewhere = [each for each in team.github.world.repositories.values() if each.full_name != "acme/shop"]
    assert [comment for each in elsewhere for comment in each.comments.values()] == []


async def test_f31_made_private_again_strangers_are_told_nothing_of_it(team: Team) -> None:
    await team.github.world.publicize_repository("admin", "acme/shop")
    issue, pull = await team.has_a_pull_request()
    await team.github.world.privatize_repository("admin", "acme/shop")

    await asks_in_public(team, "/claude status", issue)

    assert issue.replies()[-1].startswith("This needs `integration:read`, and you have no role here.")
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
