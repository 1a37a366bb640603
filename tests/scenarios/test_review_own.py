"""The bot's own pull requests, read by the same readers: what fails their check goes back to the writer."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest

from bot.domain.states import State
from standins.claude_replies import Asked, Raw, Reply, calls, edit, says
from standins.github.people import GitHub
from tests.story import PullRequest, Team
from tests.story.reviews import READ, at_lines, is_first_look, walkthrough
from tests.story.scripts import CHANGE, PATH, REPOSITORY, SUMMARY, spec, wants_a_spec
from tests.story.waiting import until

CONFIGURED: Final = ".github/claude-bot.yml"
OWN: Final = "review: {own: true, fails_at: major}\n"
OTHERS: Final = "review: {automatic: true, fails_at: major}\n"
FOUND: Final[Mapping[str, Any]] = {
    "lens": "correctness",
    "rule": "sent-twice",
    "severity": "major",
    "confidence": 95,
    "path": PATH,
    "side": "RIGHT",
    "line": 1,
    "start_line": None,
    "title": "An invoice is sent twice",
    "text": "Where the first try breaks off it is sent again.",
    "suggestion": None,
}


@pytest.fixture(autouse=True)
def _doubled(hub: GitHub) -> None:
    """Each delivery comes twice."""
    hub.postman.twice = True


def writes_and_reads(asked: Asked) -> Reply | Raw | None:
    """A writer that mends what a check says, and readers that find it until it is mended."""
    if is_first_look(asked):
        is_mended = "exactly once" in asked.told
        return says(json.dumps({**READ, "findings": [] if is_mended else [FOUND]}))
    if "You check claims" in asked.system:
        verdict = {"number": 0, "reasoning": "r", "confidence": 95}
        return says(json.dumps({"verdicts": [{**verdict, "is_real": "exactly once" not in asked.told}]}))
    if wants_a_spec(asked):
        return spec()
    if asked.calls_since_told:
        return says(SUMMARY)
    is_told = "An invoice is sent twice" in str(asked.body["messages"])
    text = f"{CHANGE}exactly once\n" if is_told else CHANGE
    return calls(edit(f"toolu_{asked.turns}", "create", PATH, file_text=text))


@pytest.fixture
def files() -> Mapping[str, str]:
    return {**REPOSITORY, CONFIGURED: REPOSITORY[CONFIGURED] + OWN}


async def comes_again(team: Team, pull: PullRequest) -> None:
    """Wait until the second commit has been reviewed at its gate."""

    async def come() -> bool:
        it = await team.bot.integration()
        reviews = [each for each in team.github.checks() if each.name == "Claude review"]
        ends = [(each.head_sha, each.conclusion) for each in reviews]
        return it.waiting_for == "approval" and (pull.head, "success") in ends

    await until(come, otherwise=team.bot.story_so_far)


def leaves_it(asked: Asked) -> Reply | Raw | None:
    """A writer that stands by what it wrote."""
    if is_first_look(asked) or "You check claims" in asked.system or wants_a_spec(asked):
        return writes_and_reads(asked)
    is_told = "An invoice is sent twice" in str(asked.body["messages"])
    if asked.calls_since_told or is_told:
        return says(SUMMARY)
    return calls(edit(f"toolu_{asked.turns}", "create", PATH, file_text=CHANGE))


@pytest.mark.parametrize("script", [leaves_it])
async def test_what_the_writer_leaves_as_it_is_stands_there_for_whoever_approves(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    first = pull.head

    async def comes_back() -> bool:
        it = await team.bot.integration()
        return it.waiting_for == "approval" and (await team.bot.facts()).count("CheckOpened") == 2

    await until(comes_back, otherwise=team.bot.story_so_far)
    await team.bot.comes_to_rest()
    assert (await team.bot.facts()).count("SentBackByChecks") == 1
    assert pull.head == first
    assert at_lines(pull) == [(PATH, 1)]

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)


@pytest.mark.parametrize("script", [writes_and_reads])
@pytest.mark.parametrize("files", [{**REPOSITORY, CONFIGURED: REPOSITORY[CONFIGURED] + OTHERS}])
async def test_where_only_those_of_people_are_wanted_the_bots_own_is_not_read(team: Team) -> None:
    await team.has_a_pull_request()
    await team.bot.comes_to_rest()

    assert [each.name for each in team.github.checks()] == ["Claude Code Bot"]


@pytest.mark.parametrize("script", [writes_and_reads])
async def test_what_fails_its_review_goes_back_to_the_writer_and_comes_again(team: Team) -> None:
    _, pull = await team.has_a_pull_request()
    await comes_again(team, pull)
    await team.bot.comes_to_rest()

    facts = await team.bot.facts()
    assert (facts.count("ChecksFailed"), facts.count("SentBackByChecks")) == (1, 1)
    assert at_lines(pull) == [(PATH, 1)]
    assert "An invoice is sent twice" in walkthrough(pull)
    readers = [each for each in team.claude.requests if "You review a pull request" in str(each["system"])]
    assert all("You are the engineer" not in str(each) for each in readers)

    await team.admin.comments("/claude approve", on=pull)

    await team.bot.reaches(State.ACTIVE)
