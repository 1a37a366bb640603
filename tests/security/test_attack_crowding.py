"""Crowding out: one repository's slow or endless work, and how much of it others feel."""

from collections.abc import Sequence
from functools import partial

import pytest
from dbos import DBOS

from bot.domain.states import State
from bot.infrastructure.resilience import POLICIES
from standins.claude_replies import Asked, Raw, Reply, bash, calls
from tests.story import Team, Thread
from tests.story.scripts import REPOSITORY, spec, wants_a_spec, writes
from tests.story.waiting import until

HANGS = "test -e erp.txt && sleep 600\ntrue\n"
MANY = 4
REPOSITORIES = 5


def hangs(asked: Asked) -> Reply | Raw | None:
    """Whoever asks for eternity gets commands that never end."""
    if "eternity" not in asked.said[0]:
        return writes()(asked)
    return spec() if wants_a_spec(asked) else calls(bash(f"toolu_{asked.turns}", "sleep 600"))


@pytest.mark.long
@pytest.mark.parametrize("script", [hangs])
@pytest.mark.parametrize("files", [{**REPOSITORY, "run_tests.sh": HANGS}])
async def test_ab_03_one_repositorys_endless_work_does_not_stop_anothers(team: Team) -> None:
    team.github.also_has("acme/office", REPOSITORY)
    tested = await team.asks()
    await team.bot.is_in(State.TESTING, on=tested)
    hanging = [await team.asks(f"/claude integrate eternity {number}") for number in range(MANY)]
    await until(partial(has_begun, team, hanging), otherwise=team.bot.story_so_far)

    elsewhere = await team.asks(repository="acme/office")
    await team.bot.has_a_pull_request(on=elsewhere)
    assert (await team.bot.integration(tested)).state is State.TESTING

    await stop(team, tested, *hanging)


@pytest.mark.long
@pytest.mark.parametrize("bent", [{"subscribers": ()}])  # telling of so many takes GitHub's patience
@pytest.mark.parametrize("environment", [{"ALLOWED_OWNERS": "acme, globex"}])
@pytest.mark.parametrize("script", [hangs])
async def test_ab_03_one_accounts_many_repositories_do_not_stop_another_account(team: Team) -> None:
    """Ten jobs of five repositories, two at once in each, which never end; then one of somebody else."""
    crowd = [f"acme/crowd-{number}" for number in range(REPOSITORIES)]
    for repository in (*crowd, "globex/desk"):
        team.github.also_has(repository, REPOSITORY)
    await team.github.world.install("globex")
    hanging = [
        await team.asks(f"/claude integrate eternity {number}", repository=repository)
        for repository in crowd
        for number in range(2)
    ]
    await until(partial(is_full, team, hanging), otherwise=team.bot.story_so_far)

    elsewhere = await team.asks(repository="globex/desk")
    await team.bot.has_a_pull_request(on=elsewhere)

    assert await is_full(team, hanging)
    await stop(team, *hanging)


async def has_begun(team: Team, issues: Sequence[Thread]) -> bool:
    """Whether one of those that ask at once is at work: which of them comes first is not said."""
    return any(["RequestValidated" in await team.bot.facts(issue) for issue in issues])


async def is_full(team: Team, issues: Sequence[Thread]) -> bool:
    """Whether their account has used up its share: so many commands that never end, and none more."""
    facts = [await team.bot.facts(issue) for issue in issues]
    begun = sum(each.count("TurnTaken") > 1 for each in facts)
    jobs = await DBOS.list_workflows_async(status="PENDING", name=["validate_request_v1", "generate_code_v1"])
    return begun >= POLICIES["sandbox"]["each"] and len(jobs) == len(issues)


async def stop(team: Team, *issues: Thread) -> None:
    for issue in issues:
        await team.requester.comments("/claude cancel", on=issue)
    for issue in issues:
        await team.bot.reaches(State.FAILED, because="cancelled", on=issue)
