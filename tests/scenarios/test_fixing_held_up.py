"""What keeps a fix from being pushed is said where it was asked; what others do meanwhile is not undone."""

# ruff: noqa: E501  a sentence is pinned as it is said

from collections.abc import Mapping
from typing import Final

import pytest
from inline_snapshot import snapshot

from standins.claude_replies import Asked, Raw, Reply, says
from standins.faults import Fault
from standins.github.people import GitHub
from tests.story import Team
from tests.story.fixes import FILES, MENDED, fixes, outcome, told
from tests.story.reviews import SOURCE, has_a_change
from tests.story.scripts import writes

ASKS: Final = "/claude fix add to the total"
GIT: Final = "/repos/{owner}/{repo}/git"
COMMENTS: Final = "/repos/{owner}/{repo}/issues/{issue_number}/comments"


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**FILES, "count.py": SOURCE}


def breaks_then_mends(asked: Asked) -> Reply | Raw | None:
    """The first change breaks the tests, the second mends them."""
    return fixes(content=MENDED if "did not pass" in asked.told else "broken\n")(asked)


def breaks(asked: Asked) -> Reply | Raw | None:
    """The tests never pass."""
    return fixes(content=f"broken {asked.turns}\n")(asked)


def insists(asked: Asked) -> Reply | Raw | None:
    """It breaks them, and leaves its change as it is."""
    return says("Leave it\n\nThey are wrong.") if "did not pass" in asked.told else breaks(asked)


@pytest.mark.parametrize("script", [breaks_then_mends])
async def test_what_fails_goes_back_to_the_model_with_how_it_was_before(team: Team) -> None:
    pull = await has_a_change(team)

    await team.developer.comments(ASKS, on=pull)
    await team.bot.comes_to_rest()

    assert team.github.file("count.py", branch="count") == MENDED
    assert "Before your change they: passed." in str(team.claude.requests[2])
    assert team.github.effects()["move_branch"] == 1


@pytest.mark.parametrize(("script", "turns"), [(breaks, 8), (insists, 3)])
async def test_what_still_fails_is_not_pushed_and_is_offered_as_a_patch(team: Team, turns: int) -> None:
    pull = await has_a_change(team)
    head = pull.head

    await team.developer.comments(ASKS, on=pull)
    await team.bot.comes_to_rest()

    assert (pull.head, team.github.effects(), len(team.claude.requests)) == (head, {}, turns)
    said = outcome(pull)
    assert said.startswith(
        "@developer, nothing was pushed: The tests fail with the change, after every repair"
    )
    assert "<details><summary>The change as a patch (`git apply -p0`), which nothing vouches for" in said
    assert "--- count.py\n+++ count.py\n" in said
    assert "+broken" in said


@pytest.mark.parametrize("script", [lambda _: says("Nothing to mend\n\nIt adds up already.")])
async def test_where_nothing_is_wrong_the_model_says_why(team: Team) -> None:
    pull = await has_a_change(team)

    await team.developer.comments(ASKS, on=pull)
    await team.bot.comes_to_rest()

    assert outcome(pull) == snapshot("""\
@developer, nothing was pushed: The model changed nothing.

What the model says:

Nothing to mend

It adds up already.

<sub>Asked by @developer. 1 model call, <tokens>, <cost>. A model wrote this: look at it as at any change.</sub>\
""")


@pytest.mark.parametrize("script", [fixes(".github/workflows/ci.yml", "on: push\n")])
async def test_a_workflow_is_not_written(team: Team) -> None:
    pull = await has_a_change(team)

    await team.developer.comments(ASKS, on=pull)
    await team.bot.comes_to_rest()

    assert "This edit is not allowed (workflow)" in str(team.claude.requests[1])
    assert "The model changed nothing." in outcome(pull)


async def test_who_may_not_write_gets_none(team: Team) -> None:
    pull = await has_a_change(team)

    await team.viewer.comments(ASKS, on=pull)
    await team.bot.comes_to_rest()

    assert (team.claude.requests, told(pull)) == ([], [])
    assert pull.replies() == snapshot([
        "This needs `integration:write`, and you are viewer here. Somebody who is developer or admin could do it."
    ])


@pytest.mark.parametrize("script", [writes()])
async def test_what_belongs_to_an_integration_is_left_to_it(team: Team) -> None:
    _, pull = await team.has_a_pull_request()

    await team.developer.comments("/claude fix it", on=pull)
    await team.bot.comes_to_rest()

    assert told(pull) == []
    assert pull.replies()[-1] == snapshot(
        "This pull request is one of my integrations, which keeps it: `/claude changes <what>` sends it back to be changed, and tests it anew."
    )


@pytest.mark.parametrize("script", [writes()])
async def test_what_leads_from_an_integrations_branch_is_left_to_it(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.developer.pushes({"note.txt": "Older.\n"}, branch="older")
    head, asked = pull.head, len(team.claude.requests)
    number = await team.github.world.open_pull(
        "developer", "acme/shop", head=pull.branch, base="older", title="T", body=""
    )
    other = team.github.pull(number)

    await team.developer.comments(ASKS, on=other)
    await team.bot.comes_to_rest()

    assert "Its branch is that of one of my integrations, which alone pushes there." in outcome(other)
    assert (pull.head, len(team.claude.requests)) == (head, asked)


async def test_on_an_issue_and_without_a_word_it_says_how_one_asks(team: Team) -> None:
    issue = await team.developer.opens_an_issue()
    pull = await has_a_change(team)

    await team.developer.comments("/claude fix it", on=issue)
    await team.developer.comments("/claude fix", on=pull)
    await team.bot.comes_to_rest()

    assert (issue.replies(), pull.replies()) == snapshot((
        [
            "`/claude fix` changes a pull request, and this is an issue. `/claude integrate <what>` is for issues."
        ],
        [
            "Say what: `/claude fix <finding>` by its name, `/claude fix checks`, `/claude fix conflict`, or in your own words; in a thread at a line `/claude fix` is enough."
        ],
    ))


async def test_a_closed_pull_request_is_left_as_it_is(team: Team) -> None:
    pull = await has_a_change(team)
    await team.developer.closes(pull)

    await team.developer.comments(ASKS, on=pull)
    await team.bot.comes_to_rest()

    assert outcome(pull) == "@developer, nothing was pushed: The pull request is closed."
    assert team.claude.requests == []


@pytest.mark.parametrize("script", [fixes()])
async def test_what_is_asked_for_twice_is_done_once_and_linked(team: Team) -> None:
    pull = await has_a_change(team)
    team.claude.delay_seconds = 3

    asked = [
        await team.developer.comments(ASKS, on=pull),
        await team.requester.comments("/claude fix  Add to the TOTAL", on=pull),
    ]
    await team.bot.comes_to_rest()

    assert team.github.effects() == {"create_commit": 1, "create_tree": 1, "move_branch": 1}
    (linked,) = [each for each in told(pull) if "the same is being fixed already" in each]
    assert any(f"/pull/{pull.number}#issuecomment-{each})" in linked for each in asked)


def each_its_own(asked: Asked) -> Reply | Raw | None:
    """As many files as there are wishes."""
    which = next(name for name in ("first", "second", "third") if f"write the {name}" in asked.said[0])
    return fixes(f"{which}.txt", f"{which}\n", summary=f"Write the {which}")(asked)


@pytest.mark.parametrize("script", [each_its_own])
async def test_what_is_asked_for_at_once_is_done_one_after_the_other(team: Team) -> None:
    pull = await has_a_change(team)

    for which in ("first", "second", "third"):
        await team.developer.comments(f"/claude fix write the {which}", on=pull)
    await team.bot.comes_to_rest()

    made = pull.repository.git.text("log", "--format=%s", f"main..{pull.head}").splitlines()
    assert sorted(made) == ["Change", "Write the first", "Write the second", "Write the third"]
    assert (len(team.claude.requests), team.github.effects()["move_branch"]) == (6, 3)


@pytest.mark.parametrize("script", [fixes()])
async def test_what_could_not_be_told_of_keeps_nobody_from_asking_again(team: Team) -> None:
    pull = await has_a_change(team)
    team.github.world.faults.add(
        Fault(kind="refuse", method="POST", route=COMMENTS, status=403, message="Locked", times=None)
    )
    await team.developer.comments(ASKS, on=pull)
    await team.bot.comes_to_rest()
    assert (told(pull), team.github.effects()) == ([], {})
    team.github.world.faults.clear()

    await team.developer.comments(ASKS, on=pull)
    await team.bot.comes_to_rest()

    assert outcome(pull).startswith("**Add to the total again**")


@pytest.mark.parametrize("script", [fixes()])
async def test_it_is_stopped_while_the_model_thinks(team: Team) -> None:
    pull = await has_a_change(team)
    team.claude.fail("stall", where="You fix one thing")
    await team.developer.comments(ASKS, on=pull)
    await team.claude_is_asked(times=1)

    await team.requester.comments("/claude cancel", on=pull)
    await team.bot.comes_to_rest()

    assert "nothing was pushed: It was stopped." in outcome(pull)
    assert pull.replies() == ["Stopped. What was pushed before stays."]
    assert team.github.effects() == {}


@pytest.mark.parametrize("script", [fixes()])
async def test_what_is_frozen_meanwhile_goes_on_afterwards(team: Team) -> None:
    pull = await has_a_change(team)
    team.claude.fail("stall", where="You fix one thing")
    await team.developer.comments(ASKS, on=pull)
    await team.claude_is_asked(times=1)
    await team.admin.comments("/claude freeze Stocktaking", on=pull)
    await team.is_told("I cannot go on yet, because: Everything is frozen here.", on=pull, times=1)

    await team.admin.comments("/claude unfreeze", on=pull)
    await team.bot.comes_to_rest()

    assert team.github.file("count.py", branch="count") == MENDED


@pytest.mark.parametrize("environment", [{"MONTHLY_BUDGET": "0", "ENGINE_POLLS_SECONDS": "0.02"}])
@pytest.mark.parametrize("script", [fixes()])
async def test_without_money_it_waits_until_there_is_some(team: Team) -> None:
    pull = await has_a_change(team)

    await team.developer.comments(ASKS, on=pull)
    await team.is_told("This repository has used up its budget of the month.", on=pull, times=1)
    assert team.claude.requests == []
    await team.admin.comments("/claude budget month +5", on=pull)
    await team.bot.comes_to_rest()

    assert team.github.file("count.py", branch="count") == MENDED


@pytest.mark.parametrize("environment", [{"MONTHLY_BUDGET": "0", "ENGINE_POLLS_SECONDS": "1"}])
async def test_what_waits_for_money_is_stopped_at_once(team: Team) -> None:
    pull = await has_a_change(team)
    await team.developer.comments(ASKS, on=pull)
    await team.is_told("This repository has used up its budget of the month.", on=pull, times=1)

    await team.developer.comments("/claude cancel", on=pull)
    await team.bot.comes_to_rest()

    assert outcome(pull) == "@developer, nothing was pushed: It was stopped."


@pytest.mark.parametrize("environment", [{"RUN_LIMITS": "1,2000000,5"}])
@pytest.mark.parametrize("script", [fixes()])
async def test_a_ceiling_of_one_run_ends_it_with_the_change_so_far(team: Team) -> None:
    pull = await has_a_change(team)

    await team.developer.comments(ASKS, on=pull)
    await team.bot.comes_to_rest()

    assert "nothing was pushed: A ceiling of one run is reached" in outcome(pull)
    assert "+            total += 1" in outcome(pull)
    assert team.github.effects() == {}


@pytest.mark.parametrize("script", [fixes()])
async def test_a_head_that_moved_is_looked_at_again(team: Team) -> None:
    pull = await has_a_change(team)
    team.claude.delay_seconds = 2
    await team.developer.comments(ASKS, on=pull)
    await team.claude_is_asked(times=1)
    theirs = await team.developer.pushes({"note.txt": "Mine.\n"}, branch="count")

    await team.bot.comes_to_rest()

    assert team.github.file("note.txt", branch="count") == "Mine.\n"
    assert team.github.file("count.py", branch="count") == MENDED
    assert pull.repository.git.text("log", "-1", "--format=%P", pull.head).strip() == theirs
    assert team.github.effects()["move_branch"] == 1


@pytest.mark.parametrize("script", [fixes()])
async def test_a_protected_branch_gets_a_pull_request_of_its_own(team: Team) -> None:
    pull = await has_a_change(team)
    head = pull.head
    await team.github.world.protect("acme/shop", "count", why="People only")

    await team.developer.comments(ASKS, on=pull)
    await team.bot.comes_to_rest()

    own = team.github.pull(pull.number + 1)
    assert (pull.head, own.pull.base, own.is_open) == (head, "count", True)
    assert own.branch.startswith(f"claude/fix-{pull.number}-")
    assert team.github.file("count.py", branch=own.branch) == MENDED
    assert own.issue.body == snapshot("""\
A fix for #1, asked for there by @developer. It leads into `count`, which I may not push to.

What the model says of it:

> It was set anew for each paid invoice. Nothing else is touched.\
""")
    assert f"In a pull request of its own, #{own.number}: I may not push to its branch." in outcome(pull)
    assert team.github.effects() == {
        "create_branch": 1,
        "create_commit": 1,
        "create_tree": 1,
        "open_pull": 1,
    }


@pytest.mark.parametrize(
    ("method", "route"),
    [
        ("POST", f"{GIT}/commits"),
        ("PATCH", f"{GIT}/refs/{{ref}}"),
        ("POST", COMMENTS),
    ],
)
@pytest.mark.parametrize("script", [fixes()])
async def test_where_an_answer_was_lost_nothing_is_there_twice(team: Team, method: str, route: str) -> None:
    pull = await has_a_change(team)
    team.github.world.faults.add(Fault(kind="cut_after", method=method, route=route))

    await team.developer.comments(ASKS, on=pull)
    await team.bot.comes_to_rest()

    assert outcome(pull).startswith("**Add to the total again**")
    assert team.github.seen_effects() == {"move_branch": 1}
    assert pull.repository.git.text("log", "--format=%s", f"main..{pull.head}").splitlines() == [
        "Add to the total again",
        "Change",
    ]
    assert len(team.claude.requests) == 2


@pytest.mark.parametrize(
    ("method", "route"), [("POST", f"{GIT}/refs"), ("POST", "/repos/{owner}/{repo}/pulls")]
)
@pytest.mark.parametrize("script", [fixes()])
async def test_a_pull_request_of_its_own_is_opened_once(team: Team, method: str, route: str) -> None:
    pull = await has_a_change(team)
    await team.github.world.protect("acme/shop", "count", why="People only")
    team.github.world.faults.add(Fault(kind="cut_after", method=method, route=route))

    await team.developer.comments(ASKS, on=pull)
    await team.bot.comes_to_rest()

    assert team.github.seen_effects() == {"create_branch": 1, "open_pull": 1}


@pytest.mark.parametrize("script", [fixes()])
async def test_the_bot_is_stopped_while_it_works_and_goes_on(team: Team) -> None:
    pull = await has_a_change(team)
    team.github.delays("PATCH", f"{GIT}/refs/{{ref}}", seconds=3)
    await team.developer.comments(ASKS, on=pull)
    await team.claude_is_asked(times=2)

    await team.bot.restarts()
    await team.bot.comes_to_rest()

    assert outcome(pull).startswith("**Add to the total again**")
    assert (team.github.seen_effects(), len(team.claude.requests)) == ({"move_branch": 1}, 2)


@pytest.mark.parametrize("script", [fixes()])
async def test_who_loses_the_right_meanwhile_gets_nothing_pushed(team: Team) -> None:
    pull = await has_a_change(team)
    head = pull.head
    team.claude.delay_seconds = 2
    await team.developer.comments(ASKS, on=pull)
    await team.claude_is_asked(times=1)
    team.github.repository.roles["developer"] = "read"

    await team.bot.comes_to_rest()

    assert "You may no longer write to this repository." in outcome(pull)
    assert pull.head == head
