"""The repository goes away under what is at work, or comes back: each ends plainly, and is told in the end."""

# ruff: noqa: E501  a sentence is pinned as it is said

import re
from collections.abc import Awaitable, Callable

import pytest
from inline_snapshot import snapshot

from bot.domain.states import State
from standins.github.people import GitHub
from tests.story import Team, Thread
from tests.story.scripts import REPOSITORY

CODING = "You are the engineer"
Deed = Callable[[GitHub], Awaitable[object]]


def written(team: Team) -> int:
    """How much was changed on GitHub, by whomever."""
    return len(team.github.world.effects)


async def left_open(team: Team, where: str = "acme/shop") -> list[str]:
    place = team.github.world.repository(where)
    branches = [name for name in place.branches if name != place.default_branch]
    return [*branches, *(f"#{each.number}" for each in place.pulls() if each.state == "open")]


async def suspends(world: GitHub) -> None:
    await world.suspend("acme", by="admin")


async def lifts(world: GitHub) -> None:
    await world.unsuspend("acme", by="admin")


async def uninstalls(world: GitHub) -> None:
    await world.uninstall("acme", by="admin")


async def installs(world: GitHub) -> None:
    await world.install("acme", by="admin")


async def removes(world: GitHub) -> None:
    await world.remove_from_installation("acme/shop", by="admin")


async def adds(world: GitHub) -> None:
    await world.add_to_installation("acme/shop", by="admin")


async def archives(world: GitHub) -> None:
    await world.archive_repository("admin", "acme/shop")


async def unarchives(world: GitHub) -> None:
    await world.unarchive_repository("admin", "acme/shop")


WAYS = [
    pytest.param(suspends, lifts, "installation_suspended", id="suspended"),
    pytest.param(uninstalls, installs, "installation_gone", id="uninstalled"),
    pytest.param(removes, adds, "repository_gone", id="removed"),
    pytest.param(archives, unarchives, "repository_archived", id="archived"),
]


@pytest.mark.parametrize(("goes", "comes", "code"), WAYS)
async def test_f28_f31_what_waits_stops_at_once_and_is_taken_back_and_told_when_it_can_be(
    team: Team, goes: Deed, comes: Deed, code: str
) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    before = written(team)

    await goes(team.github.world)
    await team.bot.reaches(State.FAILED, because=code)
    await team.bot.comes_to_rest()
    assert await team.bot.seconds_between("CancelRequested", "UndoFinished") < 60
    assert (written(team), issue.last_words(), pull.is_open) == (before, [], True)

    await comes(team.github.world)
    await team.bot.has_noted("ReachedAgain")
    await team.bot.reaches(State.FAILED, because=code)
    await team.bot.comes_to_rest()
    assert await left_open(team) == []
    [said] = issue.last_words()
    assert f"(`{code}`)" in said
    assert "`/claude retry` goes on" in said

    await team.requester.comments("/claude retry", on=issue)
    await team.bot.has_noted("Retried")
    again = await team.bot.has_a_pull_request(on=issue)
    await team.admin.comments("/claude approve", on=again)
    await team.bot.reaches(State.ACTIVE)


@pytest.mark.parametrize(("goes", "comes", "code"), WAYS)
async def test_f28_f31_so_does_what_is_being_written(team: Team, goes: Deed, comes: Deed, code: str) -> None:
    team.claude.fail("stall", where=CODING)
    issue = await team.asks()
    await team.claude_is_asked(times=2)

    await goes(team.github.world)
    await team.bot.reaches(State.FAILED, because=code)
    await team.bot.comes_to_rest()
    assert await team.bot.seconds_between("CancelRequested", "UndoFinished") < 60
    assert (len(team.claude.requests), issue.last_words()) == (2, [])

    await comes(team.github.world)
    await team.bot.comes_to_rest()
    [said] = issue.last_words()
    assert f"(`{code}`)" in said


async def test_f28_what_came_to_its_end_while_suspended_is_told_as_plainly(team: Team) -> None:
    issue, _ = await team.has_a_pull_request()
    await suspends(team.github.world)
    await team.bot.reaches(State.FAILED, because="installation_suspended")
    await team.bot.comes_to_rest()

    await lifts(team.github.world)

    await team.bot.has_noted("ReachedAgain")
    await team.bot.comes_to_rest()
    assert issue.last_words() == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Pull request and approval” (`installation_suspended`). The App's installation was suspended. Once that is lifted, `/claude retry` goes on.

What I took back:
- Merge and deploy: nothing to undo
- Pull request and approval: undone (pull request closed, #2)
- Run the tests: undone (check run closed)
- Write the code: undone (branch deleted)\
"""
    ])
    assert "Once that is lifted, `/claude retry` goes on." in issue.status_comment()


async def test_f28_what_was_merged_before_is_left_to_people(team: Team) -> None:
    team.github.world.deployer = None
    issue, pull = await team.has_a_pull_request()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.waits_for("deployment")
    await team.bot.comes_to_rest()

    await suspends(team.github.world)
    await team.bot.reaches(State.FAILED, because="installation_suspended")
    await team.bot.comes_to_rest()
    await lifts(team.github.world)
    await team.bot.has_noted("ReachedAgain")
    await team.bot.comes_to_rest()

    assert (team.github.file("erp.txt") is not None, await left_open(team)) == (True, [pull.branch])
    # Whichever is first, GitHub's word of it or its answer to a step, of which the latter has a detail.
    said = [re.sub(r"\n\nDetail: [^\n]*", "", each) for each in issue.last_words()]
    assert said == snapshot([
        """\
@requester <id> has **failed**.

**Failed** in “Merge and deploy” (`installation_suspended`). The App's installation was suspended. Once that is lifted, `/claude retry` goes on.

What I took back:
- Merge and deploy: **needs a person** (it was out of my reach; see what is left of it)
- Run the tests: nothing to undo
- Write the code: nothing to undo (merged already; see the roll-back)
- Pull request and approval: nothing to undo (merged already; see the roll-back)\
"""
    ])
    await team.requester.comments("/claude retry", on=issue)
    await team.bot.comes_to_rest()
    assert issue.replies() == snapshot([
        "What it merged is still there, and I could not take it back: the last word says why. Revert it by hand, then ask anew with `/claude integrate <what>`."
    ])


async def test_f42_a_word_of_a_suspension_that_comes_after_it_was_lifted_stops_nothing(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    postman = team.github.world.postman
    postman.holding = True
    await suspends(team.github.world)
    await lifts(team.github.world)
    [suspended, lifted] = team.github.world.outbox
    postman.holding = False

    await postman.release([lifted.guid, suspended.guid])
    await team.bot.comes_to_rest()

    assert "CancelRequested" not in await team.bot.facts()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE, on=issue)


async def test_f30_what_was_given_to_another_account_without_the_app_is_written_to_no_more(
    team: Team,
) -> None:
    _, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    before = written(team)

    await team.github.world.transfer_repository("admin", "acme/shop", "globex")

    await team.bot.reaches(State.FAILED, because="repository_gone")
    await team.bot.comes_to_rest()
    there = Thread(github=team.github.world, repository_name="globex/shop", number=pull.number)
    assert (written(team), there.is_open) == (before, True)


@pytest.mark.parametrize("environment", [{"ALLOWED_OWNERS": "acme,globex"}])
@pytest.mark.parametrize(
    ("first", "code"), [("removed", "repository_gone"), ("transferred", "repository_transferred")]
)
async def test_f30_what_was_given_to_another_account_with_the_app_stops_and_says_so_there(
    team: Team, first: str, code: str
) -> None:
    """Whichever of the two that it is told is there first."""
    issue, _ = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    world = team.github.world
    await world.install("globex", by="admin")
    await team.bot.comes_to_rest()
    world.postman.holding = True
    await world.transfer_repository("admin", "acme/shop", "globex")
    [here] = [each.guid for each in world.outbox if each.action == first]

    await world.postman.release([here])
    await team.bot.has_noted("UndoFinished")
    world.postman.holding = False
    await world.settle()
    await team.bot.comes_to_rest()

    there = Thread(github=world, repository_name="globex/shop", number=issue.number)
    await team.bot.reaches(State.FAILED, because=code, on=there)
    assert await left_open(team, "globex/shop") == []
    [said] = there.last_words()
    assert f"(`{code}`)" in said
    assert "`/claude retry` goes on" in said

    await team.requester.comments("/claude retry", on=there)
    await team.bot.has_noted("Retried")
    pull = await team.bot.has_a_pull_request(on=there)
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE, on=there)


@pytest.mark.parametrize("files", [{**REPOSITORY, "run_tests.sh": "test ! -e erp.txt || sleep 2\n"}])
async def test_f29_a_run_goes_on_under_the_new_name_of_its_repository(team: Team) -> None:
    issue = await team.asks()
    await team.bot.is_in(State.TESTING)

    await team.github.world.rename_repository("admin", "acme/shop", "store")

    there = Thread(github=team.github.world, repository_name="acme/store", number=issue.number)
    pull = await team.bot.has_a_pull_request(on=there)
    assert len(there.statuses()) == 1
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE, on=there)
    row = await team.bot.row(there)
    assert row is not None
    assert row["repository"] == "acme/store"
    store = team.github.world.repository("acme/store")
    assert [each.sha for each in store.deployments.values()] == [pull.pull.merge_sha]
    await team.bot.comes_to_rest()
    assert len(there.last_words()) == 1


@pytest.mark.parametrize("heard", [True, False])
async def test_f29_what_waits_at_its_gate_is_approved_under_the_new_name(team: Team, *, heard: bool) -> None:
    """Also where nobody told the bot, and under a name that somebody else has taken by now."""
    issue, pull = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    world = team.github.world
    world.postman.losing = not heard
    await world.rename_repository("admin", "acme/shop", "store")
    if heard:
        await team.bot.has_noted("RepositoryMoved")
    world.create_repository("acme/shop", {"theirs.txt": "theirs\n"})
    await team.developer.pushes({"more.txt": "more\n"}, to="acme/store")
    world.postman.losing = False

    there = Thread(github=world, repository_name="acme/store", number=pull.number)
    await team.admin.comments("/claude approve", on=there)

    issue = Thread(github=world, repository_name="acme/store", number=issue.number)
    await team.bot.reaches(State.ACTIVE, on=issue)
    assert [each.repository for each in world.effects_named("merge")] == ["acme/store"]
    assert list(world.repository("acme/shop").comments) == []


async def test_f31_what_was_deleted_ends_it(team: Team) -> None:
    issue, _ = await team.has_a_pull_request()
    await team.bot.comes_to_rest()
    gone = issue.repository

    await team.github.world.delete_repository("admin", "acme/shop")

    await team.bot.has_noted("UndoFinished")
    await team.bot.comes_to_rest()
    [row] = await team.bot.stored.integrations.find()
    assert (row["state"], row["reason"]) == ("failed", "repository_gone")
    team.github.world.repositories[gone.id] = gone  # for whoever looks at all of them in the end
