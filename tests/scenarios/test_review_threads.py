"""People talk in the threads of a review."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import Mapping

import pytest
from inline_snapshot import snapshot

from standins.faults import Fault
from standins.github.people import GitHub
from standins.github.remarks import MOST_OF_A_REVIEW
from standins.github.shapes.pulls import pull_of
from tests.story import Team
from tests.story.reviews import FOUND, SOURCE, first_thread, has_a_change, reviews, talk
from tests.story.scripts import REPOSITORY

REPLIES = "/repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies"


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, "count.py": SOURCE}


@pytest.mark.parametrize("script", [reviews(FOUND)])
async def test_a_command_in_a_thread_is_answered_in_it(team: Team) -> None:
    pull = await has_a_change(team)
    await team.developer.comments("/claude review", on=pull)
    await team.bot.comes_to_rest()
    thread = first_thread(pull)

    said = await team.developer.answers("/claude status", to=thread, on=pull)
    await team.bot.comes_to_rest()
    refused = await team.viewer.answers("/claude review", to=thread, on=pull)
    await team.bot.comes_to_rest()

    assert talk(pull) == snapshot([
        ("developer", "/claude status"),
        (
            "claude-code-bot[bot]",
            "There is no integration here yet. `/claude integrate <what>` asks for one.",
        ),
        ("viewer", "/claude review"),
        (
            "claude-code-bot[bot]",
            "This needs `integration:write`, and you are viewer here. Somebody who is developer or admin could do it.",
        ),
    ])
    marked = {
        number: [each.content for each in made] for number, made in pull_of(pull.issue).reactions.items()
    }
    assert marked == {said: ["eyes"], refused: ["eyes"]}
    assert pull.replies() == []


async def test_a_thread_that_a_person_began_is_answered_in_as_well_even_where_the_answer_was_lost(
    team: Team,
) -> None:
    pull = await has_a_change(team)
    team.github.world.faults.add(Fault(kind="cut_after", method="POST", route=REPLIES))
    line = {"path": "count.py", "line": 4, "side": "RIGHT", "body": "/claude status"}

    review = await team.developer.reviews(pull, "COMMENT", body="Look", lines=[line])
    await team.bot.comes_to_rest()

    assert first_thread(pull) == review * MOST_OF_A_REVIEW
    assert [by for by, _ in talk(pull)] == ["claude-code-bot[bot]"]
