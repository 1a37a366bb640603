"""F80: the bot is started on an older backup of its database; what GitHub has already is not done again."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.domain.states import State
from tests.story import Team
from tests.story.databases import Template
from tests.story.places import EACH_ONCE

# A process that ends leaves its connections to the system; here they are found still open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def kept() -> Iterator[ExitStack]:
    """Backups, for as long as the story lasts."""
    with ExitStack() as stack:
        yield stack


async def backed_up(team: Team, directory: Path, kept: ExitStack) -> str:
    """The address of a copy of the bot's database as it is now; the bot goes on with its own."""
    await team.bot.comes_to_rest()
    await team.bot.stops()
    url = team.bot.environment["DATABASE_URL"]
    file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None
    like = Template(url=url, file=file, server=None if file else os.environ["TEST_POSTGRES_URL"])  # noqa: TID251  of the tests
    copy = kept.enter_context(like.copied(directory / "backup"))
    await team.bot.starts()
    return copy


async def goes_back_to(team: Team, copy: str) -> None:
    await team.bot.comes_to_rest()
    await team.bot.stops()
    team.bot.environment["DATABASE_URL"] = copy
    await team.bot.starts()


async def test_f80_what_was_merged_and_deployed_since_the_backup_is_not_again(
    kept: ExitStack, team: Team, tmp_path: Path
) -> None:
    issue, pull = await team.has_a_pull_request()
    copy = await backed_up(team, tmp_path, kept)
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)

    await goes_back_to(team, copy)
    assert (await team.bot.integration()).state is State.REVIEWING
    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    await team.bot.comes_to_rest()
    # Each approval is told once: in the passport, and by the check run.
    assert team.github.effects() == {**EACH_ONCE, "edit_pull": 2, "update_check": 2}
    assert len(issue.last_words()) == 1
