"""Those whom CODEOWNERS names for the change are asked for a review of it."""

import pytest

from tests.story import Team
from tests.story.places import PullRequest
from tests.story.scripts import REPOSITORY

OWNERS = "* @developer @requester\nerp.txt @admin @acme/billing @nobody\n"


def asked(pull: PullRequest) -> list[str]:
    return [*(each.login for each in pull.pull.reviewers), *(each.slug for each in pull.pull.teams)]


@pytest.mark.parametrize("files", [{**REPOSITORY, ".github/CODEOWNERS": OWNERS}])
async def test_the_owners_of_what_was_changed_are_asked(team: Team) -> None:
    """One whom GitHub does not know keeps nobody else from being asked, and the history says so."""
    team.github.world.team("acme/billing")

    _, pull = await team.has_a_pull_request()

    assert asked(pull) == ["admin", "billing"]
    [fact] = (await team.bot.integration()).reviews_asked
    assert (fact.names, fact.refused) == (("@admin", "@acme/billing"), ("@nobody",))
