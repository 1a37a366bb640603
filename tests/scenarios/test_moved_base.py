"""The base moves while people think it over: put together by git where it can be, else by the model."""

from collections.abc import Mapping
from typing import Final

import pytest

from bot.domain.states import State
from standins.claude_replies import Asked, Raw, Reply, calls, edit, says
from tests.story import PullRequest, Team, Thread
from tests.story.scripts import CHANGE, PATH, REPOSITORY, SUMMARY, spec, wants_a_spec
from tests.story.waiting import until

THEIRS: Final = "theirs\n"
BOTH: Final = f"{CHANGE}{THEIRS}"
CONFIGURED: Final = ".github/claude-bot.yml"
UPDATING: Final[Mapping[str, str]] = {**REPOSITORY, CONFIGURED: f"{REPOSITORY[CONFIGURED]}update: true\n"}


def puts_together(asked: Asked) -> Reply | Raw | None:
    """Writes a file; where the base has written the same one, it keeps what both wrote."""
    if wants_a_spec(asked):
        return spec()
    if asked.calls_since_told:
        return says(SUMMARY)
    text = BOTH if "a file in conflict" in asked.told else CHANGE
    return calls(edit(f"toolu_{asked.turns}", "create", PATH, file_text=text))


def keeps_the_marks(asked: Asked) -> Reply | Raw | None:
    """Leaves both sides as git put them, until it is told so."""
    if wants_a_spec(asked):
        return spec()
    is_in_conflict = "a file in conflict" in asked.told
    if asked.calls_since_told or is_in_conflict:
        return says(SUMMARY)
    text = BOTH if "Marks of the conflict" in asked.told else CHANGE
    return calls(edit(f"toolu_{asked.turns}", "create", PATH, file_text=text))


async def comes_again(team: Team, pull: PullRequest, *, after: str) -> None:
    """Wait until it waits for approval with another commit."""

    async def come() -> bool:
        it = await team.bot.integration()
        return it.waiting_for == "approval" and it.head == pull.head != after

    await until(come, otherwise=team.bot.story_so_far)


def parents(team: Team, commit: str) -> list[str]:
    return team.github.repository.git.text("log", "-1", "--format=%P", commit).split()


@pytest.mark.parametrize("script", [puts_together, keeps_the_marks])
async def test_a_conflict_is_solved_by_a_further_commit_that_is_approved_anew(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    first = pull.head
    team.github.world.unsure = 1  # GitHub has to find out whether it conflicts

    theirs = await team.developer.pushes({PATH: THEIRS})

    await comes_again(team, pull, after=first)
    await team.bot.comes_to_rest()
    asked = str(team.claude.requests)
    assert "<<<<<<<" not in str(team.github.file(PATH, branch=pull.branch))
    assert all(told in asked for told in ("+theirs", "+every paid invoice", "what came to the base"))
    assert parents(team, pull.head) == [first, theirs]
    assert team.github.file(PATH, branch=pull.branch) == BOTH
    assert [each.conclusion for each in team.github.checks()] == ["neutral", None]
    [said] = pull.by_the_bot("changed")
    assert said.startswith("@requester, the base has moved since. This is <commit> now")
    assert "sent back, to be changed" in issue.status_comment()

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]
    assert team.github.file(PATH) == BOTH


async def is_in_conflict_once_too_often(team: Team) -> tuple[Thread, PullRequest]:
    """What is at its gate was put together with its base twice, and is in conflict again."""
    issue, pull = await team.has_a_pull_request()
    for number in range(2):
        head = pull.head
        await team.developer.pushes({PATH: f"theirs {number}\n"})
        await comes_again(team, pull, after=head)
    await team.developer.pushes({PATH: "theirs at last\n"})
    await team.bot.has_noted("MergeHeld")
    await team.bot.comes_to_rest()
    return issue, pull


@pytest.mark.parametrize("script", [puts_together])
async def test_after_two_rounds_it_waits_for_a_person_and_takes_up_what_they_push(team: Team) -> None:
    issue, pull = await is_in_conflict_once_too_often(team)
    assert (await team.bot.facts()).count("BaseMoved") == 2
    assert "conflicts with it.** I have put them together as often" in issue.status_comment()
    assert len(pull.by_the_bot("held")) == 1

    await team.admin.comments("/claude approve", on=pull)
    await team.bot.waits_for("merge")
    main = team.github.repository.branches["main"]
    theirs = await team.developer.merges_by_hand(main, {PATH: "as they want it\n"}, into=pull)

    await team.bot.waits_for("approval")
    await team.bot.comes_to_rest()
    assert (await team.bot.integration()).head == theirs == pull.head
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    assert team.github.file(PATH) == "as they want it\n"


@pytest.mark.parametrize("script", [puts_together])
async def test_a_conflict_that_is_over_by_itself_keeps_nobody_waiting(team: Team) -> None:
    issue, pull = await is_in_conflict_once_too_often(team)
    assert "conflicts with it" in issue.status_comment()

    await team.developer.pushes({PATH: "theirs 1\n"})

    await team.bot.has_noted("MergeTriedAgain")
    await team.bot.comes_to_rest()
    assert "conflicts with it" not in issue.status_comment()
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    assert team.github.file(PATH) == BOTH


@pytest.mark.parametrize("script", [puts_together])
async def test_a_base_that_moves_while_it_is_frozen_is_seen_afterwards(team: Team) -> None:
    issue, pull = await team.has_a_pull_request()
    first = pull.head
    await team.admin.comments("/claude freeze audit", on=issue)
    await team.bot.waits_for("frozen")
    await team.developer.pushes({PATH: THEIRS})
    await team.bot.comes_to_rest()
    assert "BaseMoved" not in await team.bot.facts()

    await team.admin.comments("/claude unfreeze", on=issue)

    await comes_again(team, pull, after=first)
    assert team.github.file(PATH, branch=pull.branch) == BOTH


async def test_sm_03_f32_what_is_merged_was_tested_with_what_came_to_the_base(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.developer.pushes({"other.txt": "other\n"})

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
    facts = await team.bot.facts()
    assert (facts.count("TestsPassed"), facts.count("Approved"), facts.count("CommitMade")) == (2, 1, 1)
    assert (team.github.file(PATH), team.github.file("other.txt")) == (CHANGE, "other\n")


async def test_sm_03_f32_what_fails_with_the_moved_base_is_not_merged(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await team.developer.pushes({"run_tests.sh": f"! grep -q paid {PATH}\n"})

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.FAILED, because="tests_disputed")
    assert team.github.merged_heads() == []


@pytest.mark.parametrize("files", [UPDATING])
async def test_where_the_repository_wants_it_the_branch_is_brought_up_to_date(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    first = pull.head

    theirs = await team.developer.pushes({"other.txt": "other\n"})

    await comes_again(team, pull, after=first)
    assert parents(team, pull.head) == [first, theirs]
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]


async def test_f39_a_branch_that_has_to_be_up_to_date_is_so_before_it_is_merged(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    first = pull.head
    await team.developer.pushes({"other.txt": "other\n"})
    team.github.world.strict.add("main")

    await team.admin.comments("/claude approve", on=pull)

    await comes_again(team, pull, after=first)
    await team.admin.comments("/claude approve", on=pull)
    await team.bot.reaches(State.ACTIVE)
    assert team.github.merged_heads() == [pull.head]
